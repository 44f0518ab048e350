#include "support/allocations.hpp"

#include <cerrno>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COXA_COUNTS_ALLOCATIONS 0
#else
#define COXA_COUNTS_ALLOCATIONS 1
#endif

namespace {

// plain data, initial-exec: access never allocates
__attribute__((tls_model("initial-exec"))) thread_local std::size_t allocations = 0;

}  // namespace

#if COXA_COUNTS_ALLOCATIONS

// the C library's allocator under the names that it keeps for wrappers like these
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}

void* realloc(void* block, std::size_t size) {
  ++allocations;
  return __libc_realloc(block, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
  ++allocations;
  *block = __libc_memalign(alignment, size);
  return *block ? 0 : ENOMEM;
}
}

#endif

namespace coxa::test {

bool allocations_are_counted() { return COXA_COUNTS_ALLOCATIONS != 0; }

AllocationCount::AllocationCount() : start_(allocations) {}

std::size_t AllocationCount::operator()() const { return allocations - start_; }

}  // namespace coxa::test
