// Recording a trial: frames do not allocate; variables of coordinates that a model lacks are
// absent.

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "coxa/study/simulate.hpp"

#include "core/support/hip_thrust.hpp"
#include "support/allocations.hpp"

namespace coxa {
namespace {

using test::full_body;
using test::hip_thrust_trial;

const std::vector<double>& numbers(const Dataset& dataset, const std::string& name) {
  return std::get<std::vector<double>>(dataset.at(name).data);
}

// the full body with some coordinates renamed
Model renamed(const std::map<std::string, std::string>& names) {
  Model model = full_body();
  const Skeleton& skeleton = model.skeleton;
  std::vector<Coordinate> coordinates = skeleton.full_coordinates();
  for (Coordinate& coordinate : coordinates)
    if (const auto other = names.find(coordinate.name); other != names.end())
      coordinate.name = other->second;
  model.skeleton = Skeleton(
      skeleton.bodies(), coordinates, skeleton.couplings(), skeleton.sites(), skeleton.gravity());
  return model;
}

TEST(Recorder, FramesAllocateNothing) {
  if (!test::allocations_are_counted()) GTEST_SKIP() << "allocations cannot be counted here";
  SimulateOptions options;
  const auto allocations = [&](int frames) {
    const Trial trial = hip_thrust_trial({}, frames);
    simulate(trial, options);  // everything that is allocated once
    const test::AllocationCount count;
    simulate(trial, options);
    return count();
  };
  EXPECT_EQ(allocations(31), allocations(11));
  EXPECT_GT(allocations(11), 0u);
}

TEST(Recorder, WhatNeedsAnAbsentCoordinateIsAbsentOrNaNWithTheReason) {
  const Trial whole = hip_thrust_trial({}, 5);
  const Model model = renamed({{"lumbar_extension", "trunk_bend"}, {"knee_angle_l", "left_knee"}});
  Trial trial = whole;
  trial.model = &model;
  const Dataset expected = simulate(whole, {});
  const Dataset found = simulate(trial, {});

  EXPECT_FALSE(found.has("lumbar_extension_moment"));
  EXPECT_FALSE(found.has("lumbar_compression"));
  EXPECT_FALSE(found.has("peak_lumbar_compression"));
  const std::string told = std::get<std::string>(found.attributes.at("absent"));
  EXPECT_NE(
      told.find("lumbar_shear: the model has no free coordinate lumbar_extension"),
      std::string::npos)
      << told;
  EXPECT_FALSE(expected.attributes.contains("absent"));

  const std::vector<double>& knees = numbers(found, "knee_extension_moment");
  for (std::size_t k = 0; k < knees.size(); k += 2) {
    EXPECT_EQ(knees[k], numbers(expected, "knee_extension_moment")[k]) << "right";
    EXPECT_TRUE(std::isnan(knees[k + 1])) << "left";
  }
  EXPECT_NE(
      std::get<std::string>(found.at("knee_extension_moment").attributes.at("missing"))
          .find("knee_angle_l"),
      std::string::npos);
  EXPECT_TRUE(std::isnan(numbers(found, "peak_knee_extension_moment")[0]));

  const auto& joints = std::get<std::vector<std::string>>(found.at("joint").data);
  const auto& all = std::get<std::vector<std::string>>(expected.at("joint").data);
  EXPECT_EQ(all.size(), 7u);
  EXPECT_EQ(joints.size(), 5u);
  for (const std::string& joint : joints) EXPECT_TRUE(std::ranges::count(all, joint)) << joint;
  for (const std::string name : {"muscle_force", "hip_extension_moment", "reserve"})
    EXPECT_EQ(numbers(found, name), numbers(expected, name)) << name;
}

TEST(Recorder, AModelWithoutMusclesHasEmptyMuscleVariables) {
  Model model = full_body();
  model.muscles.clear();
  model.groups.clear();
  Trial trial = hip_thrust_trial({}, 3);
  trial.model = &model;
  const Dataset found = simulate(trial, {});
  EXPECT_TRUE(numbers(found, "activation").empty());
  EXPECT_TRUE(numbers(found, "group_force").empty());
  // reserves replace every muscle
  EXPECT_EQ(numbers(found, "reserve_frames")[0], 3);
  EXPECT_GT(numbers(found, "peak_hip_extension_moment")[0], 50);
}

}  // namespace
}  // namespace coxa
