#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "coxa/exercise/exercise.hpp"

#include "bindings.hpp"

namespace coxa::python {

/// Values as Python callers give them: numbers, or words for choices.
using Given = std::map<std::string, GivenValue>;

/// Declared parameters as a list of dicts, from which the package makes coxa.Parameter objects.
py::list parameter_rows(const std::vector<Parameter>& parameters);

/// The model of a `coxa.Model` or a `coxa._core.Model`.
const Model& model_of(const py::handle& model);

/// Rethrows a Python exception as a C++ one: an exception of coxa keeps its class, any other
/// becomes a PluginError with its type, text and line. The GIL must be held.
/// @param name   the exercise that failed
/// @param origin where it came from; empty if unknown
[[noreturn]] void throw_as_ours(
    const py::error_already_set& error, const std::string& name, const std::string& origin);

/// Whether the interpreter is shutting down, so that Python code can no longer run.
bool interpreter_gone();

/// Reference to a Python object that may be copied and released on any thread, with or without the
/// GIL.
using SharedObject = std::shared_ptr<py::object>;
SharedObject shared(py::object object);

}  // namespace coxa::python
