#include <algorithm>
#include <set>

#include "coxa/io/hdf5.hpp"
#include "coxa/math/error.hpp"

#include "io/draft.hpp"
#include "io/hdf5_writer.hpp"

namespace coxa {
namespace {

namespace fs = std::filesystem;
using hdf5::Handle;
using hdf5::Kind;
using hdf5::ok;
using hdf5::Shape;

bool is_utf8(const std::string& text) {
  const auto* c = reinterpret_cast<const unsigned char*>(text.data());
  const auto* end = c + text.size();
  while (c < end) {
    const int more = *c < 0x80                 ? 0
                     : *c >= 0xc2 && *c < 0xe0 ? 1
                     : *c >= 0xe0 && *c < 0xf0 ? 2
                     : *c >= 0xf0 && *c < 0xf5 ? 3
                                               : -1;
    if (more < 0 || end - c <= more) return false;
    // overlong forms, surrogates and what lies beyond Unicode show in the second byte
    if ((*c == 0xe0 && c[1] < 0xa0) || (*c == 0xed && c[1] > 0x9f) || (*c == 0xf0 && c[1] < 0x90)
        || (*c == 0xf4 && c[1] > 0x8f)) {
      return false;
    }
    for (int i = 1; i <= more; ++i) {
      if ((c[i] & 0xc0) != 0x80) return false;
    }
    c += more + 1;
  }
  return true;
}

void check_text(const std::string& text, const std::string& where) {
  require(text.find('\0') == std::string::npos, where, " holds a zero byte; text in a file cannot");
  require(is_utf8(text), where, " is not UTF-8 text");
}

void check_attributes(const Attributes& attributes, const std::string& of) {
  for (const auto& [name, value] : attributes) {
    const std::string where = message("attribute '", name, "' of ", of);
    require(
        !name.empty() && name.find('/') == std::string::npos, where,
        ": a name must have a character and no '/'");
    check_text(name, where);
    require(!hdf5::kReserved.contains(name), where, ": the name is reserved by the file format");
    if (const auto* text = std::get_if<std::string>(&value)) check_text(*text, where);
  }
}

const void* memory_of(const Variable& variable) {
  return std::visit(
      [](const auto& data) { return static_cast<const void*>(data.data()); }, variable.data);
}

// a variable as it will lie in the file
struct Layout {
  hdf5::Declaration declaration;
  Shape chunk;  // empty for one block
  std::vector<std::pair<Shape, hdf5::Packed>> chunks;
};

Layout lay_out(const Dataset& dataset, const Variable& variable) {
  Layout layout{hdf5::declaration(variable), {}, {}};
  const Kind kind = layout.declaration.kind;
  if (kind == Kind::text) return layout;

  Shape shape;
  for (const std::string& dim : variable.dims) shape.push_back(dataset.size(dim));
  const bool trials = !shape.empty() && variable.dims[0] == "trial";
  layout.chunk = trials ? hdf5::chunks_of_trials(shape, shape[0], entry_bytes(kind))
                        : hdf5::chunks_of(shape, entry_bytes(kind));
  if (layout.chunk.empty()) return layout;
  hdf5::Cutter cutter(
      shape, layout.chunk, entry_bytes(kind), [&](const Shape& place, hdf5::Packed chunk) {
        layout.chunks.emplace_back(place, std::move(chunk));
      });
  cutter.add(memory_of(variable), hdf5::product(shape));
  return layout;
}

std::vector<char> image_of(const Dataset& dataset) {
  // compressing is nearly all of the work and needs no HDF5, which serves one thread at a time
  std::vector<Layout> layouts;
  std::vector<std::string> names;
  std::size_t bytes = 1 << 18;
  for (const Variable& variable : dataset.variables) {
    layouts.push_back(lay_out(dataset, variable));
    names.push_back(variable.name);
    if (layouts.back().chunk.empty()) {
      bytes += 8 * std::visit([](const auto& data) { return data.size(); }, variable.data);
    }
    for (const auto& [place, chunk] : layouts.back().chunks) bytes += chunk.bytes.size();
  }

  const hdf5::Access hdf5_is_ours;
  return hdf5::file_image(bytes, [&](hid_t file) {
    hdf5::Writer writer(file, dataset.attributes, dataset.dimensions, names);
    for (std::size_t i = 0; i < layouts.size(); ++i) {
      const hid_t array = writer.add(layouts[i].declaration, layouts[i].chunk);
      for (const auto& [place, chunk] : layouts[i].chunks) hdf5::write_chunk(array, place, chunk);
      if (layouts[i].chunk.empty()) {
        hdf5::write_values(array, dataset.variables[i].data, dataset.variables[i].name);
      }
    }
    writer.tie();
  });
}

}  // namespace

void hdf5::check(const Dataset& dataset) {
  dataset.check();
  for (const Variable& v : dataset.variables) {
    check_attributes(v.attributes, message("variable '", v.name, "'"));
    const auto fill = v.attributes.find("_FillValue");
    if (fill != v.attributes.end()) {
      const auto* value = std::get_if<std::vector<std::int32_t>>(&fill->second);
      require(
          value && value->size() == 1 && std::holds_alternative<std::vector<std::int32_t>>(v.data),
          "variable '", v.name, "': only integers take the attribute _FillValue, one of them");
    }
    if (const auto* texts = std::get_if<std::vector<std::string>>(&v.data)) {
      for (const std::string& text : *texts) {
        check_text(text, message("an entry of variable '", v.name, "'"));
      }
    }
  }
  check_attributes(dataset.attributes, "the dataset");
  const auto format = dataset.attributes.find("format");
  require(
      format == dataset.attributes.end() || format->second == Attribute(std::string(hdf5::kFormat)),
      "the dataset's attribute 'format' is not '", hdf5::kFormat,
      "', the only format that is written");
}

std::vector<char> hdf5_image(const Dataset& dataset) {
  hdf5::check(dataset);
  try {
    return image_of(dataset);
  } catch (const Failure& failure) {
    throw FileError("cannot store the dataset: " + failure.cause);
  }
}

void write_hdf5(const Dataset& dataset, const fs::path& path) {
  hdf5::check(dataset);
  const Target target = writable_target(path);
  try {
    const std::vector<char> image = image_of(dataset);
    Draft draft(target);
    draft.reserve(image.size());
    draft.write(image);
    draft.move_to(target, image.size());
  } catch (const Failure& failure) {
    throw FileError(message("cannot write ", path, ": ", failure.cause));
  }
}

void check_hdf5_target(const fs::path& path) { writable_target(path); }

}  // namespace coxa
