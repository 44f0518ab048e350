#include "coxa/exercise/exercise.hpp"

namespace coxa {

// defined here so that the type information is the same in every plugin
Exercise::~Exercise() = default;

}  // namespace coxa
