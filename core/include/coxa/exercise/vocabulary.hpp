#pragma once

#include <functional>
#include <limits>
#include <map>
#include <numbers>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coxa/exercise/parameter.hpp"
#include "coxa/exercise/scenario.hpp"
#include "coxa/export.hpp"
#include "coxa/motion/movement.hpp"

namespace coxa {

/// What is found from the body when the parameter is not given.
inline constexpr double kFound = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kDegree = std::numbers::pi / 180;

// Parameters that many exercises share, so that they mean the same everywhere.

COXA_EXPORT Parameter load_parameter(double kg, const std::string& what);
/// concentric, hold, eccentric (s) and repetitions.
COXA_EXPORT std::vector<Parameter> tempo_parameters(
    double concentric, double hold, double eccentric);
/// stance_width, toe_out_deg, heel_height and floor_friction.
COXA_EXPORT std::vector<Parameter> feet_parameters(
    double stance_width = kFound, double toe_out_deg = 0);
/// lumbar_extension_deg (at the top) and neck_flexion_deg.
COXA_EXPORT std::vector<Parameter> spine_parameters();
/// bench_height and bench_friction, of a bench under the shoulder blades.
COXA_EXPORT std::vector<Parameter> bench_parameters();
/// foot_distance and bottom_clearance, of hips driven up on a back that rests.
COXA_EXPORT std::vector<Parameter> thrust_parameters();
/// lumbar_flexion_deg, at the bottom: how far a back rounds there that is neutral at the top.
COXA_EXPORT Parameter lumbar_flexion_parameter(double deg);
/// trunk_lean_deg: given, or found by least effort.
COXA_EXPORT Parameter trunk_lean_parameter();
/// `side`: right or left.
COXA_EXPORT Parameter side_parameter(const std::string& what);
/// A list without the parameters of these names.
COXA_EXPORT std::vector<Parameter> without(
    const std::vector<std::string>& names, std::vector<Parameter> list);
/// bar_position, of a bar in the hip crease.
COXA_EXPORT Parameter bar_position_parameter();
/// One declaration of several lists.
COXA_EXPORT std::vector<Parameter> join(std::vector<std::vector<Parameter>> lists);

/// Where one sole stands, flat or on its ball.
struct FootPlace {
  double x = 0;            // m, middle of the heel when the foot is flat
  double z = 0;            // m, to the right
  double y = 0;            // m, height of what it stands on
  double toe_out = 0;      // rad, turned away from straight ahead
  double heel_height = 0;  // m, heel lifted, toes staying flat
  double toe_lift = 0;     // rad, on the heel alone, ball and toes lifted; not with heel_height
  double friction = 0.6;   // 1
};

/// Which end of the path a repetition starts at.
enum class StartAt { bottom, top };

/// The words of which exercises are made: who stands where, what is held, what is carried, where the movement
/// ends. Each word adds what it says to the scenario under construction (tasks, supports, loads, first guess);
/// `finish` hands it over. A plugin calls words in the order in which a coach would say them: feet, back, spine,
/// load, hands, then top and bottom.
///
/// World: the person faces +x, or lies with the feet toward +x; the floor is y = 0.
class COXA_EXPORT ScenarioBuilder {
 public:
  ScenarioBuilder(const Model& model, const std::string& exercise, const Parameters& parameters);

  const Model& model() const { return *model_; }
  /// Value of a parameter, SI and radians; `otherwise` if the exercise does not declare it or it is to be found.
  double value(const std::string& name, double otherwise) const;

  // ---- points and measures

  /// True if the exercise has a parameter of that name.
  bool declares(const std::string& name) const;

  /// Site of the model. @throws UnknownName
  ContactPoint site(const std::string& name) const;
  /// The right and left site of that name, or the one in the middle.
  std::vector<std::pair<int, Vec3>> sites(const std::string& name) const;
  /// Line from the hips to the shoulders above the horizontal; upright is 90 deg. Lying, the head is toward -x.
  LineInclination trunk(double inclination = 0) const;
  /// Line from the knee back to the hip above the horizontal: 0 level, negative with the hip below the knee.
  LineInclination thigh(Side side, double inclination = 0) const;
  /// Line from the ankle up to the knee above the horizontal: 90 deg vertical, less with the knee ahead.
  LineInclination shank(Side side, double inclination = 0) const;
  /// Mean height of a site or pair of sites.
  PointHeight height(const std::string& site, double value = 0) const;
  /// One coordinate.
  HoldCoordinate coordinate(const std::string& name, double value = 0) const;
  /// Thigh and shank together, from hip to ankle, m.
  double leg_length() const;
  /// Half the distance between the hip centres' front, m.
  double hip_half_width() const;

  // ---- how the body is held

  /// A task of one's own.
  void task(const std::string& name, const Task& task);
  /// A coordinate keeps a value. With "hip_flexion_" and a side appended, see `suffix`.
  void hold(const std::string& coordinate, double value);
  /// A coordinate goes from one value at the bottom to another at the top.
  void drive(const std::string& coordinate, double bottom, double top);
  /// What a coordinate likes where the tasks leave it free; also the first guess.
  void wish(const std::string& coordinate, double value, double weight = 1);
  /// Where the search for postures begins.
  void guess(const std::string& coordinate, double value);
  /// First guess of someone lying on the back with feet on the floor, head toward -x, `lying` for `trunk`.
  void lie_down(double pelvis_height);

  /// A sole on the floor (or on something of height y), and its support.
  void stand(Side side, const FootPlace& place);
  /// Both soles, side by side, heels at x, from stance_width, toe_out_deg, heel_height and floor_friction.
  void stand(double x);
  /// Both soles on the floor where, with the trunk level, each hip is abducted by `abduction`, the thigh neither turned in
  /// nor out, the shank vertical (or the heel at foot_distance): knees in line with the toes. Say back and spine before.
  void stand_spread(double abduction);
  /// The other foot of a step: at the bottom its ball touches the floor at `from`, heel up, and carries nothing; then it
  /// goes to `to` in an arc `lift` m above the straight way, its knee bent by about `knee` where reach allows.
  void step(Side side, const Vec3& from, const Vec3& to, double lift, double knee);
  /// Laces of a foot on something behind, the sole facing back; its support.
  void rest_foot_behind(Side side, const Vec3& laces, double friction);
  /// A knee on the floor at x under the hip's width, shin and laces on the floor behind it; supports of knee and foot.
  void kneel(Side side, double x, double friction);
  /// Both palms on the floor under the shoulders; their supports. Trunk and legs must have been said.
  void hands_on_floor(double friction);
  /// Name of the support that a foot's words make.
  static std::string sole_name(Side side);
  /// Ball of a foot that stands flat.
  Vec3 ball(Side side) const;
  /// A foot on its outer border, the heel at x (anywhere if that is to be found), its sole turned up by `turn` toward the
  /// other's, on which it may press; supports of border and sole.
  void stand_on_border(Side side, double x, double turn, double friction);
  /// Distance between the heels: the parameter stance_width, or the width of the hip centres.
  double stance_width() const;
  /// Middle of a standing sole on the floor, half way from the heel to the toes, m.
  Vec3 mid_sole(Side side) const;
  const std::optional<FootPlace>& foot(Side side) const;

  /// A leg in the air, neither spread nor crossed, hip and knee as given, its foot square to the shank.
  void hold_leg(Side side, double hip_flexion, double hip_rotation, double knee_flexion);

  /// Pelvis neither tilted sideways nor turned, in the middle: for movements that are the same on both sides.
  void square_pelvis();
  /// Lumbar spine and neck neutral, but for lumbar_flexion_deg (at the bottom), lumbar_extension_deg (at the top) and
  /// neck_flexion_deg.
  void neutral_spine();
  /// Likewise, but with the lumbar joint bent and turned (signs of lumbar_bending and lumbar_rotation).
  void spine(double bending, double rotation);
  /// A site (or pair) rests at a place of the world and presses on it there; its support. Of a pair, `place` is in the
  /// middle and the distance between the two stays the body's.
  void rest(
      const std::string& support,
      const std::string& site,
      const Vec3& place,
      double friction,
      const Vec3& normal = Vec3::UnitY());
  /// Shoulder blades on a bench's edge at x = 0: bench_height and bench_friction; its support and furniture.
  void bench();

  /// Likewise, but the shoulder blades slide along the pad, without friction, as something else asks.
  void slide_on_bench();
  /// Shoulders on the floor, the skin over the shoulder blades' spines at x = 0, and the back of the head, which the neck
  /// follows: floor_friction; their supports. Say `neutral_spine` before.
  void shoulders_on_floor();

  /// Whole-body centre of mass, with all loads named so far, over x (and z) of the floor.
  void balance(double x);
  void balance(double x, double z);

  // ---- loads and hands

  /// Barbell that a body part carries, its axis across.
  void bar_on(double mass, const ContactPoint& where);
  /// Barbell in the crease of the hips on a pad, `along` m toward the knees; plates rest above the floor.
  void bar_in_hip_crease(double mass, double along);
  /// Barbell hanging from both hands, arms straight, hands `grip_width` apart: half of it from each. It goes straight
  /// up and down over x of the floor.
  void bar_in_hands(double mass, double grip_width, double x);
  /// A dumbbell of half the mass hangs from each hand, straight below the shoulder.
  void dumbbells_in_hands(double mass);
  /// "dumbbells" in the hands or "barbell" on the upper back, held by the hands; nothing at 0 kg.
  void carry(const std::string& how, double mass);
  /// Any other load.
  void load(const Load& load);
  /// Hands hold something fixed where they are in a posture; each pulls and pushes with the hands' strength.
  void hands_hold_fixed(const std::string& name, const Posture& where);
  /// Arms reach for the hip crease: what the arms like where hands hold a load there.
  void arms_to_hips();
  /// Barbell of the parameter load in the hip crease at bar_position, hands on it; with no load there is no bar, and the
  /// arms lie across the chest.
  void bar_on_hips();
  /// Hands hold the bar that was named last, `half_width` to each side of its middle, with the hands' strength.
  void hands_on_bar(double half_width);
  /// Hands raised beside a bar on the upper back, elbows down. The model's shoulder blades do not draw back, so the hands
  /// stay before the bar, and no force passes through them.
  void arms_to_bar_behind();
  /// Upper arms raised forward and crossed, hands on a bar before the shoulders, each `half_width` past its middle.
  void arms_crossed_on_bar(double half_width);
  /// A hand holds a point of what carries a load, with the hand's strength.
  void hand_on(Side side, const ContactPoint& place);
  /// Arms across the chest, hands on the other side's shoulder.
  void arms_across_chest();
  /// Arms reach forward, raised from hanging by `raise`, elbows nearly straight.
  void arms_forward(double raise);
  /// Arms hang beside the trunk.
  void arms_at_sides();

  void support(const Support& support);
  void furniture(const Furniture& furniture);
  /// The scenario so far, for anything that has no word yet.
  Scenario& scenario() { return scenario_; }

  // ---- where the movement goes

  /// The posture with one more task, coming from the posture found last.
  /// @param path where on the path it lies: 0 bottom, 1 top
  Posture posture(const std::vector<NamedTask>& goals, double path) const;
  /// End of the way up: the first goal names it; any others must be led there by `drive` or `evenly`.
  /// @throws InfeasibleMotion with `help` if it cannot be
  const Posture& top(const std::vector<NamedTask>& goals, const std::string& help);
  /// Start of the way up, likewise.
  const Posture& bottom(const std::vector<NamedTask>& goals, const std::string& help);
  /// What goes evenly from bottom to top and so leads the movement.
  void driven_by(const std::string& name, const Task& quantity);
  /// A line or coordinate that follows evenly from what it is at the bottom to what it is at the top; both must
  /// have been found.
  void evenly(const std::string& name, const Task& quantity);
  /// A line that follows likewise, but late: see DriveLine::lag.
  void lagging(const std::string& name, const Task& quantity, double lag);
  /// Value between `lower` and `upper` of a measure at which a still posture that also meets `goals` costs the muscles
  /// least (the recruitment's own cost), for what neither geometry nor balance decides. Where muscles can hold none
  /// of them, the one that misses least.
  /// @param measure a line's inclination or a rotation, rad
  /// @param allowed says of a posture whether it may be; all within the joints' ranges may if it is empty
  /// @throws InfeasibleMotion if no value between gives a posture
  double least_effort(
      const std::vector<NamedTask>& goals,
      const NamedTask& measure,
      double lower,
      double upper,
      double path,
      const std::function<bool(const Posture&)>& allowed = {},
      const std::string& help = {}) const;

  /// Down and up over one foot: top nearly upright with its knee bent by `knee_top`, bottom where `depth` holds and
  /// the trunk leans by trunk_lean_deg or, not given, by least effort; driven by that knee, the trunk following.
  void squat_on(Side side, const NamedTask& depth, double knee_top);

  /// Down and up over both feet: top standing with the hips straight, bottom with the thighs at thigh_angle_deg and the
  /// trunk leant by trunk_lean_deg or, not given, by least effort; driven by the knees, the trunk following evenly.
  /// Feet, loads and balance must have been said.
  void squat_down();
  /// Hips pushed back with the knees held at knee_flexion_deg, from an upright trunk at the top to `goal` at the bottom;
  /// driven by the trunk. Feet, loads and balance must have been said.
  void hinge_down(const NamedTask& goal, const std::string& help);
  /// A bar lifted from the floor (bar_height) until hips and knees are straight, straight up and as near to mid-foot as the
  /// legs allow. At the bottom the trunk leans by trunk_lean_deg or, not given, so that the shins touch the bar; driven
  /// by the knees, the trunk following later: hips and shoulders rise together at first. Feet, the bar in the hands and
  /// balance must have been said.
  void pull_from_floor();

  /// Goal of hips as low as they go: buttocks bottom_clearance above the floor, or higher so that no load or lifted foot
  /// touches it.
  NamedTask low_hips() const;
  /// Hips driven up on a back that rests: top with the trunk at `inclination` or where the hips' extension ends,
  /// bottom with the buttocks just above the floor (bottom_clearance) and no load touching it, driven by the
  /// trunk's inclination; where no foot_distance is given, feet so that the shank of `working` stands vertical at
  /// the top. Notes say what was found. Feet must have been placed (`stand`), at any x.
  void drive_hips_up(double inclination, Side working = Side::right);
  /// Likewise, but the top is where knee, hip and shoulder of `working` lie in one line.
  void drive_hips_into_line(Side working = Side::right);

  /// Phases of a repetition from concentric, hold, eccentric and repetitions.
  void tempo(StartAt start);
  /// What to change when the movement asks for more than a joint has; for both sides.
  void advise(const std::string& coordinate, const std::string& if_low, const std::string& if_high);
  /// What geometry decided, for the result.
  void note(const std::string& name, const std::string& sentence);
  void note(const std::string& name, double value);

  double coordinate_at(const Posture& posture, const std::string& name) const;
  Vec3 place_at(const Posture& posture, const ContactPoint& point) const;

  /// The finished scenario. @throws InvalidArgument if top, bottom or tempo were not said
  Scenario finish() const;

  /// The parameter `side`.
  Side side() const;
  /// +1 to the right, -1 to the left.
  static double sign(Side side) { return side == Side::right ? 1 : -1; }
  /// "_r" or "_l".
  static std::string suffix(Side side);
  static Side other(Side side) { return side == Side::right ? Side::left : Side::right; }

 private:
  std::vector<NamedTask> tasks(bool feet_held = true) const;
  void add_foot(std::vector<NamedTask>& tasks, Side side, bool held) const;
  Posture vertical_shank(const NamedTask& goal, Side working) const;
  std::pair<ContactPoint, Vec3> footing(Side side) const;
  void find_feet(const NamedTask& goal, Side working);
  Posture hips_at(const NamedTask& goal, Side working) const;
  [[noreturn]] void explain_top(const NamedTask& goal, Side working) const;
  void raise_hips(const NamedTask& goal, Side working);
  void move_feet_to_given(Side working);
  const char* height_parameter() const;
  std::pair<NamedTask, Posture> lowest_hips() const;
  const Posture& require_end(
      std::optional<Posture>& end,
      NamedTask& named,
      const std::vector<NamedTask>& goals,
      const Posture& found,
      const char* where,
      const std::string& help);
  const Posture& squat_to(
      const NamedTask& depth, Side leg, double deepest_lean, const std::string& help);
  std::vector<PointMass> carried() const;
  void straight_arm(Side side);
  ContactPoint hanging_bar(Side side) const;
  void soften_knees();
  double shins_at_bar(const NamedTask& on_floor, const std::string& help) const;
  double room_before(const Posture& posture, const std::string& low, const std::string& high) const;
  void hang_bar_clear(const std::function<std::vector<Posture>()>& postures);
  void hanging_hand(Side side);

  const Model* model_;
  const Skeleton* skeleton_;
  std::string exercise_;
  Parameters parameters_;
  Scenario scenario_;
  std::optional<FootPlace> feet_[2];
  std::vector<NamedTask> tasks_;
  std::map<int, Preference> wishes_;
  Eigen::VectorXd guess_;
  std::optional<ContactPoint> bar_;  // the one that was named last
  std::optional<Posture> top_;
  std::optional<Posture> bottom_;
  std::vector<Side> lifted_;  // legs held in the air
  bool lying_ = false;
  bool timed_ = false;
};

}  // namespace coxa
