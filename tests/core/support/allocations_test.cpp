#include "support/allocations.hpp"

#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <Eigen/Core>
#include <gtest/gtest.h>

#include "coxa/math/error.hpp"

namespace coxa::test {
namespace {

// allocations under test pass through here, so that the compiler cannot remove them
volatile const void* seen;

class AllocationCountTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!allocations_are_counted()) GTEST_SKIP() << "the sanitizer replaces malloc";
  }
};

TEST_F(AllocationCountTest, SeesNothingWhereNothingIsAllocated) {
  Eigen::Matrix3d a = Eigen::Matrix3d::Random();
  AllocationCount count;
  a = a * a;
  seen = &a;
  EXPECT_EQ(count(), 0u);
}

// negative controls: without them a counter that counts nothing would pass every test
TEST_F(AllocationCountTest, SeesNew) {
  AllocationCount count;
  const auto block = std::make_unique<int>(1);
  seen = block.get();
  EXPECT_EQ(count(), 1u);
}

TEST_F(AllocationCountTest, SeesEigen) {
  Eigen::VectorXd a = Eigen::VectorXd::Ones(20);
  AllocationCount count;
  const Eigen::VectorXd b = a * 2;
  seen = b.data();
  EXPECT_EQ(count(), 1u);
}

TEST_F(AllocationCountTest, SeesOverAlignedNew) {
  struct alignas(64) Line {
    double values[8];
  };
  AllocationCount count;
  const auto line = std::make_unique<Line>();
  seen = line.get();
  EXPECT_GE(count(), 1u);
}

TEST_F(AllocationCountTest, SeesIntoTheLibrary) {
  const std::string name = "lode";
  const std::vector<std::string> candidates{"load", "bench_height"};
  AllocationCount count;
  const std::string nearest = nearest_name(name, candidates);
  const std::size_t allocations = count();
  EXPECT_EQ(nearest, "load");
  // the edit distance needs a table on the heap, allocated by libcoxa
  EXPECT_GE(allocations, 1u);
}

TEST_F(AllocationCountTest, CountsItsOwnThreadOnly) {
  AllocationCount count;
  std::size_t before_join = 0;
  {
    std::thread other([] {
      for (int i = 0; i < 100; ++i) {
        const std::vector<double> block(100);
        seen = block.data();
      }
    });
    other.join();
    before_join = count();
  }
  // starting the thread allocates a little here; the hundred blocks of the thread are not counted
  EXPECT_LT(before_join, 100u);
}

}  // namespace
}  // namespace coxa::test
