#pragma once

#include <string>
#include <vector>

#include "coxa/export.hpp"
#include "coxa/setting/supports.hpp"

namespace coxa {

/// Force–elongation curve of one strand of an elastic band.
///
/// A monotone cubic interpolant (Fritsch & Carlson 1980) through the origin and the given points,
/// so that the force is continuous and rises from zero; linear beyond the last point, with the
/// slope of the last chord. A slack band exerts no force.
struct BandMaterial {
  std::string name;
  std::vector<double> elongation;  // 1, ascending, above 0: stretched over rest length, minus 1
  std::vector<double> force;       // N, of one strand, at each elongation; must not decrease
};

/// Tension of one strand, N; 0 where `elongation` <= 0. Does not allocate.
COXA_EXPORT double strand_tension(const BandMaterial& material, double elongation);

/// Elastic band of a Thera-Band colour: tan, yellow, red, green, blue, black, silver or gold.
/// @throws UnknownName for another colour
COXA_EXPORT BandMaterial thera_band(const std::string& colour);

/// Elastic band between points of two bodies; either may be the world (body 0). It pulls both
/// points towards each other with `strands` times the tension of one strand at the elongation
///
///     (distance + wrap_a + wrap_b) / rest_length - 1
///
/// A closed loop around both thighs is modelled as two strands, each with half of the loop: the
/// rest length is that of the loop lying flat (half its circumference), and each wrap is the length
/// that one strand lays around a limb, a quarter of the limb's circumference if the points are on
/// its axis. (A belt around two equal cylinders has the length 2 distance + circumference.)
struct Band {
  std::string name;
  ContactPoint a;
  ContactPoint b;
  double rest_length = 0;  // m
  int strands = 2;
  BandMaterial material{};
  double wrap_a = 0;  // m, around the limb at a
  double wrap_b = 0;  // m, around the limb at b
};

}  // namespace coxa
