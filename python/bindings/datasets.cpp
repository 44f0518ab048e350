#include "datasets.hpp"

#include <variant>

#include "coxa/io/hdf5.hpp"
#include "coxa/math/error.hpp"

namespace coxa::python {
namespace {

py::dict to_python(const Attributes& attributes) {
  py::dict result;
  for (const auto& [name, value] : attributes) {
    std::visit(
        [&](const auto& held) {
          using Held = std::decay_t<decltype(held)>;
          if constexpr (std::is_same_v<Held, std::vector<std::int32_t>>) {
            result[py::str(name)] = to_array(held, {static_cast<py::ssize_t>(held.size())});
          } else {
            result[py::str(name)] = held;
          }
        },
        value);
  }
  return result;
}

Attributes attributes_from_python(const py::dict& given) {
  Attributes attributes;
  for (const auto& [key, value] : given) {
    const auto name = key.cast<std::string>();
    if (py::isinstance<py::str>(value)) {
      attributes[name] = value.cast<std::string>();
    } else if (py::isinstance<py::array>(value) || py::isinstance<py::sequence>(value)) {
      attributes[name] = value.cast<std::vector<std::int32_t>>();
    } else {
      attributes[name] = value.cast<double>();
    }
  }
  return attributes;
}

// memory of an array as a vector, in row-major order
template <typename T>
std::vector<T> to_vector(const py::handle& values) {
  const auto array = py::array_t<T, py::array::c_style | py::array::forcecast>::ensure(values);
  if (!array) throw py::error_already_set();
  return {array.data(), array.data() + array.size()};
}

}  // namespace

py::dict to_python(Dataset dataset) {
  py::dict dims;
  for (const auto& [name, size] : dataset.dimensions) dims[py::str(name)] = size;

  py::dict variables;
  for (Variable& variable : dataset.variables) {
    std::vector<py::ssize_t> shape;
    for (const auto& dim : variable.dims) {
      shape.push_back(static_cast<py::ssize_t>(dataset.size(dim)));
    }
    py::object values;
    std::visit(
        [&](auto& held) {
          using Held = std::decay_t<decltype(held)>;
          if constexpr (std::is_same_v<Held, std::vector<std::string>>) {
            values = py::cast(held);
          } else {
            values = to_array(std::move(held), shape);
          }
        },
        variable.data);
    variables[py::str(variable.name)] =
        py::make_tuple(py::tuple(py::cast(variable.dims)), values, to_python(variable.attributes));
  }

  py::dict result;
  result["dims"] = dims;
  result["variables"] = variables;
  result["attributes"] = to_python(dataset.attributes);
  return result;
}

Dataset from_python(const py::dict& given) {
  Dataset dataset;
  for (const auto& [name, size] : given["dims"].cast<py::dict>()) {
    dataset.add_dimension(name.cast<std::string>(), size.cast<std::size_t>());
  }
  for (const auto& [name, item] : given["variables"].cast<py::dict>()) {
    const auto parts = item.cast<py::tuple>();
    Variable variable;
    variable.name = name.cast<std::string>();
    variable.dims = parts[0].cast<std::vector<std::string>>();
    variable.attributes = attributes_from_python(parts[2].cast<py::dict>());
    if (py::isinstance<py::list>(parts[1])) {
      variable.data = parts[1].cast<std::vector<std::string>>();
    } else if (const auto kind = parts[1].cast<py::array>().dtype().kind(); kind == 'f') {
      variable.data = to_vector<double>(parts[1]);
    } else if (kind == 'i' || kind == 'u' || kind == 'b') {
      variable.data = to_vector<std::int32_t>(parts[1]);
    } else {
      throw InvalidArgument(message(
          "variable '", variable.name,
          "' holds neither numbers nor text; a result file can store nothing else"));
    }
    dataset.add(std::move(variable));
  }
  dataset.attributes = attributes_from_python(given["attributes"].cast<py::dict>());
  return dataset;
}

void bind_datasets(py::module_& m) {
  m.def(
      "write_hdf5",
      [](const py::dict& given, const std::filesystem::path& path) {
        const Dataset dataset = from_python(given);
        py::gil_scoped_release release;
        write_hdf5(dataset, path);
      },
      py::arg("dataset"), py::arg("path"),
      "Writes a dataset; the file appears under its name only when it is whole.");
  m.def(
      "read_hdf5",
      [](const std::filesystem::path& path) {
        Dataset dataset;
        {
          py::gil_scoped_release release;
          dataset = read_hdf5(path);
        }
        return to_python(std::move(dataset));
      },
      py::arg("path"), "Reads what write_hdf5 wrote.");
}

}  // namespace coxa::python
