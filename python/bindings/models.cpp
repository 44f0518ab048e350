#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include "coxa/body/dynamics.hpp"
#include "coxa/io/osim.hpp"
#include "coxa/io/sto.hpp"
#include "coxa/math/error.hpp"
#include "coxa/muscle/geometry.hpp"
#include "coxa/muscle/model.hpp"
#include "coxa/muscle/muscle_state.hpp"
#include "coxa/muscle/perturbation.hpp"
#include "coxa/muscle/subject.hpp"

#include "bindings.hpp"

namespace coxa::python {
namespace {

using ModelPtr = std::shared_ptr<Model>;
using ConstRow = Eigen::Map<const Eigen::VectorXd>;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// [k x n] states, one per row, without a copy
class States {
 public:
  States(const char* name, const Rows& rows, std::initializer_list<py::ssize_t> widths)
      : data_(rows.data()), count_(rows.ndim() == 2 ? rows.shape(0) : -1) {
    require(count_ >= 0, name, " must have one state per row");
    width_ = rows.shape(1);
    for (const auto width : widths) {
      if (width == width_) return;
    }
    require_size(name, static_cast<long>(width_), static_cast<long>(*widths.begin()));
  }

  py::ssize_t count() const { return count_; }
  py::ssize_t width() const { return width_; }
  ConstRow operator[](py::ssize_t k) const { return {data_ + k * width_, width_}; }

 private:
  const double* data_;
  py::ssize_t count_;
  py::ssize_t width_ = 0;
};

void require_same_count(const char* name, const States& given, const States& first) {
  require(
      given.count() == first.count(), name, " has ", given.count(), " states; expected ",
      first.count(), " as in q");
}

py::tuple vec3(const Vec3& v) { return py::make_tuple(v.x(), v.y(), v.z()); }

Rows mat3(const Mat3& R) {
  Rows result({3, 3});
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) result.mutable_at(i, j) = R(i, j);
  }
  return result;
}

const char* text(Side side) {
  return side == Side::right ? "right" : side == Side::left ? "left" : "both";
}

// where every spline that a full coordinate drives is known
std::pair<double, double> spline_domain(const Model& model, int full) {
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
  const auto narrow = [&](const Function& function) {
    lower = std::max(lower, function.domain_lower());
    upper = std::min(upper, function.domain_upper());
  };
  for (const Body& body : model.skeleton.bodies()) {
    for (const JointAxis& axis : body.axes) {
      if (axis.coordinate == full) narrow(axis.function);
    }
  }
  for (const Coupling& coupling : model.skeleton.couplings()) {
    if (coupling.independent == full) narrow(coupling.function);
  }
  for (const Muscle& muscle : model.muscles) {
    for (const PathPoint& point : muscle.path.points) {
      if (point.kind != PathPoint::Kind::moving) continue;
      for (const MovingLocation& location : point.moving) {
        if (location.coordinate == full) narrow(location.function);
      }
    }
  }
  return {lower, upper};
}

// no joint axis follows the coordinate itself, only functions of it: OpenSim's motion type "Coupled"
bool moves_through_functions(const Skeleton& skeleton, int full) {
  for (const Body& body : skeleton.bodies()) {
    for (const JointAxis& axis : body.axes) {
      if (axis.coordinate != full || axis.function.kind() != Function::Kind::linear) continue;
      const auto& c = axis.function.coefficients();
      if (std::abs(c[0]) == 1 && c[1] == 0) return false;
    }
  }
  return true;
}

py::list coordinates_of(const Model& model) {
  const Skeleton& skeleton = model.skeleton;
  std::vector<int> independent(skeleton.nq_full(), -1);
  for (int i = 0; i < skeleton.nq(); ++i) independent[skeleton.independent()[i]] = i;
  std::vector<std::string> joint(skeleton.nq_full());
  for (const Body& body : skeleton.bodies()) {
    for (const JointAxis& axis : body.axes) {
      if (axis.coordinate >= 0) joint[axis.coordinate] = body.joint;
    }
  }

  py::list result;
  for (int i = 0; i < skeleton.nq_full(); ++i) {
    const Coordinate& coordinate = skeleton.full_coordinates()[i];
    py::dict row;
    row["name"] = coordinate.name;
    row["joint"] = joint[i];
    row["rotational"] = coordinate.rotational;
    row["default"] = coordinate.default_value;
    row["minimum"] = coordinate.lower;
    row["maximum"] = coordinate.upper;
    row["coupled"] = moves_through_functions(skeleton, i);
    row["locked"] = coordinate.locked;
    row["independent"] = independent[i];
    row["driven_by"] = "";
    for (const Coupling& coupling : skeleton.couplings()) {
      if (coupling.dependent == i) {
        row["driven_by"] = skeleton.full_coordinates()[coupling.independent].name;
      }
    }
    row["spline_domain"] = spline_domain(model, i);
    result.append(row);
  }
  return result;
}

py::list bodies_of(const Model& model) {
  const auto& bodies = model.skeleton.bodies();
  py::list result;
  for (std::size_t i = 1; i < bodies.size(); ++i) {
    const Body& body = bodies[i];
    py::dict row;
    row["name"] = body.name;
    row["joint"] = body.joint;
    row["parent"] = bodies[body.parent].name;
    row["mass"] = body.mass;
    row["center_of_mass"] = vec3(body.center_of_mass);
    row["inertia"] = mat3(body.inertia);
    result.append(row);
  }
  return result;
}

py::list sites_of(const Model& model) {
  py::list result;
  for (const Site& site : model.skeleton.sites()) {
    py::dict row;
    row["name"] = site.name;
    row["body"] = model.skeleton.bodies()[site.body].name;
    row["position"] = vec3(site.p_B);
    result.append(row);
  }
  return result;
}

py::list muscles_of(const Model& model) {
  py::list result;
  for (const Muscle& muscle : model.muscles) {
    py::dict row;
    row["name"] = muscle.name;
    row["max_isometric_force"] = muscle.max_isometric_force;
    row["optimal_fiber_length"] = muscle.optimal_fiber_length;
    row["tendon_slack_length"] = muscle.tendon_slack_length;
    row["pennation_at_optimal"] = muscle.pennation_at_optimal;
    row["max_contraction_velocity"] = muscle.max_contraction_velocity;
    row["minimum_activation"] = muscle.minimum_activation;
    result.append(row);
  }
  return result;
}

py::list actuators_of(const Model& model) {
  py::list result;
  for (const Actuator& actuator : model.actuators) {
    py::dict row;
    row["name"] = actuator.name;
    row["coordinate"] = model.skeleton.coordinate(actuator.coordinate).name;
    row["lower"] = actuator.lower;
    row["upper"] = actuator.upper;
    result.append(row);
  }
  return result;
}

py::list groups_of(const Model& model) {
  py::list result;
  for (const MuscleGroup& group : model.groups) {
    std::vector<std::string> members;
    for (const int m : group.muscles) members.push_back(model.muscles[m].name);
    py::dict row;
    row["name"] = group.name;
    row["side"] = text(group.side);
    row["muscles"] = members;
    result.append(row);
  }
  return result;
}

// ---- states ----------------------------------------------------------------------------------------------

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

// full coordinates of independent ones: defaults of the locked, couplings applied
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

// on the independent coordinates, or with `full` on all: a force on a driven coordinate then acts through its
// coupling, and its acceleration follows from it
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

Rows lengths(const Model& model, const Rows& q) {
  const Skeleton& skeleton = model.skeleton;
  const States states("q", q, {skeleton.nq()});
  const auto muscles = static_cast<py::ssize_t>(model.muscles.size());
  Rows result({states.count(), muscles});
  double* out = result.mutable_data();
  py::gil_scoped_release release;
  BodyWorkspace work(skeleton);
  const MusclePlan plan(model);
  MuscleGeometry geometry(plan);
  for (py::ssize_t row = 0; row < states.count(); ++row) {
    positions(skeleton, work, states[row]);
    muscle_geometry(model, plan, work, geometry);
    Eigen::Map<Eigen::VectorXd>(out + row * muscles, muscles) = geometry.length;
  }
  return result;
}

Rows arms(const Model& model, const Rows& q) {
  const Skeleton& skeleton = model.skeleton;
  const States states("q", q, {skeleton.nq()});
  const auto muscles = static_cast<py::ssize_t>(model.muscles.size());
  const py::ssize_t n = skeleton.nq();
  Rows result({states.count(), muscles, n});
  double* out = result.mutable_data();
  py::gil_scoped_release release;
  BodyWorkspace work(skeleton);
  const MusclePlan plan(model);
  MuscleGeometry geometry(plan);
  for (py::ssize_t row = 0; row < states.count(); ++row) {
    positions(skeleton, work, states[row]);
    muscle_geometry(model, plan, work, geometry);
    Eigen::Map<RowMajor>(out + row * muscles * n, muscles, n) =
        moment_arm_matrix(plan, geometry, skeleton.nq());
  }
  return result;
}

// tension of every tendon
Rows forces_of_muscles(
    const Model& model, const Rows& q, const Rows& v, const Rows& activation, bool elastic) {
  const Skeleton& skeleton = model.skeleton;
  const auto muscles = static_cast<py::ssize_t>(model.muscles.size());
  const States qs("q", q, {skeleton.nq()}), vs("v", v, {skeleton.nq()});
  const States as("activation", activation, {muscles});
  require_same_count("v", vs, qs);
  require_same_count("activation", as, qs);
  Rows result({qs.count(), muscles});
  double* out = result.mutable_data();
  py::gil_scoped_release release;
  BodyWorkspace work(skeleton);
  const MusclePlan plan(model);
  MuscleGeometry geometry(plan);
  const std::vector<FiberGeometry> fibers = fiber_geometries(model);
  for (py::ssize_t row = 0; row < qs.count(); ++row) {
    positions(skeleton, work, qs[row]);
    muscle_geometry(model, plan, work, geometry);
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
  }
  return result;
}

// one list per state, of one [points x 3] array per muscle
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

void bind_models(py::module_& m) {
  py::class_<Model, ModelPtr>(m, "Model", "Skeleton and muscles, immutable.")
      .def_readonly("name", &Model::name)
      .def_readonly("source", &Model::source)
      .def_readonly("sha256", &Model::sha256)
      .def_readonly("warnings", &Model::warnings)
      .def_property_readonly("total_mass", [](const Model& m) { return m.skeleton.total_mass(); })
      .def_property_readonly("gravity", [](const Model& m) { return vec3(m.skeleton.gravity()); })
      .def("coordinate_names", [](const Model& m) { return m.skeleton.coordinate_names(); })
      .def("coordinates", &coordinates_of)
      .def("bodies", &bodies_of)
      .def("sites", &sites_of)
      .def("muscles", &muscles_of)
      .def("actuators", &actuators_of)
      .def("groups", &groups_of)
      .def("expand", &expand, py::arg("q"))
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

  m.def(
      "read_osim",
      [](const std::filesystem::path& path) {
        py::gil_scoped_release release;
        return std::make_shared<Model>(read_osim(path));
      },
      py::arg("path"), "Reads an OpenSim 4 model.");
  m.def(
      "parse_osim",
      [](const py::bytes& document, const std::string& source) {
        const std::string bytes = document;
        py::gil_scoped_release release;
        return std::make_shared<Model>(parse_osim(bytes, source));
      },
      py::arg("document"), py::arg("source"),
      "Reads an OpenSim 4 model from the bytes of a file named `source`.");
  m.def(
      "write_osim",
      [](const ModelPtr& model, const std::filesystem::path& path) {
        py::gil_scoped_release release;
        write_osim(*model, path);
      },
      py::arg("model"), py::arg("path"), "Writes a model as an OpenSim 4 file.");
  m.def(
      "write_sto",
      [](const std::filesystem::path& path, const std::string& name, bool in_degrees,
         const std::vector<std::string>& columns, const std::vector<double>& time,
         const Rows& values) {
        TimeTable table{name, in_degrees, columns, {}, {}};
        const States rows("values", values, {static_cast<py::ssize_t>(columns.size())});
        require_size("values", static_cast<long>(rows.count()), static_cast<long>(time.size()));
        table.time = ConstRow(time.data(), static_cast<Eigen::Index>(time.size()));
        table.values = Eigen::Map<const RowMajor>(values.data(), rows.count(), rows.width());
        write_sto(table, path);
      },
      py::arg("path"), py::arg("name"), py::arg("in_degrees"), py::arg("columns"), py::arg("time"),
      py::arg("values"), "Writes a table over time as OpenSim's .sto and .mot files hold it.");
  m.def(
      "scale",
      [](const ModelPtr& model, const std::string& sex, double mass, double height, double strength,
         const std::map<std::string, double>& segment_lengths,
         const std::filesystem::path& anthropometry,
         const std::map<std::string, double>& group_strength) {
        const Subject subject{sex == "female" ? Sex::female : Sex::male,
                              mass,
                              height,
                              strength,
                              segment_lengths,
                              group_strength};
        py::gil_scoped_release release;
        return std::make_shared<Model>(scale(*model, subject, anthropometry));
      },
      py::arg("model"), py::arg("sex"), py::arg("mass"), py::arg("height"), py::arg("strength"),
      py::arg("segment_lengths"), py::arg("anthropometry"),
      py::arg("group_strength") = std::map<std::string, double>{}, "The model fitted to a person.");
  m.def(
      "perturb",
      [](const ModelPtr& model, const std::map<std::string, double>& changes) {
        py::gil_scoped_release release;
        return std::make_shared<Model>(perturb(*model, changes));
      },
      py::arg("model"), py::arg("changes"), "A model with some of its properties changed.");
  m.def(
      "perturbations",
      [](const Model& model) {
        py::list rows;
        for (const Perturbation& p : perturbations(model)) {
          py::dict row;
          row["name"] = p.name;
          row["unit"] = p.unit;
          row["description"] = p.description;
          row["neutral"] = p.neutral;
          row["minimum"] = p.minimum;
          row["maximum"] = p.maximum;
          row["independent"] = p.independent;
          rows.append(row);
        }
        return rows;
      },
      py::arg("model"), "What `perturb` can change.");
}

}  // namespace coxa::python
