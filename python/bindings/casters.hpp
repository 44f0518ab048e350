#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "coxa/exercise/scenario.hpp"
#include "coxa/exercise/vocabulary.hpp"
#include "coxa/math/spatial.hpp"
#include "coxa/motion/movement.hpp"

#include "bindings.hpp"

// Conversions of small types: a point is three numbers, a rotation three rows of them, a pose a
// pair of both, a side or a phase a word, a goal a pair (name, task).

namespace pybind11::detail {

template <>
struct type_caster<coxa::Vec3> {
  PYBIND11_TYPE_CASTER(coxa::Vec3, const_name("tuple[float, float, float]"));

  bool load(handle given, bool) {
    make_caster<std::array<double, 3>> numbers;
    if (!numbers.load(given, true)) return false;
    const auto& v = cast_op<std::array<double, 3>&>(numbers);
    value = {v[0], v[1], v[2]};
    return true;
  }
  static handle cast(const coxa::Vec3& v, return_value_policy, handle) {
    return make_tuple(v.x(), v.y(), v.z()).release();
  }
};

template <>
struct type_caster<coxa::Mat3> {
  PYBIND11_TYPE_CASTER(coxa::Mat3, const_name("tuple[tuple[float, float, float], ...]"));

  bool load(handle given, bool) {
    make_caster<std::array<coxa::Vec3, 3>> rows;
    if (!rows.load(given, true)) return false;
    const auto& R = cast_op<std::array<coxa::Vec3, 3>&>(rows);
    for (int i = 0; i < 3; ++i) value.row(i) = R[i];
    return true;
  }
  static handle cast(const coxa::Mat3& R, return_value_policy, handle) {
    return make_tuple(coxa::Vec3(R.row(0)), coxa::Vec3(R.row(1)), coxa::Vec3(R.row(2))).release();
  }
};

template <>
struct type_caster<coxa::Pose> {
  PYBIND11_TYPE_CASTER(coxa::Pose, const_name("tuple"));

  bool load(handle given, bool) {
    make_caster<std::pair<coxa::Mat3, coxa::Vec3>> parts;
    if (!parts.load(given, true)) return false;
    const auto [R, p] = cast_op<std::pair<coxa::Mat3, coxa::Vec3>>(parts);
    value = {R, p};
    return true;
  }
  static handle cast(const coxa::Pose& X, return_value_policy, handle) {
    return make_tuple(X.R, X.p).release();
  }
};

// a point of a body, which in C++ is sometimes a pair
template <>
struct type_caster<std::pair<int, coxa::Vec3>> {
  using PointPair = std::pair<int, coxa::Vec3>;
  PYBIND11_TYPE_CASTER(PointPair, const_name("ContactPoint"));
  using Point = coxa::ContactPoint;

  bool load(handle given, bool convert) {
    make_caster<Point> point;
    if (!point.load(given, convert)) return false;
    const Point& p = cast_op<const Point&>(point);
    value = {p.body, p.p_B};
    return true;
  }
  static handle cast(const std::pair<int, coxa::Vec3>& point, return_value_policy, handle parent) {
    return make_caster<Point>::cast(
        Point{point.first, point.second}, return_value_policy::move, parent);
  }
};

// an enumeration as words, in the order of its values
template <typename Enum>
struct word_caster {
  PYBIND11_TYPE_CASTER(Enum, const_name("str"));

  bool load(handle given, bool) {
    if (!isinstance<str>(given)) return false;
    const auto& words = word_caster::words();
    const auto word = std::find(words.begin(), words.end(), given.cast<std::string>());
    if (word == words.end()) return false;
    value = static_cast<Enum>(word - words.begin());
    return true;
  }
  static handle cast(Enum value, return_value_policy, handle) {
    return str(words()[static_cast<std::size_t>(value)]).release();
  }
  static const std::vector<std::string>& words();
};

template <>
inline const std::vector<std::string>& word_caster<coxa::Side>::words() {
  static const std::vector<std::string> all{"right", "left", "both"};
  return all;
}
template <>
inline const std::vector<std::string>& word_caster<coxa::Phase::Kind>::words() {
  static const std::vector<std::string> all{"concentric", "hold", "eccentric", "rest"};
  return all;
}
template <>
inline const std::vector<std::string>& word_caster<coxa::StartAt>::words() {
  static const std::vector<std::string> all{"bottom", "top"};
  return all;
}

template <>
struct type_caster<coxa::Side> : word_caster<coxa::Side> {};
template <>
struct type_caster<coxa::Phase::Kind> : word_caster<coxa::Phase::Kind> {};
template <>
struct type_caster<coxa::StartAt> : word_caster<coxa::StartAt> {};

// one goal or several; each a NamedTask or a pair (name, task)
template <>
struct type_caster<std::vector<coxa::NamedTask>> {
  PYBIND11_TYPE_CASTER(std::vector<coxa::NamedTask>, const_name("Sequence[NamedTask]"));

  bool load(handle given, bool) {
    if (add(given)) return true;
    if (!isinstance<sequence>(given)) return false;
    value.clear();
    for (const handle goal : reinterpret_borrow<sequence>(given)) {
      if (!add(goal)) return false;
    }
    return true;
  }
  static handle cast(
      const std::vector<coxa::NamedTask>& goals, return_value_policy, handle parent) {
    tuple result(goals.size());
    for (std::size_t i = 0; i < goals.size(); ++i) {
      result[i] = reinterpret_steal<object>(
          make_caster<coxa::NamedTask>::cast(goals[i], return_value_policy::copy, parent));
    }
    return result.release();
  }

 private:
  bool add(handle given) {
    make_caster<coxa::NamedTask> goal;
    if (!goal.load(given, true)) return false;
    value.push_back(cast_op<coxa::NamedTask&>(goal));
    return true;
  }
};

}  // namespace pybind11::detail
