#include "models.hpp"

#include "coxa/io/osim.hpp"
#include "coxa/io/sto.hpp"
#include "coxa/muscle/perturbation.hpp"
#include "coxa/muscle/subject.hpp"

namespace coxa::python {
namespace {

void bind_files(py::module_& m) {
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
}

// scaled and perturbed models
void bind_changes(py::module_& m) {
  m.def(
      "scale",
      [](const ModelPtr& model, const py::object& person,
         const std::filesystem::path& anthropometry) {
        const Subject subject = subject_of(person);
        py::gil_scoped_release release;
        return std::make_shared<Model>(scale(*model, subject, anthropometry));
      },
      py::arg("model"), py::arg("subject"), py::arg("anthropometry"),
      "The model fitted to a person.");
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
        return rows_of(perturbations(model), [](py::dict& row, const Perturbation& p) {
          row["name"] = p.name;
          row["unit"] = p.unit;
          row["description"] = p.description;
          row["neutral"] = p.neutral;
          row["minimum"] = p.minimum;
          row["maximum"] = p.maximum;
          row["independent"] = p.independent;
        });
      },
      py::arg("model"), "What `perturb` can change.");
}

}  // namespace

Subject subject_of(const py::handle& given) {
  const auto training = given.attr("training").cast<std::string>();
  const auto map = [&](const char* name) {
    return py::dict(given.attr(name)).cast<std::map<std::string, double>>();
  };
  return {
      given.attr("sex").cast<std::string>() == "female" ? Sex::female : Sex::male,
      given.attr("mass").cast<double>(),
      given.attr("height").cast<double>(),
      given.attr("strength").cast<double>(),
      map("segment_lengths"),
      map("group_strength"),
      given.attr("age").cast<std::optional<double>>(),
      training == "trained"        ? Training::trained
      : training == "recreational" ? Training::recreational
                                   : Training::untrained};
}

void bind_models(py::module_& m) {
  ModelClass c(m, "Model", "Skeleton and muscles, immutable.");
  c.def_readonly("name", &Model::name)
      .def_readonly("source", &Model::source)
      .def_readonly("sha256", &Model::sha256)
      .def_readonly("warnings", &Model::warnings)
      .def_property_readonly("total_mass", [](const Model& m) { return m.skeleton.total_mass(); });
  bind_model_tables(c);
  bind_model_states(c);
  bind_files(m);
  bind_changes(m);
}

}  // namespace coxa::python
