// calls a function that no library defines: loading must fail at once, not in the middle of a study
#include "zoo.hpp"

void nobody_wrote_this();

namespace {

struct Missing : zoo::Animal {
  Missing() : Animal("zoo_missing") { nobody_wrote_this(); }
};

}  // namespace

COXA_EXERCISE(Missing, "zoo_missing");
