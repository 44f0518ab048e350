#include "zoo.hpp"

namespace {

struct TwoNames : zoo::Animal {
  TwoNames() : Animal("zoo_two") {}
};

}  // namespace

COXA_EXERCISE(TwoNames, "zoo_one");
