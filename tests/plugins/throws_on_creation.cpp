#include <stdexcept>

#include "zoo.hpp"

namespace {

struct Throws : zoo::Animal {
  Throws() : Animal("zoo_throws") { throw std::runtime_error("the dog ate it"); }
};

}  // namespace

COXA_EXERCISE(Throws, "zoo_throws");
