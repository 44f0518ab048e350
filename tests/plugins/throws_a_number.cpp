#include "zoo.hpp"

namespace {

struct Throws : zoo::Animal {
  Throws() : Animal("zoo_throws") { throw 7; }
};

}  // namespace

COXA_EXERCISE(Throws, "zoo_throws");
