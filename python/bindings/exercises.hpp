#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "coxa/exercise/exercise.hpp"

#include "bindings.hpp"

namespace coxa::python {

/// Values as Python callers give them, words for choices.
using Given = std::map<std::string, GivenValue>;

/// Declared parameters as a list of dicts, from which Python makes coxa.Parameter.
py::list parameter_rows(const std::vector<Parameter>& parameters);

/// The model behind a `coxa.Model` or a `coxa._core.Model`.
const Model& model_of(const py::handle& model);

/// Throws the error of ours that says what an exception of Python says: an exception that is ours keeps its class, any
/// other becomes a PluginError with its type, text and line. The GIL must be held.
/// @param name   the exercise that failed
/// @param origin where it came from; empty if not known
[[noreturn]] void throw_as_ours(
    const py::error_already_set& error, const std::string& name, const std::string& origin);

/// True once the interpreter is on its way out, and Python code can no longer be run.
bool interpreter_gone();

/// A reference to a Python object that may be copied and dropped on any thread, with or without the GIL.
using SharedObject = std::shared_ptr<py::object>;
SharedObject shared(py::object object);

}  // namespace coxa::python
