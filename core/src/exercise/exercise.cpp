#include "coxa/exercise/exercise.hpp"

namespace coxa {

// here, so that the run-time type of an exercise is the same in every plugin
Exercise::~Exercise() = default;

}  // namespace coxa
