#include <cmath>
#include <limits>
#include <span>

#include "models.hpp"

namespace coxa::python {
namespace {

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

// range in which every spline of a full coordinate is defined
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

// whether no joint axis is the coordinate itself, only functions of it: OpenSim's motion type
// "Coupled"
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
  return rows_of(std::span(bodies).subspan(1), [&](py::dict& row, const Body& body) {
    row["name"] = body.name;
    row["joint"] = body.joint;
    row["parent"] = bodies[body.parent].name;
    row["mass"] = body.mass;
    row["center_of_mass"] = vec3(body.center_of_mass);
    row["inertia"] = mat3(body.inertia);
  });
}

py::list sites_of(const Model& model) {
  return rows_of(model.skeleton.sites(), [&](py::dict& row, const Site& site) {
    row["name"] = site.name;
    row["body"] = model.skeleton.bodies()[site.body].name;
    row["position"] = vec3(site.p_B);
  });
}

py::list muscles_of(const Model& model) {
  return rows_of(model.muscles, [](py::dict& row, const Muscle& muscle) {
    row["name"] = muscle.name;
    row["max_isometric_force"] = muscle.max_isometric_force;
    row["optimal_fiber_length"] = muscle.optimal_fiber_length;
    row["tendon_slack_length"] = muscle.tendon_slack_length;
    row["pennation_at_optimal"] = muscle.pennation_at_optimal;
    row["max_contraction_velocity"] = muscle.max_contraction_velocity;
    row["minimum_activation"] = muscle.minimum_activation;
  });
}

py::list actuators_of(const Model& model) {
  return rows_of(model.actuators, [&](py::dict& row, const Actuator& actuator) {
    row["name"] = actuator.name;
    row["coordinate"] = model.skeleton.coordinate(actuator.coordinate).name;
    row["lower"] = actuator.lower;
    row["upper"] = actuator.upper;
  });
}

py::list groups_of(const Model& model) {
  return rows_of(model.groups, [&](py::dict& row, const MuscleGroup& group) {
    std::vector<std::string> members;
    for (const int m : group.muscles) members.push_back(model.muscles[m].name);
    row["name"] = group.name;
    row["side"] = text(group.side);
    row["muscles"] = members;
  });
}

}  // namespace

void bind_model_tables(ModelClass& c) {
  c.def_property_readonly("gravity", [](const Model& m) { return vec3(m.skeleton.gravity()); })
      .def("coordinate_names", [](const Model& m) { return m.skeleton.coordinate_names(); })
      .def("coordinates", &coordinates_of)
      .def("bodies", &bodies_of)
      .def("sites", &sites_of)
      .def("muscles", &muscles_of)
      .def("actuators", &actuators_of)
      .def("groups", &groups_of);
}

}  // namespace coxa::python
