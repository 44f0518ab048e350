// a parameter in radians whose name says degrees
#include "zoo.hpp"

namespace {

struct IllDeclared : zoo::Animal {
  IllDeclared() : Animal("zoo_ill_declared") {}
  std::vector<coxa::Parameter> parameters() const override {
    return {{"knee_deg", 1, 0, 2, "rad", "knee"}};
  }
};

}  // namespace

COXA_EXERCISE(IllDeclared, "zoo_ill_declared");
