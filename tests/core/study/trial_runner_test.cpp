#include "coxa/study/trial_runner.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "coxa/math/error.hpp"
#include "coxa/muscle/perturbation.hpp"

#include "core/support/hip_thrust.hpp"

namespace coxa {
namespace {

using test::data_dir;
using test::full_body;

TrialRunner runner(int frames = 5) {
  SimulateOptions options;
  options.frames = frames;
  // not owned: it outlives the tests
  return {
      std::shared_ptr<const Model>(&full_body(), [](const Model*) {}), data_dir() / "anthropometry",
      options};
}

TrialRow thrust(std::map<std::string, GivenValue> parameters = {}) {
  return {.exercise = "barbell_hip_thrust", .parameters = std::move(parameters)};
}

// all numbers of a trial, so that bits can be compared
std::vector<double> numbers(const Dataset& trial) {
  std::vector<double> all;
  for (const Variable& v : trial.variables)
    if (const auto* values = std::get_if<std::vector<double>>(&v.data))
      for (const double x : *values) all.push_back(std::isnan(x) ? -1e99 : x);
  return all;
}

template <typename E = InvalidArgument>
std::string refusal(const TrialRow& row) {
  try {
    runner().run(row);
  } catch (const E& error) {
    return error.what();
  }
  return "accepted";
}

TEST(TrialRunner, IsTheRoadFromSubjectToTrial) {
  const Subject person{.sex = Sex::female, .mass = 62, .height = 1.68};
  TrialRow row = thrust({{"load", 80.0}});
  row.subject = person;
  row.changes = {{"strength_hamstrings", 1.2}, {"joint_center_hip_x", 0.005}};
  row.criterion = 3;
  TrialRunner run = runner();
  const Dataset trial = run.run(row);

  const Model model =
      perturb(scale(full_body(), person, data_dir() / "anthropometry"), row.changes);
  const auto exercise = test::hip_thrust();
  SimulateOptions options;
  options.frames = 5;
  options.criterion = 3;
  const Parameters parameters("barbell_hip_thrust", exercise->parameters(), {{"load", 80}});
  EXPECT_EQ(
      numbers(trial), numbers(simulate(build_trial(model, *exercise, parameters, 5), options)));
  EXPECT_EQ(run.model()->source, model.source);
  EXPECT_EQ(run.parameters()["load"], 80);
}

// models are cached from row to row, which must not affect results
TEST(TrialRunner, RowsDoNotKnowOfEachOther) {
  std::vector<TrialRow> rows;
  for (int i = 0; i < 12; ++i) {
    TrialRow row = thrust({{"load", 40.0 + i}});
    if (i % 3) row.subject = Subject{.mass = 70.0 + i % 2};
    if (i % 4) row.changes = {{"strength_all", 1 + 0.1 * (i % 4)}};
    if (i == 5) row.changes = {{"strength_nobody", 2}};  // fails
    rows.push_back(row);
  }
  TrialRunner one = runner();
  for (const TrialRow& row : rows) {
    if (row.changes.contains("strength_nobody")) {
      EXPECT_THROW(one.run(row), UnknownName);
      continue;
    }
    EXPECT_EQ(numbers(one.run(row)), numbers(runner().run(row)));
  }
}

TEST(TrialRunner, OffsetsAreAddedToWhatIsThere) {
  // a given value, a default, one found from the body, one beyond the range, an integer
  const auto value = [](TrialRow row, const std::string& name, double offset) {
    row.offsets[name] = offset;
    TrialRunner run = runner(2);
    run.run(row);
    return run.parameters().given_units().at(name);
  };
  EXPECT_EQ(value(thrust({{"load", 80.0}}), "load", 2.5), 82.5);
  EXPECT_EQ(value(thrust(), "load", -2.5), 57.5);
  EXPECT_EQ(value(thrust(), "load", -1000), 0);
  EXPECT_EQ(value(thrust(), "repetitions", 1.4), 2);

  // the exercise notes what it finds
  TrialRunner run = runner(2);
  const Dataset found = run.run(thrust());
  const double distance = std::get<double>(found.attributes.at("note_foot_distance"));
  EXPECT_EQ(value(thrust(), "foot_distance", 0.03), distance + 0.03) << "to the bit";
  EXPECT_TRUE(std::isnan(value(thrust(), "foot_distance", 0))) << "still found from the body";

  TrialRow given = thrust({{"foot_distance", distance + 0.03}});
  TrialRow added = thrust();
  added.offsets["foot_distance"] = 0.03;
  EXPECT_EQ(numbers(runner().run(added)), numbers(runner().run(given)));
}

TEST(TrialRunner, Refuses) {
  TrialRow row = thrust();
  row.offsets = {{"lod", 1}};
  EXPECT_NE(refusal<UnknownName>(row).find("did you mean 'load'"), std::string::npos);
  row.offsets = {{"load", std::nan("")}};
  EXPECT_EQ(
      refusal(row),
      "barbell_hip_thrust: the amount to add to load is nan; it must be a finite number");
  row = {.exercise = "back_squat", .parameters = {}, .offsets = {{"bar_position", 1}}};
  EXPECT_EQ(
      refusal(row), "back_squat: bar_position is one of some words; nothing can be added to it");
  row = {.exercise = "hip_trust", .parameters = {}};
  EXPECT_NE(refusal<UnknownName>(row), "accepted");
  EXPECT_THROW(runner().model(), InvalidArgument);
  EXPECT_THROW(runner().parameters(), InvalidArgument);
  EXPECT_THROW(TrialRunner(nullptr, "", {}), InvalidArgument);
}

}  // namespace
}  // namespace coxa
