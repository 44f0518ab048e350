#include "coxa/body/dynamics.hpp"
#include "coxa/muscle/geometry.hpp"
#include "coxa/muscle/muscle_state.hpp"

#include "models.hpp"

namespace coxa::python {
namespace {

void require_same_count(const char* name, const States& given, const States& first) {
  require(
      given.count() == first.count(), name, " has ", given.count(), " states; expected ",
      first.count(), " as in q");
}

py::tuple body_positions(const Model& model, const Rows& q) {
  const Skeleton& skeleton = model.skeleton;
  const States states("q", q, {skeleton.nq(), skeleton.nq_full()});
  const auto k = states.count();
  const auto bodies = static_cast<py::ssize_t>(skeleton.bodies().size()) - 1;
  const auto sites = static_cast<py::ssize_t>(skeleton.sites().size());
  std::vector<double> p_sites(k * sites * 3), p_bodies(k * bodies * 3), R_bodies(k * bodies * 9);
  {
    py::gil_scoped_release release;
    using RowMajor3 = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>;
    BodyWorkspace work(skeleton);
    for (py::ssize_t row = 0; row < k; ++row) {
      positions(skeleton, work, states[row]);
      for (py::ssize_t i = 0; i < sites; ++i) {
        const Site& site = skeleton.sites()[i];
        Eigen::Map<Vec3> p(p_sites.data() + (row * sites + i) * 3);
        p = world_point(work, site.body, site.p_B);
      }
      for (py::ssize_t i = 0; i < bodies; ++i) {
        const Pose& X_WB = work.bodies[i + 1].X_WB;
        Eigen::Map<Vec3> p(p_bodies.data() + (row * bodies + i) * 3);
        Eigen::Map<RowMajor3> R(R_bodies.data() + (row * bodies + i) * 9);
        p = X_WB.p;
        R = X_WB.R;
      }
    }
  }
  return py::make_tuple(
      to_array(std::move(p_sites), {k, sites, 3}), to_array(std::move(p_bodies), {k, bodies, 3}),
      to_array(std::move(R_bodies), {k, bodies, 3, 3}));
}

// full coordinates from independent ones: locked at their defaults, couplings applied
Rows expand(const Model& model, const Rows& q) {
  const Skeleton& skeleton = model.skeleton;
  const States states("q", q, {skeleton.nq()});
  Rows result({states.count(), static_cast<py::ssize_t>(skeleton.nq_full())});
  double* out = result.mutable_data();
  py::gil_scoped_release release;
  BodyWorkspace work(skeleton);
  for (py::ssize_t row = 0; row < states.count(); ++row) {
    positions(skeleton, work, states[row]);
    Eigen::Map<Eigen::VectorXd>(out + row * skeleton.nq_full(), skeleton.nq_full()) = work.q_full;
  }
  return result;
}

Rows generalized_forces(const Model& model, const Rows& q, const Rows& v, const Rows& vdot) {
  const Skeleton& skeleton = model.skeleton;
  const States qs("q", q, {skeleton.nq(), skeleton.nq_full()});
  const States vs("v", v, {qs.width()}), vdots("vdot", vdot, {qs.width()});
  require_same_count("v", vs, qs);
  require_same_count("vdot", vdots, qs);
  const bool full = qs.width() == skeleton.nq_full();
  Rows result({qs.count(), qs.width()});
  double* out = result.mutable_data();
  py::gil_scoped_release release;
  BodyWorkspace work(skeleton);
  for (py::ssize_t row = 0; row < qs.count(); ++row) {
    inverse_dynamics(skeleton, work, qs[row], vs[row], vdots[row]);
    Eigen::Map<Eigen::VectorXd>(out + row * qs.width(), qs.width()) =
        full ? work.tau_full : work.tau;
  }
  return result;
}

Rows mass_matrices(const Model& model, const Rows& q) {
  const Skeleton& skeleton = model.skeleton;
  const States states("q", q, {skeleton.nq(), skeleton.nq_full()});
  const auto n = states.width();
  Rows result({states.count(), n, n});
  double* out = result.mutable_data();
  py::gil_scoped_release release;
  BodyWorkspace work(skeleton);
  for (py::ssize_t row = 0; row < states.count(); ++row) {
    Eigen::Map<RowMajor>(out + row * n * n, n, n) = mass_matrix(skeleton, work, states[row]);
  }
  return result;
}

// accelerations of the independent coordinates, or of all with `full`: a force on a dependent
// coordinate then acts through its coupling, which also determines its acceleration
Rows accelerations(const Model& model, const Rows& q, const Rows& v, const Rows& tau, bool full) {
  const Skeleton& skeleton = model.skeleton;
  const py::ssize_t n = full ? skeleton.nq_full() : skeleton.nq();
  const States qs("q", q, {n}), vs("v", v, {n}), taus("tau", tau, {n});
  require_same_count("v", vs, qs);
  require_same_count("tau", taus, qs);
  Rows result({qs.count(), n});
  double* out = result.mutable_data();
  py::gil_scoped_release release;
  BodyWorkspace work(skeleton);
  const int nq = skeleton.nq();
  Eigen::VectorXd q_row(nq), v_row(nq), tau_row(nq);
  for (py::ssize_t row = 0; row < qs.count(); ++row) {
    Eigen::Map<Eigen::VectorXd> vdot(out + row * n, n);
    if (!full) {
      vdot = forward_dynamics(skeleton, work, qs[row], vs[row], taus[row]);
      continue;
    }
    for (int i = 0; i < nq; ++i) {
      const int j = skeleton.independent()[i];
      q_row[i] = qs[row][j];
      v_row[i] = vs[row][j];
      tau_row[i] = taus[row][j];
    }
    positions(skeleton, work, q_row);
    for (const Coupling& coupling : skeleton.couplings()) {
      for (int i = 0; i < nq; ++i) {
        if (skeleton.independent()[i] != coupling.independent) continue;
        tau_row[i] += work.factor[coupling.dependent] * taus[row][coupling.dependent];
      }
    }
    const Eigen::VectorXd vdot_row = forward_dynamics(skeleton, work, q_row, v_row, tau_row);
    motion(skeleton, work, q_row, v_row, vdot_row);
    vdot = work.vdot_full;
  }
  return result;
}

// calls use(row, plan, geometry) for every state, with the paths of all muscles; releases the GIL
template <typename Use>
void each_geometry(const Model& model, const States& states, const Use& use) {
  const py::gil_scoped_release release;
  BodyWorkspace work(model.skeleton);
  const MusclePlan plan(model);
  MuscleGeometry geometry(plan);
  for (py::ssize_t row = 0; row < states.count(); ++row) {
    positions(model.skeleton, work, states[row]);
    muscle_geometry(model, plan, work, geometry);
    use(row, plan, geometry);
  }
}

Rows lengths(const Model& model, const Rows& q) {
  const States states("q", q, {model.skeleton.nq()});
  const auto muscles = static_cast<py::ssize_t>(model.muscles.size());
  Rows result({states.count(), muscles});
  double* out = result.mutable_data();
  each_geometry(model, states, [&](py::ssize_t row, const MusclePlan&, MuscleGeometry& geometry) {
    Eigen::Map<Eigen::VectorXd>(out + row * muscles, muscles) = geometry.length;
  });
  return result;
}

Rows arms(const Model& model, const Rows& q) {
  const int n = model.skeleton.nq();
  const States states("q", q, {n});
  const auto muscles = static_cast<py::ssize_t>(model.muscles.size());
  Rows result({states.count(), muscles, static_cast<py::ssize_t>(n)});
  double* out = result.mutable_data();
  each_geometry(
      model, states, [&](py::ssize_t row, const MusclePlan& plan, MuscleGeometry& geometry) {
        Eigen::Map<RowMajor>(out + row * muscles * n, muscles, n) =
            moment_arm_matrix(plan, geometry, n);
      });
  return result;
}

// tendon force of every muscle, N
Rows forces_of_muscles(
    const Model& model, const Rows& q, const Rows& v, const Rows& activation, bool elastic) {
  const auto muscles = static_cast<py::ssize_t>(model.muscles.size());
  const States qs("q", q, {model.skeleton.nq()}), vs("v", v, {model.skeleton.nq()});
  const States as("activation", activation, {muscles});
  require_same_count("v", vs, qs);
  require_same_count("activation", as, qs);
  Rows result({qs.count(), muscles});
  double* out = result.mutable_data();
  const std::vector<FiberGeometry> fibers = fiber_geometries(model);
  each_geometry(model, qs, [&](py::ssize_t row, const MusclePlan& plan, MuscleGeometry& geometry) {
    muscle_speeds(plan, vs[row], geometry);
    for (py::ssize_t m = 0; m < muscles; ++m) {
      const Muscle& muscle = model.muscles[m];
      const double a = as[row][m], length = geometry.length[m], speed = geometry.speed[m];
      require(
          a >= 0 && a <= 1, "activation of muscle ", muscle.name, " in state ", row, " is ", a,
          "; it must be from 0 to 1");
      double& force = out[row * muscles + m];
      if (elastic) {
        force = elastic_equilibrium(muscle, fibers[m], a, length, speed).tendon_force;
      } else {
        const MuscleState state = muscle_state(muscle, fibers[m], length, speed);
        force = a * state.active_force + state.passive_force;
      }
    }
  });
  return result;
}

// per state a list with one [points x 3] array per muscle
py::list paths(const Model& model, const Rows& q, double max_step) {
  const Skeleton& skeleton = model.skeleton;
  const States states("q", q, {skeleton.nq()});
  const int muscles = static_cast<int>(model.muscles.size());
  std::vector<std::vector<std::vector<double>>> found(states.count());
  {
    py::gil_scoped_release release;
    BodyWorkspace work(skeleton);
    const MusclePlan plan(model);
    for (py::ssize_t row = 0; row < states.count(); ++row) {
      positions(skeleton, work, states[row]);
      for (int m = 0; m < muscles; ++m) {
        std::vector<double>& points = found[row].emplace_back();
        for (const Vec3& p : muscle_polyline(model, plan, work, m, max_step)) {
          points.insert(points.end(), {p.x(), p.y(), p.z()});
        }
      }
    }
  }
  py::list result;
  for (auto& state : found) {
    py::list lines;
    for (auto& points : state) {
      const auto count = static_cast<py::ssize_t>(points.size() / 3);
      lines.append(to_array(std::move(points), {count, 3}));
    }
    result.append(lines);
  }
  return result;
}

}  // namespace

void bind_model_states(ModelClass& c) {
  c.def("expand", &expand, py::arg("q"))
      .def("positions", &body_positions, py::arg("q"))
      .def("inverse_dynamics", &generalized_forces, py::arg("q"), py::arg("v"), py::arg("vdot"))
      .def("mass_matrix", &mass_matrices, py::arg("q"))
      .def(
          "forward_dynamics", &accelerations, py::arg("q"), py::arg("v"), py::arg("tau"),
          py::arg("full") = false)
      .def("muscle_lengths", &lengths, py::arg("q"))
      .def("moment_arms", &arms, py::arg("q"))
      .def(
          "muscle_forces", &forces_of_muscles, py::arg("q"), py::arg("v"), py::arg("activation"),
          py::arg("elastic"))
      .def("muscle_paths", &paths, py::arg("q"), py::arg("max_step") = 0.1);
}

}  // namespace coxa::python
