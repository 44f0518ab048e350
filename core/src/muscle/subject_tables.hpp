#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "coxa/math/spatial.hpp"
#include "coxa/muscle/subject.hpp"

#include "subject_strength.hpp"

namespace coxa {

/// Inertia of a segment (de Leva 1996, table 4).
struct SegmentInertia {
  double mass = 0;          // fraction of body mass
  double length = 0;        // fraction of stature, between de Leva's own end points
  double center = 0;        // fraction of `length`, from the first end point
  double sagittal = 0;      // radii of gyration, fraction of `length`, about the fore-aft,
  double transverse = 0;    // left-right
  double longitudinal = 0;  // and long axis
};

/// The tables of data/anthropometry for one sex.
struct Anthropometry {
  // head, trunk, lower_trunk, upper_arm, forearm, hand, thigh, shank, foot
  std::map<std::string, SegmentInertia> inertia;
  std::map<std::string, double>
      lengths;             // fraction of stature, by names of segment_names() but the widths
  double hand = 1;         // length of the hand over stature, relative to men
  double hip_breadth = 1;  // breadth over stature, relative to men
  double shoulder_breadth = 1;

  double volume_slope = 0;      // cm3/(kg m)
  double volume_intercept = 0;  // cm3
  double model_mass = 0;        // kg, of the person whom the unscaled model describes
  double model_height = 0;      // m

  StrengthTables strength;

  /// Muscle volume of a leg, cm3.
  double muscle_volume(double mass, double height) const {
    return volume_slope * mass * height + volume_intercept;
  }
};

/// The tables of `folder`; read again only after a file has changed.
/// @throws FileError if a table is missing, is not valid TOML, or lacks a value
Anthropometry load_anthropometry(const std::filesystem::path& folder, Sex sex);

}  // namespace coxa
