#include "coxa/math/error.hpp"

#include "bindings.hpp"

namespace coxa::python {

// All exceptions: C++ class, Python name, Python bases. A derived class is registered after its
// base, because the translator registered last is tried first.
void bind_errors(py::module_& m) {
  const auto error = py::register_exception<Error>(m, "Error");
  const auto invalid = py::register_exception<InvalidArgument>(
      m, "InvalidArgument", py::make_tuple(error, py::handle(PyExc_ValueError)));
  py::register_exception<UnknownName>(m, "UnknownName", invalid);
  py::register_exception<InfeasibleMotion>(m, "InfeasibleMotion", invalid);
  py::register_exception<FileError>(
      m, "FileError", py::make_tuple(error, py::handle(PyExc_OSError)));
  py::register_exception<PluginError>(
      m, "PluginError", py::make_tuple(error, py::handle(PyExc_RuntimeError)));
  py::register_exception<UnsolvedFrame>(
      m, "UnsolvedFrame", py::make_tuple(error, py::handle(PyExc_RuntimeError)));

  // the classes appear as members of the package, not of this module
  for (const char* name :
       {"Error", "InvalidArgument", "UnknownName", "InfeasibleMotion", "FileError", "PluginError",
        "UnsolvedFrame"}) {
    m.attr(name).attr("__module__") = "coxa";
  }

  m.def(
      "nearest_name", &nearest_name, py::arg("name"), py::arg("candidates"),
      "The candidate that differs least from a name; empty if nothing is near.");
}

}  // namespace coxa::python
