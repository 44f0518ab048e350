#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

// A seal is a checksum behind the end of an HDF5 file, where HDF5 and the programs that use it do not look. It covers
// everything that is not a compressed chunk; chunks have a checksum of their own, Adler-32, which every reader compares. A
// program that changes the file cuts the seal off.
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

/// What the given extents leave of a file of `size` bytes.
std::vector<Extent> rest_of(std::uint64_t size, std::vector<Extent> extents);

/// The seal of a file in memory, all of it covered.
std::vector<char> seal_of(const std::vector<char>& image);

/// The seal of a file on disk that is to have `size` bytes. @throws Failure if it cannot be read
std::vector<char> seal_of(
    const std::filesystem::path& path, std::uint64_t size, std::vector<Extent> covered);

enum class SealState { absent, whole, broken };

/// Compares the checksum of a file's seal. @throws Failure if the file cannot be read
SealState check_seal(const std::filesystem::path& path);

}  // namespace coxa
