#include <stdexcept>

#include "zoo.hpp"

namespace {

struct Throws : zoo::Animal {
  Throws() : Animal("zoo_throws") {}
  coxa::ExerciseInfo info() const override { throw std::logic_error("no idea"); }
};

}  // namespace

COXA_EXERCISE(Throws, "zoo_throws");
