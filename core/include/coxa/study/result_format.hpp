#pragma once

#include <string>
#include <vector>

#include "coxa/export.hpp"
#include "coxa/study/dataset.hpp"

namespace coxa {

/// What format "coxa-1" says of one variable of a result, whatever the trial.
struct VariableDescription {
  std::string name;  // a summary's has `<group>` or `<support>` in place of each group's or support's name
  std::vector<std::string> dims;
  std::string units;  // both UDUNITS and pint read them
  std::string long_name;
  Attributes attributes{};  // more than units and long_name
  std::string condition{};  // when it is there; empty: always
};

/// Variables that `simulate` records, labels of dimensions first, in the order of the dataset.
COXA_EXPORT std::vector<VariableDescription> recorded_variables();

/// Scalar summaries that `simulate` adds to them, each with the attribute role = "summary".
COXA_EXPORT std::vector<VariableDescription> summary_variables();

}  // namespace coxa
