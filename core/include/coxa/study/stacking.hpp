#pragma once

#include <string>
#include <variant>
#include <vector>

#include "coxa/export.hpp"
#include "coxa/study/dataset.hpp"

namespace coxa {

/// A quantity that differs between the trials of a study.
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
///   - every summary of the trials, (trial, ...): numeric variables with the attribute role =
///     "summary";
///   - each requested series, (trial, sample, ...): a variable (time, ...) resampled linearly to 0
///     ... 100 % of the first repetition (of the whole trial if `repetition` does not distinguish any),
///     integers from the nearest frame, with `time` (trial, sample) in s;
///   - `trial_status` (0 ok, 1 failed) and `trial_message`.
///
/// A failed trial (no variables, the attribute "error") is a row of NaN, or of -2147483647 in
/// integers, which `_FillValue` declares. A summary that a trial lacks is missing there too. Frames
/// that are NaN stay NaN: a sample between a solved and an unsolved frame is NaN.
///
/// Trials may be of different exercises. A common series must then have the same labels in all of
/// them, which forces of supports, for example, do not have.
///
/// @param trials   one dataset per trial, as returned by `simulate`; a failed one has no variables
/// and the attribute "error"
/// @param varied   what distinguishes the trials, one value per trial
/// @param series   variables to keep over time; empty: summaries only
/// @param samples  points per repetition, at least 2
/// @throws InvalidArgument if sizes, shapes or labels of the trials differ; UnknownName for a
///                  series that a trial lacks
COXA_EXPORT Dataset stack_trials(
    const std::vector<Dataset>& trials,
    const std::vector<VariedParameter>& varied,
    const std::vector<std::string>& series,
    int samples = 101);

/// Drops what stacking does not need from a trial, so that a study's memory does not grow with
/// muscles times frames: all series but those named, labels that are no longer used, and attributes
/// other than "error".
/// @throws UnknownName for a series that the trial lacks
COXA_EXPORT void keep_series(Dataset& trial, const std::vector<std::string>& series);

}  // namespace coxa
