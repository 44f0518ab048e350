#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "coxa/exercise/scenario.hpp"
#include "coxa/exercise/vocabulary.hpp"
#include "coxa/math/error.hpp"
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

// Plain C++ structs in Python: immutable values. A list of them becomes a tuple, so that nobody
// modifies a copy by mistake; `record.replace(field=value)` returns a modified copy.

namespace coxa::python {

/// Conversion of a field to Python and back. @throws py::cast_error
template <typename T>
struct Convert {
  static py::object out(const T& value) { return py::cast(value); }
  static T in(const py::handle& given) { return given.cast<T>(); }
};

template <typename T>
struct Convert<std::vector<T>> {
  static py::tuple out(const std::vector<T>& values) {
    py::tuple result(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) result[i] = Convert<T>::out(values[i]);
    return result;
  }
  static std::vector<T> in(const py::handle& given) {
    std::vector<T> values;
    for (const py::handle item : py::reinterpret_borrow<py::object>(given))
      values.push_back(Convert<T>::in(item));
    return values;
  }
};

/// Runs a conversion; failure becomes an error that names the field and the given value.
template <typename Call>
auto converting(const std::string& where, const py::handle& given, const Call& call) {
  try {
    return call();
  } catch (const InvalidArgument& error) {
    throw InvalidArgument(where + ": " + error.what());
  } catch (const py::cast_error&) {
    throw InvalidArgument(where + " cannot be " + py::repr(given).cast<std::string>());
  } catch (const py::error_already_set& error) {
    // a value that is not a sequence where one is expected
    if (!error.matches(PyExc_TypeError)) throw;
    throw InvalidArgument(where + " cannot be " + py::repr(given).cast<std::string>());
  }
}

/// Binds a plain struct: constructed from values in the order of its fields or by name, readable,
/// comparable, and copied with changes.
template <typename T>
class Record {
 public:
  Record(py::module_& m, const char* name, const char* doc)
      : name_(name), class_(m, name, doc), fields_(std::make_shared<std::vector<Field>>()) {}

  template <typename M>
  Record& field(const char* name, M T::*member) {
    const std::string where = name_ + "." + name;
    Field entry;
    entry.name = name;
    entry.get = [member](const T& self) -> py::object {
      if constexpr (std::is_array_v<M>) {
        const auto& axes = self.*member;
        return py::make_tuple(axes[0], axes[1], axes[2]);
      } else {
        return Convert<M>::out(self.*member);
      }
    };
    entry.set = [member, where](T& self, const py::handle& given) {
      converting(where, given, [&] {
        if constexpr (std::is_array_v<M>) {
          const auto axes = given.cast<std::array<bool, 3>>();
          std::copy(axes.begin(), axes.end(), self.*member);
        } else {
          self.*member = Convert<M>::in(given);
        }
      });
    };
    class_.def_property_readonly(name, entry.get);
    fields_->push_back(std::move(entry));
    return *this;
  }

  /// Lets Python pass a pair in place of this record.
  Record& from_pair() {
    pair_ = true;
    return *this;
  }

  /// Adds the members that every record has; call last.
  void finish() {
    const auto fields = fields_;
    const std::string name = name_;
    const bool pair = pair_;
    class_.def(py::init([fields, name, pair](py::args args, const py::kwargs& named) {
      T made{};
      if (pair && args.size() == 1 && py::isinstance<py::tuple>(args[0])) args = py::args(args[0]);
      require(
          args.size() <= fields->size(), name, " takes at most ", fields->size(),
          " values: ", names(*fields), "; given ", args.size());
      for (std::size_t i = 0; i < args.size(); ++i) {
        require(
            !named.contains((*fields)[i].name), name, ": ", (*fields)[i].name, " is given twice");
        (*fields)[i].set(made, args[i]);
      }
      set_named(*fields, name, made, named);
      return made;
    }));
    if (pair_) py::implicitly_convertible<py::tuple, T>();
    class_.def("replace", [fields, name](const T& self, const py::kwargs& named) {
      T changed = self;
      set_named(*fields, name, changed, named);
      return changed;
    });
    class_.def("__repr__", [fields, name](const T& self) {
      std::string text;
      for (const Field& field : *fields) {
        text += (text.empty() ? "" : ", ") + field.name + "="
                + py::repr(field.get(self)).template cast<std::string>();
      }
      return name + "(" + text + ")";
    });
    class_.def("__eq__", [fields](const T& self, const py::object& other) -> py::object {
      if (!py::isinstance<T>(other)) return py::bool_(false);
      const T& another = other.template cast<const T&>();
      for (const Field& field : *fields) {
        if (!field.get(self).equal(field.get(another))) return py::bool_(false);
      }
      return py::bool_(true);
    });
  }

 private:
  struct Field {
    std::string name;
    std::function<py::object(const T&)> get;
    std::function<void(T&, const py::handle&)> set;
  };

  static std::string names(const std::vector<Field>& fields) {
    std::string text;
    for (const Field& field : fields) text += (text.empty() ? "" : ", ") + field.name;
    return text;
  }

  static void set_named(
      const std::vector<Field>& fields, const std::string& name, T& made, const py::kwargs& named) {
    for (const auto& [key, value] : named) {
      const auto word = key.template cast<std::string>();
      const auto field = std::ranges::find(fields, word, &Field::name);
      if (field == fields.end())
        throw UnknownName(name + " has no '" + word + "'; it has: " + names(fields));
      field->set(made, value);
    }
  }

  std::string name_;
  py::class_<T> class_;
  std::shared_ptr<std::vector<Field>> fields_;
  bool pair_ = false;
};

}  // namespace coxa::python
