// coxa._core: the C++ library as Python sees it. Thin: arrays in, arrays out, no physics.

#include "bindings.hpp"

namespace coxa::python {
extern const char* const build_version;  // version and commit; its source is written by the build
}

PYBIND11_MODULE(_core, m) {
  m.doc() = "Bindings of libcoxa; use the package coxa instead.";
  m.attr("__version__") = COXA_VERSION;
  m.attr("build_version") = coxa::python::build_version;

  coxa::python::bind_errors(m);
  coxa::python::bind_datasets(m);
  coxa::python::bind_models(m);
  coxa::python::bind_scenario(m);
  coxa::python::bind_vocabulary(m);
  coxa::python::bind_exercises(m);
  coxa::python::bind_simulation(m);

  pybind11::module_::import("atexit").attr("register")(
      pybind11::cpp_function(&coxa::python::Running::end));
}
