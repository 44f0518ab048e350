#pragma once

#include <string>
#include <variant>
#include <vector>

#include "coxa/export.hpp"
#include "coxa/study/dataset.hpp"

namespace coxa {

/// One thing that differs between the trials of a study.
struct VariedParameter {
  std::string name;
  std::string unit;
  std::string description;
  std::variant<std::vector<double>, std::vector<std::string>>
      values;  // [trials] in `unit`, or the words of choices
};

/// All trials of a study as one dataset with the leading dimension `trial`:
///
///   - one variable (trial) per varied parameter;
///   - every summary of the trials, (trial, ...): their numeric variables with the attribute role =
///     "summary";
///   - each chosen series, (trial, sample, ...): a variable (time, ...) resampled linearly to 0 ...
///     100 % of the first repetition (of the whole trial if `repetition` does not tell them apart),
///     integers by their nearest frame, with `time` (trial, sample) in s;
///   - `trial_status` (0 ok, 1 failed) and `trial_message`.
///
/// A failed trial (no variables, the attribute "error") is a row of NaN, of -2147483647 in
/// integers, which `_FillValue` declares. A summary that some trials lack is missing there too.
/// Frames that are NaN stay so: a sample between a solved and an unsolved frame is NaN.
///
/// Trials may be of different exercises. What they have in common as a series must then have the
/// same labels in all of them: forces of supports, for one, do not.
///
/// @param trials   one dataset per trial, as `simulate` gives it; one that failed has no variables and the attribute "error"
/// @param varied   what distinguishes them, one value per trial
/// @param series   variables to keep over time; none for summaries only
/// @param samples  points per repetition, at least 2
/// @throws InvalidArgument if sizes, shapes or labels of the trials differ; UnknownName for a
///                  series that a trial lacks
COXA_EXPORT Dataset stack_trials(
    const std::vector<Dataset>& trials,
    const std::vector<VariedParameter>& varied,
    const std::vector<std::string>& series,
    int samples = 101);

/// Drops what stacking a trial does not need, so that a study's memory does not grow with muscles
/// times frames: series but those named, labels that nothing left has, attributes but "error".
/// @throws UnknownName for a series that the trial lacks
COXA_EXPORT void keep_series(Dataset& trial, const std::vector<std::string>& series);

}  // namespace coxa
