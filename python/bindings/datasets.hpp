#pragma once

#include "coxa/study/dataset.hpp"

#include "bindings.hpp"

namespace coxa::python {

/// {"dims": {name: size}, "variables": {name: (dims, values, attributes)}, "attributes": {...}};
/// the arrays take ownership of the dataset's memory. Text becomes a list.
py::dict to_python(Dataset dataset);

py::dict to_python(const Attributes& attributes);

/// Inverse of `to_python`.
Dataset from_python(const py::dict& given);

}  // namespace coxa::python
