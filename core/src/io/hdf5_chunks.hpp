#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include <hdf5.h>

// Layout of a large array in a file: chunks of consecutive entries, each compressed separately.
// Compression uses libdeflate directly and produces the format of HDF5's filters "shuffle" and
// "deflate": HDF5 itself would compress under its global lock, blocking every other thread, and
// with zlib, which takes twice as long.

namespace coxa::hdf5 {

using Shape = std::vector<hsize_t>;

std::size_t product(const Shape& shape);

/// Chunk shape of an array, empty for one block. Every chunk is a run of consecutive entries: (1,
/// ..., 1, c, all, ..., all).
Shape chunks_of(const Shape& shape, std::size_t entry_bytes);

/// The same for a study's array with leading dimension `trials`.
Shape chunks_of_trials(const Shape& shape, std::size_t trials, std::size_t entry_bytes);

/// Whether a chunk shape has this form.
bool is_run(const Shape& chunk, const Shape& shape);

/// One chunk as stored in the file.
struct Packed {
  std::vector<unsigned char> bytes;
  unsigned skipped = 0;  // mask of filters that HDF5 is to skip when reading
};

inline constexpr unsigned kDeflateLevel = 1;

Packed pack(const void* entries, std::size_t count, std::size_t entry_bytes);

/// Decompressed bytes of a packed chunk. @throws Failure if its checksum does not match
std::vector<unsigned char> inflate(
    const Packed& packed, std::size_t count, std::size_t entry_bytes);

/// Entries of an inflated chunk in their original byte order.
std::vector<unsigned char> unshuffle(
    const std::vector<unsigned char>& inflated, std::size_t count, std::size_t entry_bytes);

/// Iterates over the chunks of an array in the order of their entries.
class Chunks {
 public:
  Chunks(Shape shape, Shape chunk);

  bool done() const { return outer_ == outer_count_; }
  void next();
  Shape place() const;  // index of the current chunk's first entry
  std::size_t used()
      const;  // entries of the array in the current chunk: fewer at the end of a dimension
  std::size_t length() const { return length_; }  // entries of a chunk

 private:
  Shape shape_, chunk_;
  std::size_t cut_ = 0;   // dimension along which the array is cut
  std::size_t unit_ = 1;  // entries of all dimensions after it
  std::size_t length_ = 1;
  hsize_t outer_count_ = 1;  // product of the dimensions before it
  hsize_t outer_ = 0;        // index of the current chunk on these dimensions, flattened
  hsize_t start_ = 0;        // and along the cut dimension
};

/// Divides an array that arrives in consecutive pieces into chunks.
class Cutter {
 public:
  /// Receives a finished chunk: index of its first entry in the array, its bytes.
  using Take = std::function<void(const Shape& place, Packed chunk)>;

  Cutter(Shape shape, Shape chunk, std::size_t entry_bytes, Take take);

  /// Appends the next `count` entries.
  void add(const void* entries, std::size_t count);

  /// Whether a packed chunk from another file can be appended unchanged.
  bool fits(const Chunks& from) const;
  void add_packed(Packed chunk);

 private:
  Chunks chunks_;
  std::size_t entry_bytes_;
  Take take_;
  std::vector<unsigned char> rest_;  // entries of an incomplete chunk
};

}  // namespace coxa::hdf5
