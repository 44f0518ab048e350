// a shared library that is not a plugin
#include "zoo.hpp"

static const zoo::Bell bell;

extern "C" __attribute__((visibility("default"))) int answer() { return 42; }
