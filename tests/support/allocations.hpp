#pragma once

#include <cstddef>

namespace coxa::test {

/// True if allocations can be counted here (not under a sanitizer, which brings its own malloc).
bool allocations_are_counted();

/// Counts the heap allocations of this thread, in every library of the process, from its construction on.
///
///     AllocationCount count;
///     solve(model, work);
///     EXPECT_EQ(count(), 0);
///
/// malloc itself is replaced, since Eigen's own guard acts per translation unit and does not see into
/// libcoxa. A test that relies on zero needs the control beside it: `tests/core/support/allocations_test.cpp`.
class AllocationCount {
 public:
  AllocationCount();
  std::size_t operator()() const;

 private:
  std::size_t start_;
};

}  // namespace coxa::test
