#include "coxa/trial/simulate.hpp"

#include <gtest/gtest.h>

#include "coxa/math/error.hpp"

#include "hip_thrust.hpp"

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

TEST(Simulate, BatchIsTheSameForAnyNumberOfWorkers) {
  const auto exercise = hip_thrust();
  std::vector<BatchItem> items;
  for (int i = 0; i < 6; ++i) {
    BatchItem item{&full_body(), exercise.get(), {{"load", 40.0 + 10 * i}}, {}};
    item.options.frames = 11;
    items.push_back(item);
  }
  items.push_back({&full_body(), exercise.get(), {{"foot_distance", 1.2}}, {}});
  const std::vector<Dataset> one = simulate_batch(items, 1, {});
  std::size_t reported = 0;
  const std::vector<Dataset> three = simulate_batch(items, 3, [&](std::size_t n) {
    reported = n;
    return true;
  });
  EXPECT_EQ(reported, items.size());
  for (std::size_t i = 0; i + 1 < items.size(); ++i) {
    const auto& a = std::get<std::vector<double>>(one[i].at("activation").data);
    const auto& b = std::get<std::vector<double>>(three[i].at("activation").data);
    EXPECT_EQ(a, b);
  }
  EXPECT_TRUE(one.back().variables.empty());
  EXPECT_NE(
      std::get<std::string>(one.back().attributes.at("error")).find("foot_distance"),
      std::string::npos);
}

TEST(MaxLoad, IsTheBorderBetweenReservesAndNone) {
  SimulateOptions options;
  options.frames = 21;
  const MaxLoad limit = max_load(full_body(), *hip_thrust(), {}, options);
  EXPECT_GT(limit.load, 50);
  EXPECT_LT(limit.load, 500);
  EXPECT_FALSE(limit.limited_by.empty());
  EXPECT_EQ(limit.load_at_frame.size(), 21u);

  // a hair below nothing is missing, a hair above something is
  const auto reserves = [&](double load) {
    const Dataset d = simulate(hip_thrust_trial({{"load", load}}, 21), options);
    return std::get<std::vector<double>>(d.at("reserve_frames").data)[0];
  };
  EXPECT_EQ(reserves(limit.load * 0.9999), 0);
  EXPECT_GT(reserves(limit.load * 1.001), 0);
}

}  // namespace
}  // namespace coxa
