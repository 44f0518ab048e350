#pragma once

#include <string>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// Initial guess for a supine person with feet on the floor, head towards -x; sets `lying`, which
/// `trunk` uses. `pelvis_height` in m.
COXA_EXPORT void lie_down(ScenarioBuilder& s, double pelvis_height);

/// No pelvic list, rotation or lateral shift: for symmetric movements.
COXA_EXPORT void square_pelvis(ScenarioBuilder& s);
/// Neutral lumbar spine and neck, except for lumbar_flexion_deg (at the bottom),
/// lumbar_extension_deg (at the top) and neck_flexion_deg.
COXA_EXPORT void neutral_spine(ScenarioBuilder& s);
/// Standing on both soles with the heels at x = 0 (`stand`), pelvis square and spine neutral.
COXA_EXPORT void stand_square(ScenarioBuilder& s);
/// Spine and neck as in `neutral_spine`, with lumbar bending and rotation, rad (signs of
/// lumbar_bending and lumbar_rotation).
COXA_EXPORT void spine(ScenarioBuilder& s, double bending, double rotation);

/// A site (or pair) rests at a fixed world position, m, and presses on it; its support. For a pair,
/// `place` is the midpoint, and the distance between the two is the model's.
COXA_EXPORT void rest(
    ScenarioBuilder& s,
    const std::string& support,
    const std::string& site,
    const Vec3& place,
    double friction,
    const Vec3& normal = Vec3::UnitY());
/// Shoulder blades on the edge of a bench at x = 0, from bench_height and bench_friction; its
/// support and furniture.
COXA_EXPORT void bench(ScenarioBuilder& s);
/// Likewise, with the shoulder blades free to slide along the pad without friction.
COXA_EXPORT void slide_on_bench(ScenarioBuilder& s);
/// Supine with the skin over the scapular spines on the floor at x = 0 and the back of the head on
/// the floor, the neck following; floor_friction; supports of shoulders and head. Call after
/// `neutral_spine`.
COXA_EXPORT void shoulders_on_floor(ScenarioBuilder& s);

/// Whole-body centre of mass, with all loads added so far, above x (and z) of the floor, m.
COXA_EXPORT void balance(ScenarioBuilder& s, double x);
COXA_EXPORT void balance(ScenarioBuilder& s, double x, double z);

}  // namespace coxa
