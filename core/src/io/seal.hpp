#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

// A seal is a checksum appended to an HDF5 file, where HDF5 and its tools do not look. It covers
// everything except compressed chunks, which have their own checksum, Adler-32, verified by every
// reader. A program that modifies the file drops the seal.
//
//   extents   16 bytes each: begin, end; the bytes that are covered
//   size      8: of the file without its seal
//   count     8: of extents
//   version   4: 1
//   checksum  4: CRC-32 of the bytes that are covered, then of all of the above
//   magic     8: "coxaseal"
//
// Integers are little-endian.

namespace coxa {

/// Bytes of a file from `begin` up to `end`.
struct Extent {
  std::uint64_t begin = 0, end = 0;
};

/// The parts of a file of `size` bytes not covered by the given extents.
std::vector<Extent> rest_of(std::uint64_t size, std::vector<Extent> extents);

/// The seal of a file in memory, which covers all of it.
std::vector<char> seal_of(const std::vector<char>& image);

/// The seal of a file on disk that will have `size` bytes. @throws Failure if it cannot be read
std::vector<char> seal_of(
    const std::filesystem::path& path, std::uint64_t size, std::vector<Extent> covered);

enum class SealState { absent, whole, broken };

/// Compares a file with the checksum of its seal. @throws Failure if the file cannot be read
SealState check_seal(const std::filesystem::path& path);

}  // namespace coxa
