#pragma once

#include "coxa/study/dataset.hpp"

#include "bindings.hpp"

namespace coxa::python {

/// {"dims": {name: size}, "variables": {name: (dims, values, attributes)}, "attributes": {...}}; the arrays take
/// the dataset's memory with them. Text comes as a list.
py::dict to_python(Dataset dataset);

py::dict to_python(const Attributes& attributes);

/// The same way back.
Dataset from_python(const py::dict& given);

}  // namespace coxa::python
