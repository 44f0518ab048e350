#include "io/hdf5_read.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <set>

#include <hdf5_hl.h>

#include "coxa/io/hdf5.hpp"
#include "coxa/math/error.hpp"

#include "io/text.hpp"

namespace coxa {
namespace hdf5 {
namespace {

namespace fs = std::filesystem;

void check_texts(const std::vector<std::string>& texts) {
  if (!std::ranges::all_of(texts, is_utf8)) {
    throw Failure{"it holds text that is not UTF-8; it may be damaged"};
  }
}

// texts of a fixed width, padded with zeros
std::vector<std::string> cut(
    const std::vector<char>& characters, std::size_t count, std::size_t width) {
  std::vector<std::string> texts(count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* text = characters.data() + i * width;
    texts[i].assign(text, strnlen(text, width));
  }
  return texts;
}

std::vector<std::string> read_texts(
    hid_t type,
    hid_t space,
    std::size_t entries,
    const std::function<void(hid_t type, void* data)>& read) {
  std::vector<std::string> texts(entries);
  if (entries == 0) return texts;

  if (ok(H5Tis_variable_str(type), "read text") > 0) {
    std::vector<char*> characters(entries, nullptr);
    const Handle memory(H5Tcopy(type), H5Tclose, "read text");
    read(memory, characters.data());
    for (std::size_t i = 0; i < entries; ++i) {
      if (characters[i]) texts[i] = characters[i];
    }
    H5Dvlen_reclaim(memory, space, H5P_DEFAULT, characters.data());
  } else {
    const std::size_t width = H5Tget_size(type);
    std::vector<char> characters(entries * width);
    read(type, characters.data());
    texts = cut(characters, entries, width);
  }
  check_texts(texts);
  return texts;
}

std::size_t entries_of(hid_t space) {
  return static_cast<std::size_t>(ok(H5Sget_simple_extent_npoints(space), "read a shape"));
}

bool is_wide_integer(hid_t type) {
  return H5Tget_size(type) > 4 || (H5Tget_size(type) == 4 && H5Tget_sign(type) == H5T_SGN_NONE);
}

// reads integers as int32, or as double if one does not fit
std::variant<std::vector<double>, std::vector<std::int32_t>> read_integers(
    hid_t type, std::size_t entries, const std::function<void(hid_t type, void* data)>& read) {
  std::vector<std::int32_t> narrow(entries);
  if (!is_wide_integer(type)) {
    if (entries > 0) read(H5T_NATIVE_INT32, narrow.data());
    return narrow;
  }
  std::vector<std::int64_t> wide(entries);
  if (entries > 0) read(H5T_NATIVE_INT64, wide.data());
  const bool fits =
      std::ranges::all_of(wide, [](std::int64_t n) { return n == static_cast<std::int32_t>(n); });
  if (!fits) return std::vector<double>(wide.begin(), wide.end());
  std::ranges::transform(wide, narrow.begin(), [](auto n) { return static_cast<std::int32_t>(n); });
  return narrow;
}

Attribute read_attribute(hid_t attribute, const std::string& name) {
  const std::string doing = "read the attribute " + name;
  const Handle type(H5Aget_type(attribute), H5Tclose, doing);
  const Handle space(H5Aget_space(attribute), H5Sclose, doing);
  const std::size_t entries = entries_of(space);
  const auto read = [&](hid_t as, void* data) { ok(H5Aread(attribute, as, data), doing); };

  switch (H5Tget_class(type)) {
    case H5T_STRING: {
      const std::vector<std::string> texts = read_texts(type, space, entries, read);
      if (texts.size() <= 1) return texts.empty() ? std::string() : texts[0];
      break;
    }
    case H5T_INTEGER: {
      const auto integers = read_integers(type, entries, read);
      if (const auto* list = std::get_if<std::vector<std::int32_t>>(&integers)) return *list;
      if (entries == 1) return std::get<std::vector<double>>(integers)[0];
      break;
    }
    case H5T_FLOAT:
      if (entries == 1) {
        double value = 0;
        read(H5T_NATIVE_DOUBLE, &value);
        return value;
      }
      break;
    default: break;
  }
  throw Failure{"its attribute '" + name + "' is neither a text, a number nor a list of integers"};
}

// identity of an object within its file
haddr_t address_of(hid_t object) {
  H5O_info_t info;
  ok(H5Oget_info2(object, &info, H5O_INFO_BASIC), "follow a dimension");
  return info.addr;
}

Shape stored_shape(hid_t array) {
  const Handle space(H5Dget_space(array), H5Sclose, "read a shape");
  Shape shape(static_cast<std::size_t>(ok(H5Sget_simple_extent_ndims(space), "read a shape")));
  if (!shape.empty()) ok(H5Sget_simple_extent_dims(space, shape.data(), nullptr), "read a shape");
  return shape;
}

// whether the last dimension is that of the characters; older files hold variable-length text
bool is_characters(hid_t array) {
  const Handle type(H5Dget_type(array), H5Tclose, "read a type");
  return H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 && H5Tget_size(type) == 1
         && H5Aexists(array, kEncoding) > 0 && !stored_shape(array).empty();
}

std::vector<std::string> read_characters(hid_t array, const std::string& doing) {
  const Shape shape = stored_shape(array);
  const std::size_t width = shape.back(), count = product(shape_of(array));
  std::vector<char> characters(count * width);
  if (!characters.empty()) {
    ok(H5Dread(array, H5T_C_S1, H5S_ALL, H5S_ALL, H5P_DEFAULT, characters.data()), doing);
  }
  std::vector<std::string> texts = cut(characters, count, width);
  check_texts(texts);
  return texts;
}

Kind kind_of(hid_t array, const std::string& name) {
  const Handle type(H5Dget_type(array), H5Tclose, "read the variable " + name);
  switch (H5Tget_class(type)) {
    case H5T_STRING: return Kind::text;
    case H5T_INTEGER: return Kind::integer;
    case H5T_FLOAT: return Kind::number;
    default: throw Failure{"its variable '" + name + "' holds neither numbers nor text"};
  }
}

// the dimensions of a file
struct Scales {
  struct Scale {
    std::string name;
    std::size_t size;
    int number;
  };
  std::map<haddr_t, Scale> scales;
  std::set<std::string> coordinates, pure;  // with and without values

  void add(hid_t array, const std::string& name) {
    if (H5DSis_scale(array) <= 0) return;
    const Shape shape = shape_of(array);
    if (shape.size() != 1) return;
    Scale scale{name, shape[0], static_cast<int>(scales.size())};
    if (H5Aexists(array, "_Netcdf4Dimid") > 0) {
      const Handle number(
          H5Aopen(array, "_Netcdf4Dimid", H5P_DEFAULT), H5Aclose, "number a dimension");
      ok(H5Aread(number, H5T_NATIVE_INT, &scale.number), "number a dimension");
    }
    char label[128] = "";
    H5DSget_scale_name(array, label, sizeof(label));
    (std::string_view(label).starts_with(kPureDimension) ? pure : coordinates).insert(name);
    scales.emplace(address_of(array), scale);
  }

  std::vector<std::pair<std::string, std::size_t>> in_order() const {
    std::vector<Scale> sorted;
    for (const auto& [address, scale] : scales) sorted.push_back(scale);
    std::ranges::sort(sorted, {}, &Scale::number);
    std::vector<std::pair<std::string, std::size_t>> dimensions;
    for (const Scale& scale : sorted) dimensions.emplace_back(scale.name, scale.size);
    return dimensions;
  }

  std::vector<std::string> dims_of(hid_t array, const std::string& name) const {
    std::vector<std::string> dims;
    const std::size_t rank = shape_of(array).size();
    for (unsigned i = 0; i < rank; ++i) {
      haddr_t address = HADDR_UNDEF;
      const auto first = [](hid_t, unsigned, hid_t scale, void* found) -> herr_t {
        *static_cast<haddr_t*>(found) = address_of(scale);
        return 1;
      };
      if (H5DSget_num_scales(array, i) > 0) {
        ok(H5DSiterate_scales(array, i, nullptr, first, &address), "follow a dimension");
      }
      const auto scale = scales.find(address);
      if (scale == scales.end()) {
        throw Failure{message("dimension ", i, " of its variable '", name, "' has no name")};
      }
      dims.push_back(scale->second.name);
    }
    return dims;
  }
};

}  // namespace

std::string name_by_index(hid_t file, hsize_t i) {
  const auto name = [&](char* text, std::size_t size) {
    return ok(
        H5Lget_name_by_idx(file, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, i, text, size, H5P_DEFAULT),
        "list the variables");
  };
  std::string text(static_cast<std::size_t>(name(nullptr, 0)), '\0');
  name(text.data(), text.size() + 1);
  return text;
}

Shape shape_of(hid_t array) {
  Shape shape = stored_shape(array);
  if (is_characters(array)) shape.pop_back();
  return shape;
}

Shape chunk_of(hid_t array) {
  const Handle properties(H5Dget_create_plist(array), H5Pclose, "read a layout");
  if (H5Pget_layout(properties) != H5D_CHUNKED) return {};
  const Shape shape = shape_of(array);
  Shape chunk(shape.size());
  ok(H5Pget_chunk(properties, static_cast<int>(chunk.size()), chunk.data()), "read a layout");

  const auto filter = [&](unsigned i) {
    unsigned flags = 0;
    std::size_t values = 0;
    return H5Pget_filter2(properties, i, &flags, &values, nullptr, 0, nullptr, nullptr);
  };
  const bool ours = H5Pget_nfilters(properties) == 2 && filter(0) == H5Z_FILTER_SHUFFLE
                    && filter(1) == H5Z_FILTER_DEFLATE;
  const Handle type(H5Dget_type(array), H5Tclose, "read a layout");
  const bool plain = H5Tequal(type, H5T_NATIVE_DOUBLE) > 0 || H5Tequal(type, H5T_NATIVE_INT32) > 0;
  return ours && plain && is_run(chunk, shape) ? chunk : Shape();
}

Packed read_chunk(hid_t array, const Shape& place) {
  hsize_t size = 0;
  ok(H5Dget_chunk_storage_size(array, place.data(), &size), "find a chunk");
  if (size == 0) throw Failure{"a compressed piece of it is absent"};
  Packed chunk;
  chunk.bytes.resize(size);
  ok(H5Dread_chunk(array, H5P_DEFAULT, place.data(), &chunk.skipped, chunk.bytes.data()),
     "read a chunk");
  return chunk;
}

Values read_values(hid_t array, const std::string& name) {
  const std::string doing = "read the variable " + name;
  if (is_characters(array)) return read_characters(array, doing);
  const Handle type(H5Dget_type(array), H5Tclose, doing);
  const Handle space(H5Dget_space(array), H5Sclose, doing);
  const std::size_t entries = entries_of(space);
  const auto read = [&](hid_t as, void* data) {
    ok(H5Dread(array, as, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), doing);
  };

  switch (kind_of(array, name)) {
    case Kind::text: return read_texts(type, space, entries, read);
    case Kind::integer:
      return std::visit(
          [](auto&& list) { return Values(std::move(list)); }, read_integers(type, entries, read));
    default: {
      std::vector<double> numbers(entries);
      if (entries > 0) read(H5T_NATIVE_DOUBLE, numbers.data());
      return numbers;
    }
  }
}

Attributes read_attributes(hid_t object) {
  H5O_info_t info;
  ok(H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS), "list attributes");
  Attributes attributes;
  for (hsize_t i = 0; i < info.num_attrs; ++i) {
    const Handle attribute(
        H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, i, H5P_DEFAULT, H5P_DEFAULT),
        H5Aclose, "list attributes");
    std::string name(static_cast<std::size_t>(ok(H5Aget_name(attribute, 0, nullptr), "list")), ' ');
    ok(H5Aget_name(attribute, name.size() + 1, name.data()), "list attributes");
    if (!kReserved.contains(name)) attributes[name] = read_attribute(attribute, name);
  }
  return attributes;
}

Contents contents(hid_t file) {
  std::vector<std::pair<std::string, Handle>> arrays;
  Scales scales;
  H5G_info_t group;
  ok(H5Gget_info(file, &group), "list the variables");
  for (hsize_t i = 0; i < group.nlinks; ++i) {
    const std::string name = name_by_index(file, i);
    Handle object(H5Oopen(file, name.c_str(), H5P_DEFAULT), H5Oclose, "open the variable " + name);
    if (H5Iget_type(object) != H5I_DATASET) continue;
    scales.add(object, name);
    arrays.emplace_back(name, std::move(object));
  }

  Contents contents;
  std::set<std::string> used;
  for (auto& [name, array] : arrays) {
    if (scales.pure.contains(name)) continue;
    Declaration variable{name, {}, kind_of(array, name), read_attributes(array), 0};
    if (is_characters(array)) variable.width = std::max<hsize_t>(1, stored_shape(array).back());
    // implied for every array of numbers and not reported
    if (variable.kind == Kind::number) variable.attributes.erase("_FillValue");
    variable.dims = scales.coordinates.contains(name) ? std::vector<std::string>{name}
                                                      : scales.dims_of(array, name);
    used.insert(variable.dims.begin(), variable.dims.end());
    contents.variables.push_back({std::move(variable), std::move(array)});
  }
  for (const auto& [name, size] : scales.in_order()) {
    const bool of_characters = name == width_dimension(size) && scales.pure.contains(name);
    if (!of_characters || used.contains(name)) contents.dimensions.emplace_back(name, size);
  }
  return contents;
}

bool is_ours(hid_t file) {
  if (H5Aexists(file, "format") <= 0) return false;
  const Handle format(H5Aopen(file, "format", H5P_DEFAULT), H5Aclose, "read the format");
  return read_attribute(format, "format") == Attribute(std::string(kFormat));
}

void open_any(const fs::path& path, const std::function<void(hid_t file)>& read) {
  const std::string refusal = message("cannot read ", path, ": ");
  try {
    if (H5Fis_hdf5(path.c_str()) <= 0) throw Failure{"it is not an HDF5 file"};
    const Handle file(
        H5Fopen(path.c_str(), H5F_ACC_RDONLY, access_properties()), H5Fclose, "open it");
    read(file);
  } catch (const Failure& failure) {
    end_quietly();
    throw FileError(refusal + failure.cause);
  } catch (const InvalidArgument& contradiction) {
    throw FileError(refusal + contradiction.what());
  } catch (const std::bad_alloc&) {
    throw FileError(refusal + "it claims more data than there is memory; it may be damaged");
  } catch (const std::length_error&) {
    throw FileError(refusal + "it claims more data than there is memory; it may be damaged");
  }
}

void open_ours(const fs::path& path, const std::function<void(hid_t file)>& read) {
  open_any(path, [&](hid_t file) {
    if (is_ours(file)) return read(file);
    if (H5Aexists(file, "format") <= 0) {
      throw Failure{"it is an HDF5 file, but not one of coxa: it has no attribute 'format'"};
    }
    const Attribute stated = read_attribute(
        Handle(H5Aopen(file, "format", H5P_DEFAULT), H5Aclose, "read the format"), "format");
    const auto* format = std::get_if<std::string>(&stated);
    throw Failure{message(
        "its format is '", format ? *format : "no text", "', this version of coxa reads '", kFormat,
        "'",
        format && format->starts_with("coxa-") ? "; read it with a newer version of coxa" : "")};
  });
}

}  // namespace hdf5

Dataset read_hdf5(const std::filesystem::path& path, Check check) {
  Dataset dataset;
  const hdf5::Access hdf5_is_ours;
  hdf5::check(path, check);
  hdf5::open_ours(path, [&](hid_t file) {
    const hdf5::Contents contents = hdf5::contents(file);
    for (const auto& [name, size] : contents.dimensions) dataset.add_dimension(name, size);
    for (const auto& [declared, array] : contents.variables) {
      dataset.add(
          {declared.name, declared.dims, hdf5::read_values(array, declared.name),
           declared.attributes});
    }
    dataset.attributes = hdf5::read_attributes(file);
  });
  return dataset;
}

Attributes read_hdf5_attributes(const std::filesystem::path& path, Check check) {
  Attributes attributes;
  const hdf5::Access hdf5_is_ours;
  hdf5::check(path, check);
  hdf5::open_ours(path, [&](hid_t file) { attributes = hdf5::read_attributes(file); });
  return attributes;
}

}  // namespace coxa
