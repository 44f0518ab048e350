#include <algorithm>

#include "study/recorded_rows.hpp"

namespace coxa {
namespace {

template <typename Vector>
Fill each_support(const Vector& vector) {
  return [=](const Frame& f, double* row) {
    write_vectors(
        row, f.of.trial.setting.supports.size(), [&](int s) { return vector(f.solver, s); });
  };
}
template <typename Vector>
Fill each_grip(const Vector& vector) {
  return [=](const Frame& f, double* row) {
    const std::size_t count = f.of.trial.setting.grips.size() + f.of.trial.setting.anchors.size();
    write_vectors(row, count, [&](int g) { return vector(f.solver, g); });
  };
}
Fill each_load(Vec3 LoadState::*member) {
  return [=](const Frame& f, double* row) {
    const std::vector<LoadState>& loads = f.solver.loads();
    write_vectors(row, loads.size(), [&](int i) { return loads[i].*member; });
  };
}

RecordedVariable interval(
    const std::string& name, const std::string& which, std::vector<double> Recording::*range) {
  return only_if(
      [](const Recording& r) { return r.options.intervals; }, "with intervals",
      solved(
          {name,
           {"time", "support", "axis"},
           "N",
           which + " support force over all solutions within 5 % of the least cost"},
          [=](const Frame& f, double* row) { std::ranges::copy(f.of.*range, row); }));
}

}  // namespace

Rows contact_rows() {
  // a table: one row for each variable
  return {
      solved(
          {"support_force", {"time", "support", "axis"}, "N", "force of the support on the body"},
          each_support([](const FrameSolver& s, int i) { return s.support_force(i); })),
      solved(
          {"support_moment",
           {"time", "support", "axis"},
           "N m",
           "moment of the support on the body about support_origin"},
          each_support([](const FrameSolver& s, int i) { return s.support_moment(i); })),
      before(
          {"support_origin", {"support", "axis"}, "m", "point about which support_moment is taken"},
          [](const Recording& r) {
            std::vector<double> origins(3 * r.trial.setting.supports.size());
            write_vectors(origins.data(), r.trial.setting.supports.size(), [&](int s) {
              return r.trial.setting.supports[s].origin;
            });
            return origins;
          }),
      solved(
          {"center_of_pressure", {"time", "support", "axis"}, "m", "centre of pressure"},
          each_support([](const FrameSolver& s, int i) { return s.center_of_pressure(i); })),
      interval("support_force_min", "least", &Recording::support_min),
      interval("support_force_max", "greatest", &Recording::support_max),
      solved(
          {"grip_force",
           {"time", "grip", "axis"},
           "N",
           "force on the hand, its opposite acts on the load; or of what is fixed on the body",
           {},
           kIfHeld},
          each_grip([](const FrameSolver& s, int g) { return s.grip_force(g); })),
      solved(
          {"grip_position", {"time", "grip", "axis"}, "m", "where grip_force acts", {}, kIfHeld},
          each_grip([](const FrameSolver& s, int g) { return s.grip_position(g); })),
      always(
          {"load_force",
           {"time", "load", "axis"},
           "N",
           "force on the body: weight and inertia of a load or of a cable's stack, tension of a "
           "band"},
          each_load(&LoadState::force)),
      always(
          {"load_position",
           {"time", "load", "axis"},
           "m",
           "mass centre of the load; point of the body that band or cable pulls"},
          each_load(&LoadState::position)),
      always(
          {"load_moment",
           {"time", "load", "axis"},
           "N m",
           "moment of the load on the body about load_position"},
          each_load(&LoadState::moment)),
  };
}

}  // namespace coxa
