#pragma once

namespace coxa {

/// Most frames of one motion: a repetition of 5 s at 20 kHz, and about 1 GB of results.
inline constexpr int kMaxFrames = 100'000;

/// Most repetitions of one movement.
inline constexpr int kMaxRepetitions = 1'000;

}  // namespace coxa
