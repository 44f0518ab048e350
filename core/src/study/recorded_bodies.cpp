#include "study/recorded_rows.hpp"

namespace coxa {
namespace {

template <typename Vector>
Fill each_joint(const Vector& vector) {
  return [=](const Frame& f, double* row) {
    const std::vector<int>& bodies = f.of.roles.joint_bodies;
    write_vectors(row, bodies.size(), [&](int j) -> Vec3 {
      const Pose& X_WB = f.solver.body().bodies[bodies[j]].X_WB;
      return X_WB.R.transpose() * vector(f, bodies[j]);
    });
  };
}

// force of the lumbar joint on the trunk, N, in the frame of the body below it
Vec3 lumbar_force(const Frame& f) {
  const int trunk = f.of.roles.lumbar_extension.body[0];
  const int below = f.of.model.skeleton.bodies()[trunk].parent;
  return f.solver.body().bodies[below].X_WB.R.transpose() * f.solver.joint_wrench(trunk).force;
}

}  // namespace

Rows body_rows() {
  // a table: one row for each variable
  const Attributes child{
      {"comment", "on the child body, in its frame, at the joint's frame in it"}};
  const Attributes axis{
      {"comment",
       "axis: y of the pelvis frame (upward along the lower lumbar spine); shear: its x (forward), "
       "on the trunk"}};
  return {
      always(
          {"center_of_mass", {"time", "axis"}, "m", "mass centre of body and carried loads"},
          [](const Frame& f, double* row) { Vec3::Map(row) = f.momentum.center_of_mass; }),
      always(
          {"linear_momentum", {"time", "axis"}, "kg m s^-1", "momentum of body and carried loads"},
          [](const Frame& f, double* row) { Vec3::Map(row) = f.momentum.linear; }),
      always(
          {"angular_momentum",
           {"time", "axis"},
           "kg m^2 s^-1",
           "angular momentum of body and carried loads about center_of_mass"},
          [](const Frame& f, double* row) { Vec3::Map(row) = f.momentum.angular_about_center(); }),
      always(
          {"site_position", {"time", "site", "axis"}, "m", "position of a named point"},
          [](const Frame& f, double* row) {
            const std::vector<Site>& sites = f.of.model.skeleton.sites();
            write_vectors(row, sites.size(), [&](int i) {
              return world_point(f.solver.body(), sites[i].body, sites[i].p_B);
            });
          }),
      solved(
          {"joint_reaction_force",
           {"time", "joint", "axis"},
           "N",
           "force that the joint transmits",
           child},
          each_joint([](const Frame& f, int body) { return f.solver.joint_wrench(body).force; })),
      solved(
          {"joint_reaction_moment",
           {"time", "joint", "axis"},
           "N m",
           "moment that the joint transmits",
           child},
          each_joint([](const Frame& f, int body) {
            const Vec3 center =
                f.solver.body().bodies[body].X_WB * f.of.model.skeleton.bodies()[body].X_BM.p;
            return f.solver.joint_wrench(body).moment_about(center);
          })),
      of_role(
          &Roles::lumbar_extension,
          {"lumbar_compression", {"time"}, "N", "compression of the lumbar joint", axis},
          [](const Frame& f, int) { return lumbar_force(f).y(); }),
      of_role(
          &Roles::lumbar_extension,
          {"lumbar_shear",
           {"time"},
           "N",
           "forward shear of the lumbar joint, pelvis on trunk",
           axis},
          [](const Frame& f, int) { return lumbar_force(f).x(); }),
      before(
          {"status",
           {"time"},
           "1",
           "what went on in the frame, 0 if nothing",
           {{"flag_masks",
             std::vector<std::int32_t>{
                 kUnsolved, kReserveUsed, kFiberOutOfRange, kOutsideSplineDomain,
                 kActuatorAtBound}},
            {"flag_meanings",
             "unsolved reserve_used fiber_out_of_range outside_spline_domain actuator_at_bound"}}},
          [](const Recording& r) { return std::vector<std::int32_t>(r.trial.motion.frames(), 0); }),
  };
}

}  // namespace coxa
