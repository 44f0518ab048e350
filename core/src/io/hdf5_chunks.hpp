#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include <hdf5.h>

// How a large array lies in a file: in chunks of neighbouring entries, each compressed by itself. The compression is
// ours, with libdeflate, and what HDF5's filters "shuffle" and "deflate" unpack: HDF5 would do it while every other thread
// that stores something waits, and with zlib, which takes twice as long.

namespace coxa::hdf5 {

using Shape = std::vector<hsize_t>;

std::size_t product(const Shape& shape);

/// Chunks of an array, empty for one block. Every chunk is a run of neighbouring entries: (1, ..., 1, c, all, ..., all).
Shape chunks_of(const Shape& shape, std::size_t entry_bytes);

/// The same for what a study has of each of so many trials.
Shape chunks_of_trials(const Shape& shape, std::size_t trials, std::size_t entry_bytes);

/// Whether chunks are of this form.
bool is_run(const Shape& chunk, const Shape& shape);

/// One chunk as it lies in the file.
struct Packed {
  std::vector<unsigned char> bytes;
  unsigned skipped = 0;  // mask of filters that HDF5 is to leave out when it reads
};

inline constexpr unsigned kDeflateLevel = 1;

Packed pack(const void* entries, std::size_t count, std::size_t entry_bytes);

/// The bytes of a packed chunk as they were before they were compressed. @throws Failure if they are damaged: a checksum
/// tells
std::vector<unsigned char> inflate(
    const Packed& packed, std::size_t count, std::size_t entry_bytes);

/// The entries of an inflated chunk.
std::vector<unsigned char> unshuffle(
    const std::vector<unsigned char>& inflated, std::size_t count, std::size_t entry_bytes);

/// Walks over the chunks of an array, in the order of their entries.
class Chunks {
 public:
  Chunks(Shape shape, Shape chunk);

  bool done() const { return outer_ == outer_count_; }
  void next();
  Shape place() const;  // of the current chunk's first entry
  std::size_t used()
      const;  // entries of the array in the current chunk: fewer at the end of a dimension
  std::size_t length() const { return length_; }  // entries of a chunk

 private:
  Shape shape_, chunk_;
  std::size_t cut_ = 0;   // the dimension along which chunks are shorter than the array
  std::size_t unit_ = 1;  // entries of all dimensions after it
  std::size_t length_ = 1;
  hsize_t outer_count_ = 1;  // product of the dimensions before it
  hsize_t outer_ = 0;        // place of the current chunk on these, as one number
  hsize_t start_ = 0;        // and on the dimension that is cut
};

/// Cuts an array that comes piece by piece, in order, into its chunks.
class Cutter {
 public:
  /// Takes a finished chunk: its first entry's place in the array, its bytes.
  using Take = std::function<void(const Shape& place, Packed chunk)>;

  Cutter(Shape shape, Shape chunk, std::size_t entry_bytes, Take take);

  /// The next `count` entries.
  void add(const void* entries, std::size_t count);

  /// Whether a chunk from elsewhere is, as it is, the next one.
  bool fits(const Chunks& from) const;
  void add_packed(Packed chunk);

 private:
  Chunks chunks_;
  std::size_t entry_bytes_;
  Take take_;
  std::vector<unsigned char> rest_;  // entries that wait for their chunk to fill
};

}  // namespace coxa::hdf5
