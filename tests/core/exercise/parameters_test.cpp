#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

#include "coxa/exercise/exercise.hpp"
#include "coxa/math/error.hpp"

namespace coxa {
namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<Parameter> declared() {
  return {
      {"load", 60, 0, 400, "kg", "bar and plates"},
      {"toe_out_deg", 10, -5, 45, "deg", "feet, outwards"},
      {"friction", 0.6, 0.1, 1.5, "1", "of the floor"},
      {"foot_distance", kNaN, 0.3, 1.0, "m", "default: the shank is vertical at the top"},
      {"repetitions", 1, 1, 20, "1", "how often", true}};
}

Parameters given(const std::map<std::string, double>& values) {
  return {"barbell_hip_thrust", declared(), values};
}

template <typename E = InvalidArgument>
std::string refusal(const std::map<std::string, double>& values) {
  try {
    given(values);
  } catch (const E& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Parameters, DefaultsAndSiUnits) {
  const Parameters p = given({{"load", 100}});
  EXPECT_EQ(p["load"], 100);
  EXPECT_EQ(p["friction"], 0.6);
  EXPECT_DOUBLE_EQ(p["toe_out_deg"], std::numbers::pi / 18) << "radians inside";
  EXPECT_EQ(p.given_units().at("toe_out_deg"), 10) << "degrees for provenance";
  EXPECT_EQ(p.given_units().size(), 5u);
}

const Parameter kBand{"band", 1, 0, 2, "1", "its colour", true, {"yellow", "red", "blue"}};

Parameters banded(const std::map<std::string, double>& values) {
  return {"banded", {kBand, {"load", 60, 0, 400, "kg", "bar"}}, values};
}

TEST(Parameters, ChoicesAreWordsForUsers) {
  EXPECT_EQ(banded({}).choice("band"), "red");
  EXPECT_EQ(banded({{"band", 2}}).choice("band"), "blue");
  EXPECT_EQ(banded({{"band", 2}})["band"], 2);
  EXPECT_THROW(banded({{"band", 3}}), InvalidArgument);
  EXPECT_THROW(banded({{"band", 0.5}}), InvalidArgument);
  EXPECT_THROW(banded({}).choice("load"), InvalidArgument) << "a number has no word";
  EXPECT_THROW(banded({}).choice("bend"), UnknownName);
  EXPECT_EQ(kBand.index_of("blue"), 2);
  EXPECT_EQ(kBand.choice_at(0), "yellow");
  EXPECT_THROW(kBand.choice_at(3), InvalidArgument);
}

TEST(Parameters, WordsBecomeNumbers) {
  const std::vector<Parameter> declared{kBand, {"load", 60, 0, 400, "kg", "bar"}};
  const auto numbers = as_numbers("banded", declared, {{"band", "blue"}, {"load", 80.0}});
  EXPECT_EQ(numbers, (std::map<std::string, double>{{"band", 2}, {"load", 80}}));

  const auto refused = [&](const std::map<std::string, GivenValue>& values) {
    try {
      as_numbers("banded", declared, values);
    } catch (const UnknownName& error) {
      return "unknown: " + std::string(error.what());
    } catch (const InvalidArgument& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(
      refused({{"band", "blu"}}),
      "unknown: banded: band = 'blu' is none of its choices; did you mean 'blue'? There are: "
      "yellow, red, blue");
  EXPECT_NE(refused({{"bend", "blue"}}).find("did you mean 'band'?"), std::string::npos);
  EXPECT_NE(refused({{"load", "blue"}}).find("0 ... 400 kg"), std::string::npos);
}

TEST(Parameters, AutomaticUntilGiven) {
  EXPECT_TRUE(given({}).automatic("foot_distance"));
  EXPECT_TRUE(std::isnan(given({})["foot_distance"]));
  EXPECT_FALSE(given({{"foot_distance", 0.5}}).automatic("foot_distance"));
  EXPECT_FALSE(given({}).automatic("load"));
  EXPECT_NE(refusal({{"foot_distance", 2}}), "accepted") << "a range all the same";
}

TEST(Parameters, RangeIsClosed) {
  EXPECT_EQ(refusal({{"load", 0}}), "accepted");
  EXPECT_EQ(refusal({{"load", 400}}), "accepted");
  EXPECT_EQ(refusal({{"toe_out_deg", 45}}), "accepted");
}

TEST(Parameters, RefusalsSayGivenAndAllowed) {
  EXPECT_EQ(refusal({{"load", 900}}), "barbell_hip_thrust: load = 900 kg is outside 0 ... 400 kg");
  EXPECT_EQ(refusal({{"load", -1}}), "barbell_hip_thrust: load = -1 kg is outside 0 ... 400 kg");
  EXPECT_EQ(
      refusal({{"toe_out_deg", 50}}),
      "barbell_hip_thrust: toe_out_deg = 50 deg is outside -5 ... 45 deg");
  EXPECT_EQ(refusal({{"friction", 2}}), "barbell_hip_thrust: friction = 2 is outside 0.1 ... 1.5");
  EXPECT_EQ(
      refusal({{"repetitions", 2.5}}),
      "barbell_hip_thrust: repetitions = 2.5 is not a whole number; allowed is 1 ... 20");
  EXPECT_EQ(
      refusal({{"load", kNaN}}),
      "barbell_hip_thrust: load = nan is not a finite number; allowed is 0 ... 400 kg");
  EXPECT_NE(refusal({{"load", std::numeric_limits<double>::infinity()}}), "accepted");
  EXPECT_NE(refusal({{"foot_distance", kNaN}}), "accepted") << "automatic is not to give it";
}

TEST(Parameters, UnknownNameGetsTheNearest) {
  EXPECT_EQ(
      refusal<UnknownName>({{"lod", 80}}),
      "barbell_hip_thrust has no parameter 'lod'; did you mean 'load'? It has: load, toe_out_deg, "
      "friction, foot_distance, repetitions");
  EXPECT_THROW(given({})["lod"], UnknownName);
}

}  // namespace
}  // namespace coxa
