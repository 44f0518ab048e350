#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "coxa/study/dataset.hpp"

#include "io/hdf5_chunks.hpp"
#include "io/hdf5_handles.hpp"

// The parts of a file of ours, in the manner of netCDF-4: "NetCDF-4/HDF5 file format", appendix C of the netCDF
// documentation; the lists that tie arrays to dimensions: "HDF5 Dimension Scale Specification".

namespace coxa::hdf5 {

enum class Kind { number, integer, text };

inline std::size_t entry_bytes(Kind kind) { return kind == Kind::integer ? 4 : 8; }

/// A variable without its values.
struct Declaration {
  std::string name;
  std::vector<std::string> dims;
  Kind kind = Kind::number;
  Attributes attributes;

  bool is_coordinate() const { return dims.size() == 1 && dims[0] == name; }
};

Declaration declaration(const Variable& variable);

/// Writes values to an array, or to the part of it that is selected.
void write_values(
    hid_t array,
    const decltype(Variable::data)& values,
    const std::string& name,
    hid_t memory = H5S_ALL,
    hid_t selected = H5S_ALL);

/// The bytes of a new file, made in memory; equal contents give equal bytes. HDF5 does not meet a full disk there, after
/// which it could not close what it opened.
/// @param expected  how large it will be, about
std::vector<char> file_image(std::size_t expected, const std::function<void(hid_t file)>& fill);

/// What a file can hold. @throws InvalidArgument
void check(const Dataset& dataset);

/// Fills a new file.
class Writer {
 public:
  /// @param attributes  of the file; `format` is added
  /// @param dimensions  in order
  /// @param variables   all that will come: what is named like a dimension holds its values
  Writer(
      hid_t file,
      const Attributes& attributes,
      const std::vector<std::pair<std::string, std::size_t>>& dimensions,
      const std::vector<std::string>& variables);

  /// Adds an array, with its attributes. @param chunk  empty for one block
  hid_t add(const Declaration& variable, const Shape& chunk);
  Shape shape(const Declaration& variable) const;

  /// Adds an array as one block, with its values.
  void add(const Variable& variable);

  /// Ties every array to its dimensions; after the last one.
  void tie();

 private:
  struct Array {
    std::vector<std::string> dims;
    Handle handle;
    hobj_ref_t reference;
  };

  void attribute(hid_t object, const std::string& name, const Attribute& value);
  void mark_scale(hid_t array, const std::string& label, int number);
  hobj_ref_t reference_to(const std::string& name);

  hid_t file_;
  Handle text_, scalar_, one_;
  std::map<std::string, std::pair<int, std::size_t>> dimensions_;  // number, size
  std::map<std::string, Array> scales_;
  std::vector<std::pair<std::string, Array>> arrays_;
};

/// Writes one chunk that is packed already.
void write_chunk(hid_t array, const Shape& place, const Packed& chunk);

}  // namespace coxa::hdf5
