#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "coxa/export.hpp"
#include "coxa/muscle/model.hpp"

namespace coxa {

enum class Sex { male, female };

/// Resistance training of a person: none, some months, or years of heavy training.
enum class Training { untrained, recreational, trained };

/// A person to whom a model can be scaled.
struct Subject {
  Sex sex = Sex::male;
  double mass = 75;      // kg, 20 to 300
  double height = 1.75;  // m, 1.0 to 2.5
  double strength = 1;   // factor on every maximum isometric force and actuator strength, 0.05 to 5
  // m, override the lengths from stature; names of segment_names()
  std::map<std::string, double> segment_lengths{};
  // additional factors on the strength of muscle groups or of the `actuators`, 0.05 to 5; names of
  // strength_groups()
  std::map<std::string, double> group_strength{};
  std::optional<double> age{};  // years, 18 to 90; none: 18 to 25
  Training training = Training::untrained;

  bool operator==(const Subject&) const = default;
};

/// Names that `Subject::segment_lengths` may hold, and what they measure:
///
///     thigh           hip joint to knee joint
///     shank           knee joint to ankle joint
///     ankle_height    sole to ankle joint
///     foot            heel to toe tip, along the foot
///     trunk           hip joints to C7, along the trunk
///     head            C7 to vertex, along the head
///     upper_arm       shoulder joint to elbow joint
///     forearm         elbow joint to wrist joint
///     hip_width       between the hip joints
///     shoulder_width  between the shoulder joints
COXA_EXPORT const std::vector<std::string>& segment_names();

/// These lengths of a model, m, in its default posture (right side).
/// @throws UnknownName if the model lacks a body or site of the full-body model
COXA_EXPORT std::map<std::string, double> segment_lengths(const Model& model);

/// Scales the full-body model to a person. The unscaled model is an untrained man of 18 to 25
/// years, 75.337 kg and 1.70 m (Rajagopal et al. 2016); a subject with its mass, height and lengths
/// gets its geometry and forces back unchanged.
///
/// Lengths. Each body is stretched along its axes. Along the segment, by the length from stature
/// (data/anthropometry: de Leva 1996; leg and trunk converted to the model's joint centres) or the
/// given one, over the model's own; the sole-to-vertex height is the stature. Across the segment,
/// forward and for the hand, by stature over 1.70 m: bones are taken as geometrically similar, so
/// that joint surfaces still fit. Pelvis and torso widen by bicristal and biacromial breadth over
/// stature (ANSUR II), relative to men's. Joint frames, path points, sites and wrapping cylinders
/// follow their body; a cylinder's radius takes the mean stretch of its two cross axes, its length
/// that of its axis, and the translations of a joint the stretch of the parent along their
/// direction, as in OpenSim. Rotations and ranges are unchanged. Right and left are equal.
///
/// Inertia. Masses, mass centres along the segment and radii of gyration of de Leva (1996) by sex.
/// His sagittal radius is taken about the fore-aft axis (x), the transverse one about the
/// left-right axis (z), the longitudinal one about the long axis (y; for the foot about x, its
/// sagittal radius about y). Off the long axis, mass centres keep their scaled position. The bodies
/// of one segment together have its mass, centre and inertia in the default posture: pelvis (lower
/// trunk) and torso, with the long axis through both their centres; femur and patella; ulna and
/// radius; talus, calcaneus and toes. The total is `subject.mass`.
///
/// Muscles. Optimal fibre length and tendon slack length are multiplied by the same factor, the
/// ratio of scaled to unscaled path length, averaged over reference postures of hip and knee
/// flexion, so that operating ranges are preserved. Maximum isometric force follows volume over
/// fibre length,
///
///     F' = F (V'/V) / (l'/l),    V = 47 mass height + 1285 cm3
///
/// (muscle volume of a leg: Handsfield et al. 2014; as in Rajagopal et al. 2016), also for trunk
/// muscles, which the regression does not cover. Actuators, which represent joint torques, scale
/// with mass x height. Pennation, contraction velocity and groups are unchanged.
///
/// Strength. Sex and age multiply the forces by measured torques per joint action over those of men
/// of 18 to 25 years (Anderson et al. 2007), `training` by torques of trained people over untrained
/// ones (data/anthropometry/strength.toml). A muscle takes the mean factor of its actions; muscles
/// of the trunk and actuators take the mean of all actions. `strength` and the factors of
/// `group_strength` multiply these, as in `perturb`. Passive forces in N follow body size alone
/// (coxa/muscle/strength.hpp).
///
/// @param generic the unscaled full-body model (data/models/coxa_fullbody.osim)
/// @param anthropometry folder with the tables (data/anthropometry)
/// @throws InvalidArgument for a mass, height, age, strength or length that is no number or out of
///         range (a length: half to twice the expected one), with the range
/// @throws UnknownName for a length or muscle group that does not exist, or a model without the
///         bodies of the full-body model
/// @throws FileError for a table that cannot be read
COXA_EXPORT Model
scale(const Model& generic, const Subject& subject, const std::filesystem::path& anthropometry);

}  // namespace coxa
