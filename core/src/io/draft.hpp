#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>
#include <unistd.h>

// Files that appear under their name only when they are whole.

namespace coxa {

/// Something that the system or a library refused; becomes a FileError where the path is known.
struct Failure {
  std::string cause;
};

/// What errno says, in words.
std::string system_cause();

/// An open file or folder of the system.
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

/// Where a file is to go: links followed, known to be writable, locked if it exists.
struct Target {
  std::filesystem::path path;
  std::filesystem::path folder;
  Descriptor lock;
  std::optional<mode_t> mode;
};

/// @throws FileError that names the path: missing folder, no permission, file open elsewhere, ...
Target writable_target(const std::filesystem::path& path);

/// A file under a temporary name beside its target, removed unless it got its real one. What it cannot do is a Failure.
class Draft {
 public:
  explicit Draft(const Target& target);
  ~Draft();
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// Sets room aside for a file of so many bytes, and says how many there are if there is too little: whoever writes them
  /// then does not meet a full disk. The file may be longer afterwards than what is written to it.
  void reserve(std::uint64_t bytes);

  void write(const std::vector<char>& bytes);

  /// Writes bytes at a place, ends the file with them, and gives back what was reserved beyond.
  void append(const std::vector<char>& bytes, std::uint64_t place);

  /// On the disk, whole, before it is seen under its name.
  void move_to(const Target& target);

 private:
  std::filesystem::path path_;
  Descriptor file_;
  std::uint64_t reserved_ = 0;
};

}  // namespace coxa
