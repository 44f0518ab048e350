#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "coxa/study/dataset.hpp"

#include "io/hdf5_chunks.hpp"
#include "io/hdf5_handles.hpp"
#include "io/seal.hpp"

// Elements of a coxa file, following netCDF-4: "NetCDF-4/HDF5 file format", appendix C of the
// netCDF documentation; lists that attach arrays to dimensions: "HDF5 Dimension Scale
// Specification".

namespace coxa::hdf5 {

enum class Kind { number, integer, text };

inline std::size_t entry_bytes(Kind kind) { return kind == Kind::integer ? 4 : 8; }

/// A variable without its values.
struct Declaration {
  std::string name;
  std::vector<std::string> dims;
  Kind kind = Kind::number;
  Attributes attributes;
  std::size_t width = 0;  // bytes of its longest text, at least 1; 0 for numbers

  bool is_coordinate() const { return dims.size() == 1 && dims[0] == name; }
};

Declaration declaration(const Variable& variable);

using Values = decltype(Variable::data);

/// Bytes of the longest text, at least 1.
std::size_t width_of(const std::vector<std::string>& texts);

/// Values in their stored form. Texts have the width of the longest and are padded with zeros:
/// netCDF's NC_CHAR, which every reader supports, unlike variable-length text (Octave).
struct Raw {
  hid_t type;
  std::size_t unit = 1;  // bytes of one number or character
  const char* data = nullptr;
  std::size_t bytes = 0;
  std::vector<char> characters;
};

/// Numbers are referenced, not copied. @param width  of texts
Raw raw_of(const Values& values, std::size_t width);

/// The bytes of a new file, made in memory; equal contents give equal bytes. HDF5 cannot run out of
/// disk space there, after which it could not close the file.
/// @param expected  approximate size, bytes
std::vector<char> file_image(std::size_t expected, const std::function<void(hid_t file)>& fill);

/// Checks that a dataset can be stored. @throws InvalidArgument
void check(const Dataset& dataset);

/// Fills a new file.
class Writer {
 public:
  /// @param attributes  of the file; `format` is added
  /// @param dimensions  in order
  /// @param variables   names of all variables to come: one named like a dimension holds its values
  Writer(
      hid_t file,
      const Attributes& attributes,
      const std::vector<std::pair<std::string, std::size_t>>& dimensions,
      const std::vector<std::string>& variables);

  /// Adds an array, with its attributes. @param chunk  empty for one block
  hid_t add(const Declaration& variable, const Shape& chunk);

  /// Adds an array as one block, with its values.
  void add(const Variable& variable);

  /// Attaches every array to its dimensions; call last.
  void tie();

 private:
  struct Array {
    std::vector<std::string> dims;
    Handle handle;
    hobj_ref_t reference;
  };

  void attribute(hid_t object, const std::string& name, const Attribute& value);
  void add_pure_dimension(const std::string& name, std::size_t size);
  void mark_scale(hid_t array, const std::string& label, int number);
  hobj_ref_t reference_to(const std::string& name);

  hid_t file_;
  Handle text_, scalar_, one_;
  std::map<std::string, std::pair<int, std::size_t>> dimensions_;  // number, size
  std::map<std::string, Array> scales_;
  std::vector<std::pair<std::string, Array>> arrays_;
};

/// Writes all values of an array.
void write_values(hid_t array, const Raw& values, const std::string& name);

/// Writes one packed chunk.
void write_chunk(hid_t array, const Shape& place, const Packed& chunk);

/// Adds the extents of an array's compressed chunks in the file; uncompressed chunks have no
/// checksum of their own and are not added.
void add_compressed(hid_t array, std::vector<Extent>& extents);

}  // namespace coxa::hdf5
