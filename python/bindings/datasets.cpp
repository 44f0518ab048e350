#include "datasets.hpp"

#include <optional>
#include <variant>

#include "coxa/io/hdf5.hpp"
#include "coxa/math/error.hpp"

namespace coxa::python {
namespace {

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

// copies an array to a vector in row-major order
template <typename T>
std::vector<T> to_vector(const py::handle& values) {
  const auto array = py::array_t<T, py::array::c_style | py::array::forcecast>::ensure(values);
  if (!array) throw py::error_already_set();
  return {array.data(), array.data() + array.size()};
}

GridDimension grid_dimension(const py::handle& given) {
  const auto parts = given.cast<py::tuple>();
  GridDimension dimension{
      parts[0].cast<std::string>(), parts[1].cast<std::string>(), parts[2].cast<std::string>(), {}};
  const auto values = parts[3].cast<py::sequence>();
  if (values.size() > 0 && py::isinstance<py::str>(values[0])) {
    dimension.values = values.cast<std::vector<std::string>>();
  } else {
    dimension.values = values.cast<std::vector<double>>();
  }
  return dimension;
}

}  // namespace

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
  // a table: one entry for each function of files
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
      "hdf5_image",
      [](const py::dict& given) {
        const Dataset dataset = from_python(given);
        std::vector<char> image;
        {
          py::gil_scoped_release release;
          image = hdf5_image(dataset);
        }
        return py::bytes(image.data(), image.size());
      },
      py::arg("dataset"), "The bytes of the file that write_hdf5 would write.");
  m.def(
      "join_hdf5",
      [](const std::vector<std::filesystem::path>& parts, const std::filesystem::path& target,
         const py::dict& attributes, const std::optional<py::sequence>& grid, bool checked) {
        const Attributes of_file = attributes_from_python(attributes);
        std::vector<GridDimension> dimensions;
        if (grid) {
          for (const auto& item : *grid) dimensions.push_back(grid_dimension(item));
        }
        py::gil_scoped_release release;
        join_hdf5(parts, target, of_file, dimensions, checked ? Parts::checked : Parts::unchecked);
      },
      py::arg("parts"), py::arg("target"), py::arg("attributes"), py::arg("grid") = py::none(),
      py::arg("checked") = false,
      "Joins the files of consecutive trials into one; grid lists (name, unit, description, "
      "values).");
  const auto check = [](bool verify) { return verify ? Check::checksum : Check::structure; };
  m.def(
      "check_hdf5",
      [check](const std::filesystem::path& path, bool verify) {
        py::gil_scoped_release release;
        check_hdf5(path, check(verify));
      },
      py::arg("path"), py::arg("verify") = true,
      "Makes sure that a file can be handed to HDF5, which damaged ones can end or hang; verify "
      "also compares its "
      "checksum.");
  m.def(
      "read_hdf5",
      [check](const std::filesystem::path& path, bool verify) {
        Dataset dataset;
        {
          py::gil_scoped_release release;
          dataset = read_hdf5(path, check(verify));
        }
        return to_python(std::move(dataset));
      },
      py::arg("path"), py::arg("verify") = true, "Reads what write_hdf5 wrote.");
  m.def(
      "read_hdf5_attributes",
      [check](const std::filesystem::path& path, bool verify) {
        Attributes attributes;
        {
          py::gil_scoped_release release;
          attributes = read_hdf5_attributes(path, check(verify));
        }
        return to_python(attributes);
      },
      py::arg("path"), py::arg("verify") = true,
      "Global attributes of such a file, without its arrays.");
}

}  // namespace coxa::python
