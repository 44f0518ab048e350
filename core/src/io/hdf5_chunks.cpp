#include "io/hdf5_chunks.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include <libdeflate.h>

#include "io/draft.hpp"

namespace coxa::hdf5 {
namespace {

// Measured over 1024 barbell hip thrusts (nine series of 101 samples, 50 kB a trial) with zlib, on
// a core that was also otherwise busy, so compare rows only; a whole part costs 0.72 ms a trial
// with zlib and 0.38 ms with libdeflate:
//
//                              write a trial   read a series   read a trial,    a trial
//                                              (22 x 101)      all series       on disk
//   one block                       0.02 ms          4 ms          1.2 ms       49.7 kB
//   1 trial, deflate 1              0.33            38             1.5          11.4
//   8 trials, deflate 1             0.28            32             2.3          10.3
//   32 or 64, deflate 1             0.27            32             5.5          10.2     <- a divisor of the part, <= 1 MB
//   32 or 64, deflate 4             0.40            51             8.6           9.9
//   64, deflate 1                   0.28            30             7.3          10.2
//   1 MB whatever the part          0.26            31            12.0           8.9     joining compresses again
//
// A fifth of the bytes for 3 % of a trial's computing time; a higher level gains almost nothing for
// half as much time again. Longer chunks keep the index of 100,000 trials short; 1 MB is what HDF5
// caches, so that a loop over trials decompresses each chunk once.
constexpr std::size_t kChunkBytes = 1024 * 1024;
// below this size an array is one block: compressing the largest arrays of a single trial (140 kB)
// would double the time to write its file and save an eighth of its bytes
constexpr std::size_t kCompressAbove = 256 * 1024;
constexpr std::size_t kCompressSeriesAbove = 16 * 1024;  // for a study's many files of few trials
// arrays with fewer bytes per trial are summaries, one block for any number of trials: fast to
// load, simple to append to
constexpr std::size_t kSmallRow = 256;
constexpr unsigned kDeflateSkipped = 2;  // mask bit of the second filter, after shuffle

// tables of some 100 kB, reused for the thread's next chunk
libdeflate_compressor* compressor() {
  thread_local const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)>
      made(libdeflate_alloc_compressor(kDeflateLevel), libdeflate_free_compressor);
  if (!made) throw std::bad_alloc();
  return made.get();
}

libdeflate_decompressor* decompressor() {
  thread_local const std::unique_ptr<
      libdeflate_decompressor, decltype(&libdeflate_free_decompressor)>
      made(libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  if (!made) throw std::bad_alloc();
  return made.get();
}

// all first bytes of the entries, then all second bytes, ...: adjacent bytes are similar, which
// compresses better
template <std::size_t width>
void scatter(const unsigned char* entries, std::size_t count, unsigned char* shuffled) {
  for (std::size_t b = 0; b < width; ++b) {
    for (std::size_t i = 0; i < count; ++i) shuffled[b * count + i] = entries[i * width + b];
  }
}

template <std::size_t width>
void gather(const unsigned char* shuffled, std::size_t count, unsigned char* entries) {
  for (std::size_t b = 0; b < width; ++b) {
    for (std::size_t i = 0; i < count; ++i) entries[i * width + b] = shuffled[b * count + i];
  }
}

// runs of at most kChunkBytes
Shape runs_of(const Shape& shape, std::size_t entry_bytes) {
  Shape chunk = shape;
  std::size_t bytes = product(shape) * entry_bytes;
  for (hsize_t& n : chunk) {
    if (bytes <= kChunkBytes) break;
    const std::size_t row = bytes / n;
    const hsize_t most = std::max<hsize_t>(1, kChunkBytes / row);
    // of equal length where a divisor is nearly as long, so that chunks of parts can be joined
    // unchanged
    hsize_t rows = most;
    for (hsize_t k = most; k > most / 4; --k) {
      if (n % k == 0) {
        rows = k;
        break;
      }
    }
    bytes = row * rows;
    n = rows;
  }
  return chunk;
}

}  // namespace

std::size_t product(const Shape& shape) {
  std::size_t n = 1;
  for (const hsize_t size : shape) n *= size;
  return n;
}

Shape chunks_of(const Shape& shape, std::size_t entry_bytes) {
  return product(shape) * entry_bytes > kCompressAbove ? runs_of(shape, entry_bytes) : Shape();
}

Shape chunks_of_trials(const Shape& shape, std::size_t trials, std::size_t entry_bytes) {
  const std::size_t bytes = product(shape) * entry_bytes;
  const bool series = bytes > kCompressSeriesAbove && bytes / trials > kSmallRow;
  return series ? runs_of(shape, entry_bytes) : Shape();
}

bool is_run(const Shape& chunk, const Shape& shape) {
  std::size_t cut = 0;
  while (cut + 1 < chunk.size() && chunk[cut] == 1) ++cut;
  return std::equal(
      chunk.begin() + static_cast<std::ptrdiff_t>(cut) + 1, chunk.end(),
      shape.begin() + static_cast<std::ptrdiff_t>(cut) + 1, shape.end());
}

Packed pack(const void* entries, std::size_t count, std::size_t entry_bytes) {
  const auto* bytes = static_cast<const unsigned char*>(entries);
  // reused from chunk to chunk: fresh memory of this size would be mapped page by page each time
  thread_local std::vector<unsigned char> shuffled, deflated;
  shuffled.resize(count * entry_bytes);
  deflated.resize(shuffled.size());
  (entry_bytes == 8 ? scatter<8> : scatter<4>)(bytes, count, shuffled.data());

  // incompressible chunks are stored as they are, as HDF5 does
  const std::size_t size = libdeflate_zlib_compress(
      compressor(), shuffled.data(), shuffled.size(), deflated.data(), deflated.size());
  const bool smaller = size > 0 && size < shuffled.size();
  const auto& stored = smaller ? deflated : shuffled;
  const auto end = stored.begin() + static_cast<std::ptrdiff_t>(smaller ? size : shuffled.size());
  return {{stored.begin(), end}, smaller ? 0 : kDeflateSkipped};
}

std::vector<unsigned char> inflate(
    const Packed& packed, std::size_t count, std::size_t entry_bytes) {
  std::vector<unsigned char> bytes(count * entry_bytes);
  if (packed.skipped == kDeflateSkipped && packed.bytes.size() == bytes.size()) return packed.bytes;
  const bool sound = packed.skipped == 0
                     && libdeflate_zlib_decompress(
                            decompressor(), packed.bytes.data(), packed.bytes.size(), bytes.data(),
                            bytes.size(), nullptr)
                            == LIBDEFLATE_SUCCESS;
  if (!sound) throw Failure{"a compressed piece of it is damaged"};
  return bytes;
}

std::vector<unsigned char> unshuffle(
    const std::vector<unsigned char>& inflated, std::size_t count, std::size_t entry_bytes) {
  std::vector<unsigned char> entries(inflated.size());
  (entry_bytes == 8 ? gather<8> : gather<4>)(inflated.data(), count, entries.data());
  return entries;
}

Chunks::Chunks(Shape shape, Shape chunk) : shape_(std::move(shape)), chunk_(std::move(chunk)) {
  while (cut_ + 1 < chunk_.size() && chunk_[cut_] == 1) outer_count_ *= shape_[cut_++];
  for (std::size_t i = cut_ + 1; i < shape_.size(); ++i) unit_ *= shape_[i];
  length_ = product(chunk_);
}

void Chunks::next() {
  start_ += chunk_[cut_];
  if (start_ < shape_[cut_]) return;
  start_ = 0;
  ++outer_;
}

Shape Chunks::place() const {
  Shape place(shape_.size(), 0);
  place[cut_] = start_;
  hsize_t outer = outer_;
  for (std::size_t i = cut_; i-- > 0;) {
    place[i] = outer % shape_[i];
    outer /= shape_[i];
  }
  return place;
}

std::size_t Chunks::used() const {
  return std::min<std::size_t>(chunk_[cut_], shape_[cut_] - start_) * unit_;
}

Cutter::Cutter(Shape shape, Shape chunk, std::size_t entry_bytes, Take take)
    : chunks_(std::move(shape), std::move(chunk)),
      entry_bytes_(entry_bytes),
      take_(std::move(take)) {}

void Cutter::add(const void* entries, std::size_t count) {
  const auto* from = static_cast<const unsigned char*>(entries);
  for (std::size_t left = count * entry_bytes_; left > 0;) {
    const std::size_t needed = chunks_.used() * entry_bytes_ - rest_.size();
    const std::size_t more = std::min(left, needed);
    if (rest_.empty() && more == chunks_.length() * entry_bytes_) {
      take_(chunks_.place(), pack(from, chunks_.length(), entry_bytes_));
      chunks_.next();
    } else {
      rest_.insert(rest_.end(), from, from + more);
      if (more == needed) {
        rest_.resize(chunks_.length() * entry_bytes_, 0);  // pad beyond the array
        take_(chunks_.place(), pack(rest_.data(), chunks_.length(), entry_bytes_));
        rest_.clear();
        chunks_.next();
      }
    }
    from += more;
    left -= more;
  }
}

bool Cutter::fits(const Chunks& from) const {
  return rest_.empty() && from.length() == chunks_.length() && from.used() == chunks_.used();
}

void Cutter::add_packed(Packed chunk) {
  take_(chunks_.place(), std::move(chunk));
  chunks_.next();
}

}  // namespace coxa::hdf5
