#include "coxa/study/dataset.hpp"

#include <gtest/gtest.h>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

Dataset two_by_three() {
  Dataset dataset;
  dataset.add_dimension("time", 2);
  dataset.add_labels("muscle", {"glmax1_r", "recfem_r", "soleus_r"}, "muscle");
  dataset.add({"activation", {"time", "muscle"}, std::vector<double>(6), {}});
  return dataset;
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

TEST(Dataset, HoldsWhatWasAdded) {
  Dataset dataset = two_by_three();
  dataset.add({"peak", {}, std::vector<double>{3}, {}});
  dataset.add({"time", {"time"}, std::vector<double>{0, 1}, {}});
  EXPECT_EQ(dataset.size("time"), 2u);
  EXPECT_EQ(dataset.size("muscle"), 3u);
  EXPECT_TRUE(dataset.has("activation"));
  EXPECT_FALSE(dataset.has("Activation"));
  EXPECT_EQ(std::get<std::vector<std::string>>(dataset.at("muscle").data)[1], "recfem_r");
  EXPECT_EQ(dataset.at("muscle").attributes.at("long_name"), Attribute(std::string("muscle")));
  EXPECT_NO_THROW(dataset.check());
}

TEST(Dataset, UnknownNamesGetTheNearest) {
  const Dataset dataset = two_by_three();
  EXPECT_EQ(
      refusal<UnknownName>([&] { dataset.size("muscles"); }),
      "no dimension 'muscles' in this dataset; did you mean 'muscle'? It has: time, muscle");
  EXPECT_EQ(
      refusal<UnknownName>([&] { dataset.at("activaton"); }),
      "no variable 'activaton' in this dataset; did you mean 'activation'? It has: muscle, "
      "activation");
  EXPECT_EQ(
      refusal<UnknownName>([&] { dataset.size("completely_different"); }),
      "no dimension 'completely_different' in this dataset. It has: time, muscle");
}

TEST(Dataset, RefusesWhatContradictsItself) {
  Dataset dataset = two_by_three();
  const auto add = [&](Variable v) { return refusal([&] { dataset.add(std::move(v)); }); };
  EXPECT_EQ(
      add({"force", {"time", "muscle"}, std::vector<double>(5), {}}),
      "variable 'force' has 5 entries; expected 6 (time 2 x muscle 3)");
  EXPECT_EQ(
      add({"peak", {}, std::vector<double>(2), {}}),
      "variable 'peak' has 2 entries; expected 1 (no dimension)");
  EXPECT_SAYS(add({"force", {"side"}, std::vector<double>(2), {}}), "the dimension 'side'");
  EXPECT_SAYS(add({"force", {"time", "time"}, std::vector<double>(4), {}}), "twice");
  EXPECT_SAYS(add({"activation", {"time"}, std::vector<double>(2), {}}), "already");
  EXPECT_SAYS(add({"time", {"muscle"}, std::vector<double>(3), {}}), "named like a dimension");
  EXPECT_SAYS(add({"", {}, std::vector<double>(1), {}}), "empty");
  EXPECT_SAYS(add({"a/b", {}, std::vector<double>(1), {}}), "letters, digits and underscores");
  EXPECT_SAYS(add({"1st", {}, std::vector<double>(1), {}}), "no digit first");
  EXPECT_SAYS(refusal([&] { dataset.add_dimension("time", 2); }), "already");
  EXPECT_SAYS(refusal([&] { dataset.add_dimension("activation", 2); }), "before the variable");
  EXPECT_SAYS(refusal([&] { dataset.add_labels("muscle", {"a"}, ""); }), "already");
  EXPECT_EQ(dataset.variables.size(), 2u) << "a refusal leaves nothing behind";
}

TEST(Dataset, CheckHoldsHandFilledFieldsToTheSameRules) {
  Dataset dataset = two_by_three();
  dataset.variables.push_back({"force", {"time"}, std::vector<double>(3), {}});
  EXPECT_SAYS(refusal([&] { dataset.check(); }), "'force' has 3 entries; expected 2");
  dataset = two_by_three();
  dataset.variables.push_back(dataset.variables.back());
  EXPECT_SAYS(refusal([&] { dataset.check(); }), "twice");
  dataset = two_by_three();
  dataset.dimensions.emplace_back("time", 2);
  EXPECT_SAYS(refusal([&] { dataset.check(); }), "twice");
}

}  // namespace
}  // namespace coxa
