#include "io/hdf5_writer.hpp"

#include <algorithm>
#include <limits>

#include <hdf5_hl.h>

#include "coxa/math/error.hpp"

namespace coxa::hdf5 {
namespace {

Handle array_properties() {
  Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "set up a variable");
  // no timestamps, so that equal datasets give equal bytes
  ok(H5Pset_obj_track_times(properties, false), "set up a variable");
  ok(H5Pset_attr_creation_order(properties, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
     "set up a variable");
  return properties;
}

void compress(hid_t properties, const Shape& chunk) {
  if (H5Zfilter_avail(H5Z_FILTER_DEFLATE) <= 0) {
    throw Failure{"this HDF5 library was built without zlib (its filter 'deflate')"};
  }
  ok(H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data()), "set up a variable");
  ok(H5Pset_shuffle(properties), "set up a variable");
  ok(H5Pset_deflate(properties, kDeflateLevel), "set up a variable");
}

void write_attribute(
    hid_t object, const std::string& name, hid_t type, hid_t space, const void* data) {
  const std::string doing = "write the attribute " + name;
  const Handle attribute(
      H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, doing);
  ok(H5Awrite(attribute, type, data), doing);
}

// the program that made the file, in the form that netCDF libraries read
void write_provenance_mark(hid_t file, hid_t scalar) {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  const std::string text =
      message("version=2,coxa=", COXA_VERSION, ",hdf5=", major, ".", minor, ".", release);
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "make a text type");
  ok(H5Tset_size(type, text.size() + 1), "make a text type");
  write_attribute(file, "_NCProperties", type, scalar, text.data());
}

}  // namespace

std::size_t width_of(const std::vector<std::string>& texts) {
  std::size_t width = 1;
  for (const std::string& text : texts) width = std::max(width, text.size());
  return width;
}

Declaration declaration(const Variable& variable) {
  const auto* texts = std::get_if<std::vector<std::string>>(&variable.data);
  const Kind kind = texts ? Kind::text
                    : std::holds_alternative<std::vector<std::int32_t>>(variable.data)
                        ? Kind::integer
                        : Kind::number;
  return {variable.name, variable.dims, kind, variable.attributes, texts ? width_of(*texts) : 0};
}

Raw raw_of(const Values& values, std::size_t width) {
  const auto numbers = [](hid_t type, const auto& list) {
    const auto* data = reinterpret_cast<const char*>(list.data());
    return Raw{type, sizeof list[0], data, list.size() * sizeof list[0], {}};
  };
  if (const auto* list = std::get_if<std::vector<double>>(&values)) {
    return numbers(H5T_NATIVE_DOUBLE, *list);
  }
  if (const auto* list = std::get_if<std::vector<std::int32_t>>(&values)) {
    return numbers(H5T_NATIVE_INT32, *list);
  }
  const auto& texts = std::get<std::vector<std::string>>(values);
  Raw raw{H5T_C_S1, 1, nullptr, texts.size() * width, std::vector<char>(texts.size() * width)};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::ranges::copy(texts[i], raw.characters.begin() + static_cast<std::ptrdiff_t>(i * width));
  }
  raw.data = raw.characters.data();
  return raw;
}

std::vector<char> file_image(std::size_t expected, const std::function<void(hid_t file)>& fill) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "set up a file");
  const std::size_t growth = std::clamp<std::size_t>(expected / 4, 1 << 16, 1 << 26);
  ok(H5Pset_fapl_core(access, growth, false), "set up a file");
  const Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "set up a file");
  constexpr unsigned tracked = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
  ok(H5Pset_link_creation_order(creation, tracked), "set up a file");
  ok(H5Pset_attr_creation_order(creation, tracked), "set up a file");
  ok(H5Pset_obj_track_times(creation, false), "set up a file");

  const Handle file(H5Fcreate("image", H5F_ACC_TRUNC, creation, access), H5Fclose, "make a file");
  fill(file);
  ok(H5Fflush(file, H5F_SCOPE_LOCAL), "finish the file");
  const ssize_t size = ok(H5Fget_file_image(file, nullptr, 0), "finish the file");
  std::vector<char> image(static_cast<std::size_t>(size));
  ok(H5Fget_file_image(file, image.data(), image.size()), "finish the file");
  return image;
}

Writer::Writer(
    hid_t file,
    const Attributes& attributes,
    const std::vector<std::pair<std::string, std::size_t>>& dimensions,
    const std::vector<std::string>& variables)
    : file_(file),
      text_(text_type()),
      scalar_(H5Screate(H5S_SCALAR), H5Sclose, "set up a file"),
      one_(
          [] {
            const hsize_t one = 1;
            return H5Screate_simple(1, &one, nullptr);
          }(),
          H5Sclose,
          "set up a file") {
  write_provenance_mark(file, scalar_);
  Attributes stated = attributes;
  stated["format"] = std::string(kFormat);
  for (const auto& [name, value] : stated) attribute(file, name, value);

  for (const auto& [name, size] : dimensions) {
    const int number = static_cast<int>(dimensions_.size());
    dimensions_[name] = {number, size};
    if (std::ranges::find(variables, name) == variables.end()) add_pure_dimension(name, size);
  }
}

// a dimension without values: an array that is never written takes no space
void Writer::add_pure_dimension(const std::string& name, std::size_t size) {
  const std::string doing = "write the dimension " + name;
  const hsize_t extent = size;
  const Handle space(H5Screate_simple(1, &extent, nullptr), H5Sclose, doing);
  Handle scale(
      H5Dcreate2(
          file_, name.c_str(), H5T_IEEE_F32BE, space, H5P_DEFAULT, array_properties(), H5P_DEFAULT),
      H5Dclose, doing);
  std::string digits = std::to_string(size);
  digits.insert(0, std::max<std::size_t>(digits.size(), 10) - digits.size(), ' ');
  mark_scale(scale, kPureDimension + digits, dimensions_.at(name).first);
  scales_.emplace(name, Array{{}, std::move(scale), reference_to(name)});
}

hid_t Writer::add(const Declaration& variable, const Shape& chunk) {
  const std::string doing = "write the variable " + variable.name;
  std::vector<std::string> dims = variable.dims;
  if (variable.kind == Kind::text) {
    dims.push_back(width_dimension(variable.width));
    const auto [known, added] =
        dimensions_.try_emplace(dims.back(), static_cast<int>(dimensions_.size()), variable.width);
    if (added) add_pure_dimension(dims.back(), variable.width);
  }
  Shape shape;
  for (const std::string& dim : dims) shape.push_back(dimensions_.at(dim).second);
  const Handle space(
      shape.empty() ? H5Screate(H5S_SCALAR)
                    : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr),
      H5Sclose, doing);
  const Handle properties = array_properties();
  if (!chunk.empty()) compress(properties, chunk);

  // the CF conventions forbid missing values in coordinates, so they have no fill value
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const bool fills = variable.kind == Kind::number && !variable.is_coordinate();
  if (fills) ok(H5Pset_fill_value(properties, H5T_NATIVE_DOUBLE, &nan), doing);
  if (const auto fill = variable.attributes.find("_FillValue"); fill != variable.attributes.end()) {
    const auto& value = std::get<std::vector<std::int32_t>>(fill->second);
    ok(H5Pset_fill_value(properties, H5T_NATIVE_INT32, value.data()), doing);
  }

  const hid_t type = variable.kind == Kind::text      ? H5T_C_S1
                     : variable.kind == Kind::integer ? H5T_NATIVE_INT32
                                                      : H5T_NATIVE_DOUBLE;
  Handle array(
      H5Dcreate2(file_, variable.name.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT),
      H5Dclose, doing);
  const hid_t id = array;
  if (fills) write_attribute(array, "_FillValue", H5T_NATIVE_DOUBLE, one_, &nan);
  for (const auto& [name, value] : variable.attributes) attribute(array, name, value);
  if (variable.kind == Kind::text) attribute(array, kEncoding, std::string("utf-8"));

  Array added{dims, std::move(array), reference_to(variable.name)};
  if (const auto found = dimensions_.find(variable.name); found != dimensions_.end()) {
    mark_scale(id, variable.name, found->second.first);
    if (dims.size() > 1) {
      // a dimension scale cannot have dimensions attached: netCDF stores their numbers instead
      std::vector<std::int32_t> numbers;
      for (const std::string& dim : dims) numbers.push_back(dimensions_.at(dim).first);
      attribute(id, "_Netcdf4Coordinates", numbers);
    }
    scales_.emplace(variable.name, std::move(added));
  } else {
    arrays_.emplace_back(variable.name, std::move(added));
  }
  return id;
}

void Writer::add(const Variable& variable) {
  const Declaration declared = declaration(variable);
  write_values(add(declared, {}), raw_of(variable.data, declared.width), variable.name);
}

// instead of H5DSattach_scale, which rewrites a dimension's whole list for every array added:
// quadratic in the number of arrays, and half of the cost of a file with many small arrays
void Writer::tie() {
  struct Use {
    hobj_ref_t array;
    int dimension;
    int unused = 0;  // explicit, because indeterminate padding would be stored
  };
  std::map<std::string, std::vector<Use>> uses;
  const std::string doing = "tie the variables to their dimensions";
  const Handle references(H5Tvlen_create(H5T_STD_REF_OBJ), H5Tclose, doing);
  for (auto& [name, array] : arrays_) {
    if (array.dims.empty()) continue;
    std::vector<hvl_t> list;
    for (std::size_t i = 0; i < array.dims.size(); ++i) {
      list.push_back({1, &scales_.at(array.dims[i]).reference});
      uses[array.dims[i]].push_back({array.reference, static_cast<int>(i)});
    }
    const hsize_t rank = list.size();
    const Handle space(H5Screate_simple(1, &rank, nullptr), H5Sclose, doing);
    write_attribute(array.handle, "DIMENSION_LIST", references, space, list.data());
  }

  const Handle type(H5Tcreate(H5T_COMPOUND, sizeof(Use)), H5Tclose, doing);
  ok(H5Tinsert(type, "dataset", HOFFSET(Use, array), H5T_STD_REF_OBJ), doing);
  ok(H5Tinsert(type, "dimension", HOFFSET(Use, dimension), H5T_NATIVE_INT), doing);
  for (const auto& [name, list] : uses) {
    const hsize_t count = list.size();
    const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose, doing);
    write_attribute(scales_.at(name).handle, "REFERENCE_LIST", type, space, list.data());
  }
}

void Writer::attribute(hid_t object, const std::string& name, const Attribute& value) {
  if (const auto* list = std::get_if<std::vector<std::int32_t>>(&value)) {
    const hsize_t size = list->size();
    const std::int32_t nothing = 0;
    const Handle space(
        H5Screate_simple(1, &size, nullptr), H5Sclose, "write the attribute " + name);
    write_attribute(object, name, H5T_NATIVE_INT32, space, list->empty() ? &nothing : list->data());
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    const char* characters = text->c_str();
    write_attribute(object, name, text_, scalar_, &characters);
  } else {
    write_attribute(object, name, H5T_NATIVE_DOUBLE, scalar_, &std::get<double>(value));
  }
}

void Writer::mark_scale(hid_t array, const std::string& label, int number) {
  ok(H5DSset_scale(array, label.c_str()), "make a dimension scale");
  write_attribute(array, "_Netcdf4Dimid", H5T_NATIVE_INT, scalar_, &number);
}

hobj_ref_t Writer::reference_to(const std::string& name) {
  hobj_ref_t reference{};
  ok(H5Rcreate(&reference, file_, name.c_str(), H5R_OBJECT, -1), "refer to a variable");
  return reference;
}

void write_values(hid_t array, const Raw& values, const std::string& name) {
  if (values.bytes == 0) return;
  ok(H5Dwrite(array, values.type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data),
     "write the variable " + name);
}

void write_chunk(hid_t array, const Shape& place, const Packed& chunk) {
  ok(H5Dwrite_chunk(
         array, H5P_DEFAULT, chunk.skipped, place.data(), chunk.bytes.size(), chunk.bytes.data()),
     "write a chunk");
}

void add_compressed(hid_t array, std::vector<Extent>& extents) {
#if H5_VERSION_GE(1, 10, 5)
  const std::string doing = "find the chunks of a variable";
  const Handle all(H5Dget_space(array), H5Sclose, doing);
  hsize_t count = 0;
  ok(H5Dget_num_chunks(array, all, &count), doing);
  Shape place(H5S_MAX_RANK);
  for (hsize_t i = 0; i < count; ++i) {
    unsigned skipped = 0;
    haddr_t address = 0;
    hsize_t size = 0;
    ok(H5Dget_chunk_info(array, all, i, place.data(), &skipped, &address, &size), doing);
    if (skipped == 0) extents.push_back({address, address + size});
  }
#endif
}

}  // namespace coxa::hdf5
