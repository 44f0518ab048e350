#pragma once

#include <string>
#include <vector>

#include "coxa/export.hpp"
#include "coxa/study/dataset.hpp"

namespace coxa {

/// Description of one variable of format "coxa-1", independent of the trial.
struct VariableDescription {
  std::string name;  // in summaries `<group>` or `<support>` stands for each label
  std::vector<std::string> dims;
  std::string units;  // readable by UDUNITS and pint
  std::string long_name;
  Attributes attributes{};  // beyond units and long_name
  std::string condition{};  // when the variable is present; empty: always
};

/// Variables that `simulate` records, labels of dimensions first, in the dataset's order.
COXA_EXPORT std::vector<VariableDescription> recorded_variables();

/// Scalar summaries that `simulate` adds, each with the attribute role = "summary".
COXA_EXPORT std::vector<VariableDescription> summary_variables();

}  // namespace coxa
