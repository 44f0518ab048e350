#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>
#include <unistd.h>

// Files that appear under their name only when complete.

namespace coxa {

/// A failure of the system or a library; converted to a FileError where the path is known.
struct Failure {
  std::string cause;
};

/// Description of errno.
std::string system_cause();

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  operator int() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

/// Destination of a file: symbolic links resolved, known to be writable, locked if it exists.
struct Target {
  std::filesystem::path path;
  std::filesystem::path folder;
  Descriptor lock;
  std::optional<mode_t> mode;
};

/// @throws FileError that names the path: missing folder, no permission, file open elsewhere, ...
Target writable_target(const std::filesystem::path& path);

/// A file under a temporary name beside its target, removed unless moved there. Its members throw
/// Failure.
class Draft {
 public:
  explicit Draft(const Target& target);
  ~Draft();
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// Reserves disk space for a file of `bytes` bytes, so that later writes cannot find the disk
  /// full; fails with the space available. The file may then be longer than what is written to it.
  void reserve(std::uint64_t bytes);

  void write(const std::vector<char>& bytes);

  /// Writes bytes at a place, truncates the file after them, and releases the reserved rest.
  void append(const std::vector<char>& bytes, std::uint64_t place);

  /// Flushes the complete file to disk and renames it to its target.
  void move_to(const Target& target);

 private:
  std::filesystem::path path_;
  Descriptor file_;
  std::uint64_t reserved_ = 0;
};

}  // namespace coxa
