#include "coxa/study/stacking.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();
using Doubles = std::vector<double>;
using Integers = std::vector<std::int32_t>;
using Strings = std::vector<std::string>;

Attributes summary(const std::string& units) {
  return {
      {"long_name", std::string("a summary")}, {"units", units}, {"role", std::string("summary")}};
}

// a trial whose series are linear in time, so that linear resampling must be exact
Dataset trial(const Doubles& time, double slope, double peak) {
  Dataset d;
  d.add_dimension("time", time.size());
  d.add_labels("side", {"right", "left"}, "side");
  d.add({"time", {"time"}, time, {{"units", std::string("s")}}});
  Doubles moment;
  Integers phase;
  for (const double t : time) {
    moment.push_back(slope * t);
    moment.push_back(10 - slope * t);
    phase.push_back(t < 1 ? 0 : 1);
  }
  d.add({"moment", {"time", "side"}, moment, {{"units", std::string("N m")}}});
  d.add({"phase", {"time"}, phase, {{"units", std::string("1")}}});
  d.add({"peak_moment", {}, Doubles{peak}, summary("N m")});
  d.add({"peak_by_side", {"side"}, Doubles{peak, -peak}, summary("N m")});
  d.add({"frames_unsolved", {}, Integers{3}, summary("1")});
  d.add({"mass", {}, Doubles{80}, {{"units", std::string("kg")}}});  // no summary
  d.add({"limited_by", {}, Strings{"soleus_r"}, summary("1")});      // not a number
  return d;
}

Dataset failed_trial(const std::string& why) {
  Dataset d;
  d.attributes["error"] = why;
  return d;
}

VariedParameter load(const Doubles& values) { return {"load", "kg", "bar and plates", values}; }

const Doubles& numbers(const Dataset& d, const std::string& name) {
  return std::get<Doubles>(d.at(name).data);
}

template <typename E = InvalidArgument, typename Act>
std::string refusal(const Act& act) {
  try {
    act();
  } catch (const E& error) {
    return error.what();
  }
  return "accepted";
}

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST(StackTrials, SummariesAndVariedParameters) {
  const Dataset study =
      stack_trials({trial({0, 1}, 1, 5), trial({0, 2, 4}, 2, 6)}, {load({60, 80})}, {});
  EXPECT_NO_THROW(study.check());
  EXPECT_EQ(study.size("trial"), 2u);
  EXPECT_EQ(numbers(study, "load"), (Doubles{60, 80}));
  EXPECT_EQ(study.at("load").attributes.at("units"), Attribute(std::string("kg")));
  EXPECT_EQ(numbers(study, "peak_moment"), (Doubles{5, 6}));
  EXPECT_EQ(study.at("peak_by_side").dims, (Strings{"trial", "side"}));
  EXPECT_EQ(numbers(study, "peak_by_side"), (Doubles{5, -5, 6, -6}));
  EXPECT_EQ(study.at("peak_moment").attributes.at("units"), Attribute(std::string("N m")));
  EXPECT_EQ(std::get<Integers>(study.at("frames_unsolved").data), (Integers{3, 3}));
  EXPECT_EQ(std::get<Strings>(study.at("side").data), (Strings{"right", "left"}));
  EXPECT_EQ(std::get<Integers>(study.at("trial_status").data), (Integers{0, 0}));
  for (const char* absent : {"mass", "limited_by", "moment", "time", "sample"}) {
    EXPECT_FALSE(study.has(absent)) << absent;
  }
}

TEST(StackTrials, SeriesAreResampledOverTheTrial) {
  // frames at unequal intervals; the second trial lasts four times as long
  const Dataset study = stack_trials(
      {trial({0, 0.3, 0.9, 1}, 3, 0), trial({1, 1.5, 3, 5}, 2, 0)}, {}, {"moment", "phase"}, 11);
  EXPECT_NO_THROW(study.check());
  EXPECT_EQ(study.at("moment").dims, (Strings{"trial", "sample", "side"}));
  EXPECT_EQ(study.at("moment").attributes.at("coordinates"), Attribute(std::string("time")));
  EXPECT_EQ(study.at("time").dims, (Strings{"trial", "sample"}));
  for (std::size_t s = 0; s < 11; ++s) {
    const double first = 0.1 * double(s), second = 1 + 0.4 * double(s);
    // rounding of a few products and sums
    EXPECT_DOUBLE_EQ(numbers(study, "sample")[s], 10 * double(s));
    EXPECT_NEAR(numbers(study, "time")[s], first, 1e-15);
    EXPECT_NEAR(numbers(study, "time")[11 + s], second, 1e-15);
    EXPECT_NEAR(numbers(study, "moment")[2 * s], 3 * first, 1e-14);
    EXPECT_NEAR(numbers(study, "moment")[2 * s + 1], 10 - 3 * first, 1e-14);
    EXPECT_NEAR(numbers(study, "moment")[22 + 2 * s], 2 * second, 1e-14);
  }
  EXPECT_EQ(numbers(study, "time")[21], 5) << "the end is the last frame itself";
  // nearest frames of 0, 0.3, 0.9, 1: only the last has phase 1, so only from 0.95 s on
  const Integers& phase = std::get<Integers>(study.at("phase").data);
  EXPECT_EQ(
      Integers(phase.begin(), phase.begin() + 11), (Integers{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}));
}

TEST(StackTrials, SamplesOnFramesAreTheFrames) {
  Dataset d = trial({0, 1, 2, 3, 4}, 1, 0);
  Doubles moment(10, 7);
  moment[4] = kNaN;  // an unsolved frame at 2 s, right side
  std::get<Doubles>(d.variables[2].data) = moment;
  const Dataset study = stack_trials({d}, {}, {"moment"}, 9);
  for (std::size_t s = 0; s < 9; ++s) {
    // between 1 s and 3 s the value is unknown, at 1 s and 3 s it is not
    EXPECT_EQ(std::isnan(numbers(study, "moment")[2 * s]), s > 2 && s < 6) << s;
    EXPECT_EQ(numbers(study, "moment")[2 * s + 1], 7);
  }
}

TEST(StackTrials, OnlyTheFirstRepetition) {
  Dataset d = trial({0, 1, 2, 3, 4, 5, 6}, 1, 0);
  d.add({"repetition", {"time"}, Integers{0, 1, 1, 1, 2, 2, 2}, {}});
  const Dataset study = stack_trials({d}, {}, {"moment"}, 3);
  EXPECT_EQ(numbers(study, "time"), (Doubles{1, 2, 3}));
  EXPECT_EQ(numbers(study, "moment"), (Doubles{1, 9, 2, 8, 3, 7}));
}

TEST(StackTrials, FailedTrialsAreRowsOfNaN) {
  const Dataset study = stack_trials(
      {failed_trial("raise the bench"), trial({0, 1}, 1, 5), failed_trial("lower it")},
      {load({1, 2, 3})}, {"moment", "phase"}, 3);
  EXPECT_NO_THROW(study.check());
  EXPECT_EQ(std::get<Integers>(study.at("trial_status").data), (Integers{1, 0, 1}));
  EXPECT_EQ(
      std::get<Strings>(study.at("trial_message").data),
      (Strings{"raise the bench", "", "lower it"}));
  EXPECT_EQ(numbers(study, "load"), (Doubles{1, 2, 3})) << "what was asked for is known";
  const Doubles& peak = numbers(study, "peak_by_side");
  EXPECT_TRUE(std::isnan(peak[0]) && std::isnan(peak[1]) && std::isnan(peak[5]));
  EXPECT_EQ(peak[2], 5);
  EXPECT_TRUE(std::isnan(numbers(study, "time")[0]));
  EXPECT_TRUE(std::isnan(numbers(study, "moment")[0]));
  EXPECT_EQ(numbers(study, "moment")[7], 10);
  EXPECT_EQ(
      std::get<Integers>(study.at("frames_unsolved").data),
      (Integers{-2147483647, 3, -2147483647}));
  EXPECT_EQ(
      study.at("frames_unsolved").attributes.at("_FillValue"), Attribute(Integers{-2147483647}));
}

TEST(StackTrials, NothingButFailures) {
  const Dataset study = stack_trials({failed_trial("a"), Dataset{}}, {load({1, 2})}, {"moment"});
  EXPECT_EQ(std::get<Integers>(study.at("trial_status").data), (Integers{1, 1}));
  EXPECT_EQ(std::get<Strings>(study.at("trial_message").data)[1], "the trial holds no results");
  EXPECT_FALSE(study.has("moment"));
}

TEST(StackTrials, SummariesThatSomeTrialsLack) {
  Dataset extra = trial({0, 1}, 1, 5);
  extra.add({"sticking_point", {}, Doubles{0.4}, summary("s")});
  const Dataset study = stack_trials({trial({0, 1}, 1, 5), extra}, {}, {});
  EXPECT_TRUE(std::isnan(numbers(study, "sticking_point")[0]));
  EXPECT_EQ(numbers(study, "sticking_point")[1], 0.4);
}

// trials of two exercises: different supports, but equal labels of the moments
TEST(StackTrials, OtherSupportsMatterOnlyToSeriesOnThem) {
  const auto on = [](const Strings& supports) {
    Dataset d = trial({0, 1}, 1, 5);
    d.add_labels("support", supports, "support");
    d.add({"force", {"time", "support"}, Doubles(2 * supports.size(), 1), {}});
    return d;
  };
  const std::vector<Dataset> trials = {on({"bench", "foot"}), on({"foot", "hand"}), on({"foot"})};
  const Dataset study = stack_trials(trials, {}, {"moment"});
  EXPECT_EQ(study.size("trial"), 3u);
  EXPECT_FALSE(study.has("support"));
  EXPECT_EQ(
      refusal([&] {
        stack_trials({trials[0], trials[1]}, {}, {"moment", "force"});
      }),
      "trial 1: 'force' has other labels on 'support' than the trials before it; leave it out of "
      "the series, or stack trials of one kind");
  EXPECT_EQ(
      refusal([&] {
        stack_trials({trials[0], trials[2]}, {}, {"force"});
      }),
      "trial 1: 'force' has 1 entries on 'support', the trials before it 2; leave it out of the "
      "series, or stack trials of one kind");
  EXPECT_EQ(
      refusal<UnknownName>([&] {
        stack_trials({trials[0], trial({0, 1}, 1, 5)}, {}, {"force"});
      }),
      "trial 1: no series 'force'; leave it out");
}

TEST(KeepSeries, LeavesWhatStackingNeeds) {
  Dataset d = trial({0, 1}, 1, 5);
  d.add_labels("muscle", {"soleus_r", "psoas_r", "recfem_r"}, "muscle");
  d.add({"force", {"time", "muscle"}, Doubles(6, 1), {}});
  d.attributes["scene"] = std::string("a text as long as you please");
  const Dataset whole = stack_trials({d, d}, {}, {"moment"});
  Dataset kept = d;
  keep_series(kept, {"moment"});
  for (const char* gone : {"force", "muscle", "phase"}) EXPECT_FALSE(kept.has(gone)) << gone;
  EXPECT_TRUE(kept.attributes.empty());
  const Dataset stacked = stack_trials({kept, kept}, {}, {"moment"});
  ASSERT_EQ(stacked.variables.size(), whole.variables.size());
  for (std::size_t i = 0; i < whole.variables.size(); ++i) {
    EXPECT_EQ(stacked.variables[i].name, whole.variables[i].name);
    EXPECT_EQ(stacked.variables[i].data, whole.variables[i].data);
  }
  EXPECT_EQ(
      refusal<UnknownName>([&] { keep_series(d, {"momnt"}); }),
      "no series 'momnt'; did you mean 'moment'? Else leave it out");
  Dataset failure = failed_trial("why");
  keep_series(failure, {"moment"});
  EXPECT_EQ(failure.attributes.at("error"), Attribute(std::string("why")));
}

TEST(StackTrials, RefusesWhatDoesNotFit) {
  const Dataset good = trial({0, 1}, 1, 5);
  EXPECT_SAYS(refusal([&] { stack_trials({}, {}, {}); }), "at least one trial");
  EXPECT_SAYS(refusal([&] { stack_trials({good}, {}, {}, 1); }), "samples = 1");
  EXPECT_EQ(
      refusal([&] {
        stack_trials({good}, {load({1, 2})}, {});
      }),
      "the varied parameter 'load' has 2 values for 1 trials");
  EXPECT_SAYS(
      refusal<UnknownName>([&] { stack_trials({good}, {}, {"momnt"}); }), "did you mean 'moment'");
  EXPECT_SAYS(refusal([&] { stack_trials({good}, {}, {"peak_moment"}); }), "is no series");
  EXPECT_SAYS(
      refusal([&] {
        stack_trials({good}, {{"peak_moment", "1", "", std::vector<double>{1}}}, {});
      }),
      "already");

  Dataset other = good;
  other.variables[0].data = Strings{"left", "right"};
  EXPECT_EQ(
      refusal([&] {
        stack_trials({good, other}, {}, {});
      }),
      "trial 1: 'peak_by_side' has other labels on 'side' than the trials before it; leave it out, "
      "or stack trials of one kind");
  other = good;
  std::get<Doubles>(other.variables[1].data) = {1, 1};
  EXPECT_SAYS(refusal([&] { stack_trials({good, other}, {}, {"moment"}); }), "does not increase");
}

}  // namespace
}  // namespace coxa
