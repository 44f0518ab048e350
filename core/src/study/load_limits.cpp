#include "load_limits.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numbers>

#include "coxa/study/limit_words.hpp"

namespace coxa {
namespace {

constexpr double kNone = -std::numeric_limits<double>::infinity();

// a frame that is impossible is limited by the bound whose least growth makes it possible
constexpr double kGrowths[] = {1.1, 1.5, 3, 10, 100};

// a removed bound: as strong, as wide, as rough, or pulling with as many body weights
constexpr double kRemoved = 100;
constexpr double kWide = 10;

// the sides of the body are alike where the strength used, or the gains of supports, differ by less
constexpr double kAlike = 0.05;

// share of a support's force below which a point does not count as pressed
constexpr double kPressed = 0.05;

double removal(Bound::Kind kind) { return kind == Bound::Kind::balance ? kWide : kRemoved; }

struct Change {
  Bound bound;
  double factor = 1;
};
using Changes = std::vector<Change>;

// the frame with some bounds changed, and its greatest load
struct ChangedFrame {
  explicit ChangedFrame(const LoadedFrame& frame) : solver(frame.trial, frame.options) {}

  FrameSolver solver;
  FeasibleLimit limit;
  double most = kNone;  // kg
};

// a bound, with that of the other side of the body: both sides of a person are equally strong
struct Element {
  Bound bound;
  std::vector<Bound> sides;
  double gain = 0;  // of both sides
};

bool is_strength(Bound::Kind kind) {
  return kind == Bound::Kind::muscle || kind == Bound::Kind::actuator;
}

bool is_support(Bound::Kind kind) { return !is_strength(kind) && kind != Bound::Kind::tie; }

class LimitChain {
 public:
  explicit LimitChain(const LoadedFrame& frame) : frame_(frame), model_(*frame.trial.model) {
    FrameSolver solver(frame.trial, frame.options);
    FrameSolver other(frame.other, frame.options);
    solver.prepare(frame.trial.motion, frame.frame);
    other.prepare(frame.trial.motion, frame.frame);
    along_ = (other.required() - solver.required()) / (frame.other_load - frame.load);
  }

  std::vector<LoadLimit> find(int count) {
    std::vector<LoadLimit> limits;
    auto state = changed({});
    const double start = state->most;
    while (std::ssize(limits) < count) {
      const double margin = std::isfinite(start) ? state->most - start : 0;
      if (state->most >= frame_.maximum) {
        limits.push_back(
            {.name = "the maximum of the parameter load",
             .kind = "parameter",
             .element = "load",
             .margin = margin});
        break;
      }
      const std::vector<Element> elements = elements_of(*state);
      if (elements.empty()) break;
      const Element& element = binding(elements, std::isfinite(state->most));
      limits.push_back(described(element.bound, *state, margin));
      for (const Bound& bound : element.sides) removed_.push_back({bound, removal(bound.kind)});
      state = changed({});
      if (!std::isfinite(state->most)) break;
    }
    // a frame whose forces no bound could balance
    if (limits.empty())
      limits.push_back(
          {.name = "posture: nothing that could hold the body there", .kind = "support"});
    return limits;
  }

 private:
  std::unique_ptr<ChangedFrame> changed(Changes changes) const {
    changes.insert(changes.begin(), removed_.begin(), removed_.end());
    auto state = std::make_unique<ChangedFrame>(frame_);
    FrameSolver& solver = state->solver;
    solver.prepare(frame_.trial.motion, frame_.frame);
    for (const Change& change : changes)
      solver.recruitment().relax(change.bound, change.factor, solver.body());
    if (!changes.empty()) solver.prepare(frame_.trial.motion, frame_.frame);
    const SolveStatus status = solver.recruitment().limit_along(
        along_, frame_.minimum - frame_.load, frame_.maximum - frame_.load, state->limit);
    if (status == SolveStatus::solved) state->most = frame_.load + state->limit.t;
    return state;
  }

  std::string name_of(const Bound& bound, const Recruitment& recruitment) const {
    switch (bound.kind) {
      case Bound::Kind::muscle: return model_.muscles[bound.index].name;
      case Bound::Kind::actuator: return model_.actuators[bound.index].name;
      case Bound::Kind::tie: return recruitment.ties()[bound.index].name;
      default: return recruitment.cones()[bound.index].name;
    }
  }

  // bounds that limit, sides together, greatest gain first
  std::vector<Element> elements_of(const ChangedFrame& state) const {
    const Recruitment& recruitment = state.solver.recruitment();
    std::vector<Element> elements;
    for (const Bound& bound : recruitment.bounds_of(state.limit, state.solver.body())) {
      const bool removed = std::ranges::any_of(removed_, [&](const Change& change) {
        return change.bound.kind == bound.kind && change.bound.index == bound.index;
      });
      if (removed) continue;
      const std::string mirror = mirrored(name_of(bound, recruitment));
      const auto other = std::ranges::find_if(elements, [&](const Element& element) {
        return element.bound.kind == bound.kind && name_of(element.bound, recruitment) == mirror;
      });
      if (other == elements.end()) {
        elements.push_back({bound, {bound}, bound.gain});
        continue;
      }
      name_by_right(*other, bound, state);
      other->sides.push_back(bound);
      other->gain += bound.gain;
    }
    for (Element& element : elements) add_other_side(element, state);
    std::ranges::stable_sort(elements, std::greater<>(), &Element::gain);
    return elements;
  }

  // where both sides are at their bounds, rounding decides which has the multiplier: the right one
  // names them
  void name_by_right(Element& element, const Bound& other, const ChangedFrame& state) const {
    const Recruitment& recruitment = state.solver.recruitment();
    if (sided(name_of(other, recruitment)).side != "right ") return;
    const bool alike = is_support(other.kind) ? other.gain > (1 - kAlike) * element.bound.gain
                                              : recruitment.used(other, state.limit) > 1 - kAlike;
    if (alike) element.bound = other;
  }

  // strength of the other side, even where it has no multiplier
  void add_other_side(Element& element, const ChangedFrame& state) const {
    if (element.sides.size() > 1 || is_support(element.bound.kind)) return;
    const Recruitment& recruitment = state.solver.recruitment();
    const std::string mirror = mirrored(name_of(element.bound, recruitment));
    const auto count = element.bound.kind == Bound::Kind::muscle     ? model_.muscles.size()
                       : element.bound.kind == Bound::Kind::actuator ? model_.actuators.size()
                                                                     : recruitment.ties().size();
    Bound other = element.bound;
    for (other.index = 0; other.index < static_cast<int>(count); ++other.index) {
      if (name_of(other, recruitment) != mirror) continue;
      element.sides.push_back(other);
      return name_by_right(element, other, state);
    }
  }

  // the element to name: of the kind with the greatest gain, where all muscles and actuators
  // together are one kind
  const Element& binding(const std::vector<Element>& elements, bool feasible) const {
    const auto strongest = std::ranges::find_if(
        elements, [](const Element& element) { return is_strength(element.bound.kind); });
    const auto other = std::ranges::find_if(
        elements, [](const Element& element) { return !is_strength(element.bound.kind); });
    if (strongest == elements.end()) return elements.front();
    if (!feasible) return enabling(elements, *strongest);
    double strength = 0;
    for (const Element& element : elements)
      if (is_strength(element.bound.kind)) strength += element.gain;
    return other != elements.end() && other->gain > strength ? *other : *strongest;
  }

  bool possible(const Changes& changes) const { return std::isfinite(changed(changes)->most); }

  // the same for an impossible frame: the kind of which the least more is needed
  const Element& enabling(const std::vector<Element>& elements, const Element& strongest) const {
    for (const double growth : kGrowths) {
      Changes stronger;
      for (const Element& element : elements) {
        Changes changes;
        for (const Bound& bound : element.sides) changes.push_back({bound, growth});
        if (is_strength(element.bound.kind))
          stronger.insert(stronger.end(), changes.begin(), changes.end());
        else if (element.bound.kind != Bound::Kind::contact && possible(changes))
          return element;
      }
      if (possible(stronger)) return strongest;
    }
    // pull would also replace friction and a wider support: it comes last
    for (const Element& element : elements)
      if (element.bound.kind == Bound::Kind::contact
          && possible({{element.bound, removal(element.bound.kind)}}))
        return element;
    return strongest;
  }

  LoadLimit described(const Bound& bound, const ChangedFrame& state, double margin) const {
    const Recruitment& recruitment = state.solver.recruitment();
    LoadLimit limit{.element = name_of(bound, recruitment), .margin = margin};
    const std::string words = plain_words(limit.element);
    switch (bound.kind) {
      case Bound::Kind::muscle: describe_muscle(bound.index, state, limit); break;
      case Bound::Kind::actuator: {
        const int coordinate = model_.actuators[bound.index].coordinate;
        limit.kind = "actuator";
        limit.name = action_words(model_.skeleton.coordinate(coordinate), bound.direction)
                     + " at full strength";
        at(coordinate, limit);
        break;
      }
      case Bound::Kind::tie: {
        const BoundedTie& tie = recruitment.ties()[bound.index];
        const std::string body = model_.skeleton.bodies()[tie.body_a].name;
        const bool hand = body.starts_with("hand");
        limit.kind = hand ? "grip" : "tie";
        limit.name = hand ? "grip of the " + plain_words(body) : "strength of the " + words;
        break;
      }
      case Bound::Kind::balance:
        limit.kind = "balance";
        limit.name = "balance: pressure at the " + pressed(bound.index, state);
        break;
      case Bound::Kind::contact:
        limit.kind = "balance";
        limit.name = "balance: no pressure at the " + words;
        break;
      case Bound::Kind::friction:
        limit.kind = "friction";
        limit.name = "friction of the " + words;
        break;
    }
    return limit;
  }

  // the coordinate on which the muscle's work in the limiting mechanism is greatest
  void describe_muscle(int muscle, const ChangedFrame& state, LoadLimit& limit) const {
    const MusclePlan& plan = state.solver.plan();
    int coordinate = -1;
    double greatest = 0;
    for (int k = plan.first_arm(muscle); k < plan.first_arm(muscle + 1); ++k) {
      const int c = plan.arm_coordinates()[k];
      const double work = std::abs(state.limit.lambda[c] * state.solver.geometry().moment_arm[k]);
      if (work <= greatest || !model_.skeleton.coordinate(c).rotational) continue;
      greatest = work;
      coordinate = c;
    }
    limit.kind = "muscle";
    limit.name = muscle_words(limit.element) + " fully active";
    if (coordinate < 0) return;
    at(coordinate, limit);
    limit.name +=
        " at "
        + angle_words(model_.skeleton.coordinate(coordinate), limit.angle * std::numbers::pi / 180);
  }

  void at(int coordinate, LoadLimit& limit) const {
    limit.coordinate = model_.skeleton.coordinate(coordinate).name;
    limit.angle = frame_.trial.motion.q(coordinate, frame_.frame) * 180 / std::numbers::pi;
  }

  // name of the site where a contact point is; empty if there is none
  std::string site_of(const FrictionCone& cone) const {
    for (const Site& site : model_.skeleton.sites())
      if (site.body == cone.body && (site.p_B - cone.p_B).norm() < 1e-9) return site.name;
    return "";
  }

  // where the force of a support lies: "heel of the right foot", "right shoulder blade"
  std::string pressed(int first_cone, const ChangedFrame& state) const {
    const Recruitment& recruitment = state.solver.recruitment();
    const std::vector<int> cones = recruitment.cones_with(first_cone);
    const std::string support = plain_words(recruitment.cones()[first_cone].name);
    double total = 0;
    for (const int c : cones) total += recruitment.normal_force(state.limit, c);
    std::vector<Pressure> places;
    bool inner = false;
    bool outer = false;
    for (const int c : cones) {
      const double force = recruitment.normal_force(state.limit, c);
      if (force < kPressed * total) continue;
      const std::string site = site_of(recruitment.cones()[c]);
      const std::string stem = sided(site).rest;
      inner |= !stem.ends_with("_lateral");
      outer |= !stem.ends_with("_medial");
      const std::string place = place_words(site);
      const auto known = std::ranges::find(places, place, &Pressure::place);
      (known == places.end() ? places.emplace_back(Pressure{place}) : *known).force += force;
    }
    const std::string edge = inner && outer ? "" : inner ? "inner" : "outer";
    if (places.size() > 1 && !edge.empty()) return edge + " edge of the " + support;
    const Pressure& most = *std::ranges::max_element(places, {}, &Pressure::force);
    if (most.place.empty()) return "edge of the " + support;
    if (!sided(most.place).side.empty() || most.place.starts_with("right ")
        || most.place.starts_with("left "))
      return most.place;
    return (edge.empty() ? "" : edge + " side of the ") + most.place + " of the " + support;
  }

  struct Pressure {
    std::string place;
    double force = 0;  // N
  };

  const LoadedFrame& frame_;
  const Model& model_;
  Eigen::VectorXd along_;
  Changes removed_;
};

}  // namespace

std::vector<LoadLimit> load_limits(const LoadedFrame& frame, int count) {
  return LimitChain(frame).find(count);
}

}  // namespace coxa
