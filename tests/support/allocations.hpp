#pragma once

#include <cstddef>

namespace coxa::test {

/// Whether allocations can be counted here; not under a sanitizer, which has its own malloc.
bool allocations_are_counted();

/// Counts the heap allocations of this thread since construction, in every library of the process.
///
///     AllocationCount count;
///     solve(model, work);
///     EXPECT_EQ(count(), 0);
///
/// malloc itself is replaced, because Eigen's own guard acts per translation unit and does not
/// cover libcoxa. A test that relies on zero needs the control beside it:
/// `tests/core/support/allocations_test.cpp`.
class AllocationCount {
 public:
  AllocationCount();
  std::size_t operator()() const;

 private:
  std::size_t start_;
};

}  // namespace coxa::test
