// the alignment that -mavx512f gives Eigen, whose matrices could then be neither passed nor freed
// across the boundary
#define EIGEN_MAX_ALIGN_BYTES 64

#include "zoo.hpp"

static const zoo::Bell bell;

namespace {

struct Wide : zoo::Animal {
  Wide() : Animal("zoo_wide") {}
};

}  // namespace

COXA_EXERCISE(Wide, "zoo_wide");
