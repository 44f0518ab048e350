#pragma once

namespace coxa {

/// Maximum number of frames of one motion: a repetition of 5 s at 20 kHz, about 1 GB of results.
inline constexpr int kMaxFrames = 100'000;

/// Maximum number of repetitions of one movement.
inline constexpr int kMaxRepetitions = 1'000;

}  // namespace coxa
