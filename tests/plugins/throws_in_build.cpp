#include <stdexcept>

#include "coxa/math/error.hpp"

#include "zoo.hpp"

namespace {

struct Throws : zoo::Animal {
  Throws() : Animal("zoo_throws_in_build") {}
  void build(coxa::ScenarioBuilder&, const coxa::Parameters& p) const override {
    if (p["load"] == 1) throw coxa::InfeasibleMotion("raise the bench");
    if (p["load"] == 2) throw std::out_of_range("index 9");
    throw 7;
  }
};

}  // namespace

COXA_EXERCISE(Throws, "zoo_throws_in_build");
