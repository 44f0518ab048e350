#include "records.hpp"

#include <algorithm>

#include "coxa/math/error.hpp"

namespace coxa::python {

void converting(
    const std::string& where, const py::handle& given, const std::function<void()>& call) {
  try {
    call();
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

void Field::set(void* self, const py::handle& given) const {
  converting(where, given, [&] { in(static_cast<char*>(self) + offset, given); });
}

void RecordFields::set_all(void* self, py::args values, const py::kwargs& named) const {
  if (from_pair && values.size() == 1 && py::isinstance<py::tuple>(values[0]))
    values = py::args(values[0]);
  require(
      values.size() <= fields.size(), of, " takes at most ", fields.size(), " values: ", names(),
      "; given ", values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    require(!named.contains(fields[i].name), of, ": ", fields[i].name, " is given twice");
    fields[i].set(self, values[i]);
  }
  set_named(self, named);
}

void RecordFields::set_named(void* self, const py::kwargs& named) const {
  for (const auto& [key, value] : named) {
    const auto word = key.cast<std::string>();
    const auto field = std::ranges::find(fields, word, &Field::name);
    if (field == fields.end()) throw UnknownName(of + " has no '" + word + "'; it has: " + names());
    field->set(self, value);
  }
}

std::string RecordFields::repr(const void* self) const {
  std::string text;
  for (const Field& field : fields)
    text += (text.empty() ? "" : ", ") + field.name + "="
            + py::repr(field.get(self)).cast<std::string>();
  return of + "(" + text + ")";
}

bool RecordFields::equal(const void* a, const void* b) const {
  return std::ranges::all_of(
      fields, [&](const Field& field) { return field.get(a).equal(field.get(b)); });
}

std::string RecordFields::names() const {
  std::string text;
  for (const Field& field : fields) text += (text.empty() ? "" : ", ") + field.name;
  return text;
}

}  // namespace coxa::python
