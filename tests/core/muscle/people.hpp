#pragma once

// People of any measures, and the mass and inertia of bodies of their models.

#include <random>
#include <string>
#include <vector>

#include "coxa/body/dynamics.hpp"
#include "coxa/io/osim.hpp"
#include "coxa/muscle/subject.hpp"

#include "support/paths.hpp"

namespace coxa::test {

inline const Model& generic() {
  static const Model model = read_osim(data_dir() / "models" / "coxa_fullbody.osim");
  return model;
}

inline Model fit(const Subject& subject) {
  return scale(generic(), subject, data_dir() / "anthropometry");
}

inline const Body& body(const Model& model, const std::string& name) {
  return model.skeleton.bodies()[model.skeleton.body_index(name)];
}

// poses in the default posture, pelvis upright at the origin of its coordinates
inline BodyWorkspace standing(const Model& model) {
  BodyWorkspace work(model.skeleton);
  positions(model.skeleton, work, model.skeleton.default_position());
  return work;
}

// mass, centre and inertia of several bodies about their common centre, axes of the world
struct Lump {
  double mass = 0;
  Vec3 center = Vec3::Zero();
  Mat3 inertia = Mat3::Zero();
};

inline Lump lump(
    const Model& model, const BodyWorkspace& work, const std::vector<std::string>& names) {
  Lump sum;
  for (const std::string& name : names) {
    const Body& part = body(model, name);
    sum.mass += part.mass;
    sum.center +=
        part.mass * (work.bodies[model.skeleton.body_index(name)].X_WB * part.center_of_mass);
  }
  sum.center /= sum.mass;
  for (const std::string& name : names) {
    const Body& part = body(model, name);
    const Pose& X = work.bodies[model.skeleton.body_index(name)].X_WB;
    const Vec3 apart = X * part.center_of_mass - sum.center;
    sum.inertia +=
        X.R * part.inertia * X.R.transpose()
        + part.mass * (apart.squaredNorm() * Mat3::Identity() - apart * apart.transpose());
  }
  return sum;
}

inline std::vector<std::string> all_bodies(const Model& model) {
  std::vector<std::string> names;
  for (std::size_t i = 1; i < model.skeleton.bodies().size(); ++i)
    names.push_back(model.skeleton.bodies()[i].name);
  return names;
}

// random people; every second one with some given lengths
inline std::vector<Subject> people(int count) {
  std::mt19937 generator(20);
  std::uniform_real_distribution<double> unit(0, 1);
  const auto between = [&](double a, double b) { return a + (b - a) * unit(generator); };
  std::vector<Subject> list;
  for (int i = 0; i < count; ++i) {
    Subject subject;
    subject.sex = i % 2 ? Sex::female : Sex::male;
    subject.height = between(1.4, 2.1);
    subject.mass = between(17, 40) * subject.height * subject.height;
    subject.strength = between(0.5, 2);
    if (i % 4 > 1) {
      const auto usual = segment_lengths(fit(subject));
      for (const std::string& name : segment_names())
        if (unit(generator) < 0.5)
          subject.segment_lengths[name] = usual.at(name) * between(0.85, 1.15);
    }
    list.push_back(subject);
  }
  return list;
}

}  // namespace coxa::test
