// a second plugin with the name of another
#include "zoo.hpp"

namespace {

struct Twin : zoo::Animal {
  Twin() : Animal("zoo_good") {}
};

}  // namespace

COXA_EXERCISE(Twin, "zoo_good");
