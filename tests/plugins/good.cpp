#include "zoo.hpp"

namespace {

struct Good : zoo::Animal {
  Good() : Animal("zoo_good") {}
};

}  // namespace

COXA_EXERCISE(Good, "zoo_good");
