#pragma once

#include "coxa/export.hpp"
#include "coxa/frame/trial.hpp"
#include "coxa/study/dataset.hpp"

namespace coxa {

/// Solves all frames of a trial; returns a dataset of format "coxa-1" (without provenance, which
/// the caller adds).
/// @throws UnsolvedFrame in strict mode
COXA_EXPORT Dataset simulate(const Trial& trial, const SimulateOptions& options);

}  // namespace coxa
