#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "casters.hpp"

// Plain C++ structs in Python: immutable values. A list of them becomes a tuple, so that nobody
// modifies a copy by mistake; `record.replace(field=value)` returns a modified copy.

namespace coxa::python {

/// Conversion of a field to Python and back. @throws py::cast_error
template <typename T>
struct Convert {
  static py::object out(const T& value) { return py::cast(value); }
  static T in(const py::handle& given) { return given.cast<T>(); }
};

template <>
struct Convert<bool[3]> {
  static py::object out(const bool (&axes)[3]) { return py::make_tuple(axes[0], axes[1], axes[2]); }
  static std::array<bool, 3> in(const py::handle& given) {
    return given.cast<std::array<bool, 3>>();
  }
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
void converting(
    const std::string& where, const py::handle& given, const std::function<void()>& call);

/// A member of a plain struct. Its type is hidden behind two function pointers, so that the code
/// shared by all members is compiled once.
struct Field {
  template <typename T, typename M>
  Field(const std::string& owner, const char* member_name, M T::*member)
      : name(member_name), where(owner + "." + name) {
    const T sample{};
    offset =
        reinterpret_cast<const char*>(&(sample.*member)) - reinterpret_cast<const char*>(&sample);
    out = [](const void* value) -> py::object {
      return Convert<M>::out(*static_cast<const M*>(value));
    };
    in = [](void* value, const py::handle& given) {
      auto converted = Convert<M>::in(given);
      if constexpr (std::is_array_v<M>) {
        std::copy(converted.begin(), converted.end(), *static_cast<M*>(value));
      } else {
        *static_cast<M*>(value) = std::move(converted);
      }
    };
  }

  py::object get(const void* self) const { return out(static_cast<const char*>(self) + offset); }
  void set(void* self, const py::handle& given) const;

  std::string name;
  std::string where;      // for errors
  std::ptrdiff_t offset;  // from the start of the struct
  py::object (*out)(const void* value);
  void (*in)(void* value, const py::handle& given);
};

/// The fields of a record and the methods that all records share; `self` points to the struct.
struct RecordFields {
  void set_all(void* self, py::args values, const py::kwargs& named) const;
  void set_named(void* self, const py::kwargs& named) const;
  std::string repr(const void* self) const;
  bool equal(const void* a, const void* b) const;
  std::string names() const;

  std::string of;
  std::vector<Field> fields{};
  bool from_pair = false;
};

/// Binds a plain struct: constructed from values in the order of its fields or by name, readable,
/// comparable, and copied with changes.
template <typename T>
class Record {
 public:
  Record(py::module_& m, const char* name, const char* doc)
      : class_(m, name, doc), type_(std::make_shared<RecordFields>(RecordFields{name})) {}

  template <typename M>
  Record& field(const char* name, M T::*member) {
    return add(Field(type_->of, name, member));
  }

  /// Lets Python pass a pair in place of this record.
  Record& from_pair() {
    type_->from_pair = true;
    py::implicitly_convertible<py::tuple, T>();
    return *this;
  }

  /// Adds the members that every record has; call last.
  void finish() {
    const std::shared_ptr<const RecordFields> type = type_;
    class_.def(py::init([type](const py::args& values, const py::kwargs& named) {
      T made{};
      type->set_all(&made, values, named);
      return made;
    }));
    class_.def("replace", [type](const T& self, const py::kwargs& named) {
      T changed = self;
      type->set_named(&changed, named);
      return changed;
    });
    class_.def("__repr__", [type](const T& self) { return type->repr(&self); });
    class_.def("__eq__", [type](const T& self, const py::object& other) {
      return py::isinstance<T>(other) && type->equal(&self, &other.cast<const T&>());
    });
  }

 private:
  Record& add(Field field) {
    class_.def_property_readonly(
        field.name.c_str(), [field](const T& self) { return field.get(&self); });
    type_->fields.push_back(std::move(field));
    return *this;
  }

  py::class_<T> class_;
  std::shared_ptr<RecordFields> type_;
};

}  // namespace coxa::python
