#include "coxa/study/simulate.hpp"

#include <gtest/gtest.h>

#include "coxa/math/error.hpp"
#include "coxa/study/max_load.hpp"

#include "core/support/hip_thrust.hpp"

namespace coxa {
namespace {

using test::full_body;
using test::hip_thrust;
using test::hip_thrust_trial;

TEST(Simulate, StrictRefusesReserves) {
  SimulateOptions options;
  options.strict = true;
  EXPECT_THROW(simulate(hip_thrust_trial({{"load", 480}}, 11), options), UnsolvedFrame);
  EXPECT_NO_THROW(simulate(hip_thrust_trial({{"load", 40}}, 11), options));
}

TEST(MaxLoad, IsTheBorderBetweenReservesAndNone) {
  SimulateOptions options;
  options.frames = 21;
  const MaxLoad limit = max_load(full_body(), *hip_thrust(), {}, options);
  EXPECT_GT(limit.load, 50);
  EXPECT_LT(limit.load, 500);
  EXPECT_FALSE(limit.limited_by.empty());
  EXPECT_EQ(limit.load_at_frame.size(), 21u);

  // just below the limit no reserve is needed, just above it one is
  const auto reserves = [&](double load) {
    const Dataset d = simulate(hip_thrust_trial({{"load", load}}, 21), options);
    return std::get<std::vector<double>>(d.at("reserve_frames").data)[0];
  };
  EXPECT_EQ(reserves(limit.load * 0.9999), 0);
  EXPECT_GT(reserves(limit.load * 1.001), 0);
}

}  // namespace
}  // namespace coxa
