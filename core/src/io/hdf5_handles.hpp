#pragma once

#include <mutex>
#include <set>
#include <string>
#include <utility>

#include <hdf5.h>

#include "io/draft.hpp"

// HDF5 in C++ clothes. What HDF5 refuses is a Failure.

namespace coxa::hdf5 {

inline constexpr const char* kFormat = "coxa-1";

/// The name by which netCDF knows a dimension that has no coordinate variable; its length follows, ten wide.
inline constexpr const char* kPureDimension =
    "This is a netCDF dimension but not a netCDF variable.";

/// The attribute by which netCDF's readers know in which encoding characters are.
inline constexpr const char* kEncoding = "_Encoding";

/// Name of the dimension along which the characters of texts lie, as xarray and netCDF's own tools call it.
inline std::string width_dimension(std::size_t width) { return "string" + std::to_string(width); }

/// Attributes that belong to the file format and not to the dataset.
extern const std::set<std::string> kReserved;

/// Held by whoever calls HDF5, one at a time, as the library need not be thread-safe; and HDF5 prints no errors
/// meanwhile. Others in the process get their setting back.
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

/// The innermost message on HDF5's error stack: the cause, not the chain of calls.
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

  /// Closes now, so that a failure is heard of.
  void close(const std::string& doing) { ok(close_(std::exchange(id_, -1)), doing); }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

/// HDF5 loses a piece of memory where it meets a damaged object or disk, and complains of it ("infinite loop closing library") when
/// the program ends: after this it does not.
void end_quietly();

/// Text of any length.
Handle text_type();

/// How a file on disk is opened: locked where the file system knows locks.
Handle access_properties();

}  // namespace coxa::hdf5
