#pragma once

#include <string>
#include <vector>

#include "coxa/export.hpp"
#include "coxa/setting/supports.hpp"

namespace coxa {

/// How one strand of an elastic band answers to being stretched.
///
/// A monotone cubic (Fritsch & Carlson 1980) through the origin and the points given, so the force rises from zero over the
/// first interval and is continuous; beyond the last point it goes on along the last chord. A slack band does nothing.
struct BandMaterial {
  std::string name;
  std::vector<double> elongation;  // 1, ascending from above 0: stretched over rest length, less 1
  std::vector<double> force;       // N, of one strand, at each; never falling
};

/// Tension of one strand, N; 0 where `elongation` <= 0. Allocates nothing.
COXA_EXPORT double strand_tension(const BandMaterial& material, double elongation);

/// Elastic band of a Thera-Band colour: tan, yellow, red, green, blue, black, silver or gold.
/// @throws UnknownName for another colour
COXA_EXPORT BandMaterial thera_band(const std::string& colour);

/// Elastic band between points of two bodies; either may be the world (body 0). It pulls both along the line between
/// them with `strands` times the tension of one strand at the elongation
///
///     (distance + wrap_a + wrap_b) / rest_length - 1
///
/// A closed loop about both thighs has two strands, and everything counts for half of it: its rest length is that of the
/// loop lying flat (half its circumference), and each wrap is what half a loop lays about a limb, a quarter of the limb's
/// circumference where the points are on its axis. (A belt about two equal cylinders is 2 distance + circumference long.)
struct Band {
  std::string name;
  ContactPoint a;
  ContactPoint b;
  double rest_length = 0;  // m
  int strands = 2;
  BandMaterial material{};
  double wrap_a = 0;  // m, about the limb of a
  double wrap_b = 0;  // m, about the limb of b
};

}  // namespace coxa
