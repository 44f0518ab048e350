#pragma once

#include <mutex>
#include <set>
#include <string>
#include <utility>

#include <hdf5.h>

#include "io/draft.hpp"

// C++ wrappers for HDF5; errors are thrown as Failure.

namespace coxa::hdf5 {

inline constexpr const char* kFormat = "coxa-1";

/// The name that marks a dimension without coordinate variable in netCDF; its length follows, ten
/// characters wide.
inline constexpr const char* kPureDimension =
    "This is a netCDF dimension but not a netCDF variable.";

/// Attribute with the character encoding, as read by netCDF libraries.
inline constexpr const char* kEncoding = "_Encoding";

/// Name of the dimension of characters in texts, as used by xarray and netCDF's own tools.
inline std::string width_dimension(std::size_t width) { return "string" + std::to_string(width); }

/// Attributes of the file format, which are not part of the dataset.
extern const std::set<std::string> kReserved;

/// Held while calling HDF5, which need not be thread-safe; also suppresses its error printing,
/// restoring the host's setting afterwards.
class Access {
 public:
  Access();
  ~Access();
  Access(const Access&) = delete;
  Access& operator=(const Access&) = delete;

 private:
  std::lock_guard<std::mutex> lock_;
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

/// Innermost message on HDF5's error stack: the cause without the chain of calls.
std::string cause();

template <typename Code>
Code ok(Code code, const std::string& doing) {
  if (code < 0) throw Failure{"HDF5 failed to " + doing + ": " + cause()};
  return code;
}

/// Owns one HDF5 identifier.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t), const std::string& doing)
      : id_(ok(id, doing)), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&&) = delete;
  operator hid_t() const { return id_; }

  /// Closes now, so that a failure is reported.
  void close(const std::string& doing) { ok(close_(std::exchange(id_, -1)), doing); }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

/// Suppresses the complaint ("infinite loop closing library") that HDF5 prints at exit after it has
/// lost an object to a damaged file or a disk error.
void end_quietly();

/// Variable-length text.
Handle text_type();

/// Access properties: locks the file where the file system supports locks.
Handle access_properties();

}  // namespace coxa::hdf5
