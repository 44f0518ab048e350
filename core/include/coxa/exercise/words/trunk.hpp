#pragma once

#include <string>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// First guess of someone lying on the back with feet on the floor, head toward -x, `lying` for `trunk`.
COXA_EXPORT void lie_down(ScenarioBuilder& s, double pelvis_height);

/// Pelvis neither tilted sideways nor turned, in the middle: for movements that are the same on both sides.
COXA_EXPORT void square_pelvis(ScenarioBuilder& s);
/// Lumbar spine and neck neutral, but for lumbar_flexion_deg (at the bottom), lumbar_extension_deg (at the top) and
/// neck_flexion_deg.
COXA_EXPORT void neutral_spine(ScenarioBuilder& s);
/// Likewise, but with the lumbar joint bent and turned (signs of lumbar_bending and lumbar_rotation).
COXA_EXPORT void spine(ScenarioBuilder& s, double bending, double rotation);

/// A site (or pair) rests at a place of the world and presses on it there; its support. Of a pair, `place` is in the
/// middle and the distance between the two stays the body's.
COXA_EXPORT void rest(
    ScenarioBuilder& s,
    const std::string& support,
    const std::string& site,
    const Vec3& place,
    double friction,
    const Vec3& normal = Vec3::UnitY());
/// Shoulder blades on a bench's edge at x = 0: bench_height and bench_friction; its support and furniture.
COXA_EXPORT void bench(ScenarioBuilder& s);
/// Likewise, but the shoulder blades slide along the pad, without friction, as something else asks.
COXA_EXPORT void slide_on_bench(ScenarioBuilder& s);
/// Shoulders on the floor, the skin over the shoulder blades' spines at x = 0, and the back of the head, which the neck
/// follows: floor_friction; their supports. Say `neutral_spine` before.
COXA_EXPORT void shoulders_on_floor(ScenarioBuilder& s);

/// Whole-body centre of mass, with all loads named so far, over x (and z) of the floor.
COXA_EXPORT void balance(ScenarioBuilder& s, double x);
COXA_EXPORT void balance(ScenarioBuilder& s, double x, double z);

}  // namespace coxa
