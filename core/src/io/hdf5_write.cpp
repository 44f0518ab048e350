#include <algorithm>
#include <set>

#include "coxa/io/hdf5.hpp"
#include "coxa/math/error.hpp"

#include "io/draft.hpp"
#include "io/hdf5_writer.hpp"
#include "io/text.hpp"

namespace coxa {
namespace {

namespace fs = std::filesystem;
using hdf5::Handle;
using hdf5::Kind;
using hdf5::ok;
using hdf5::Shape;

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

// a variable as it will be stored
struct Layout {
  hdf5::Declaration declaration;
  hdf5::Raw raw;
  Shape chunk;  // empty for one block
  std::vector<std::pair<Shape, hdf5::Packed>> chunks;
};

Layout lay_out(const Dataset& dataset, const Variable& variable) {
  hdf5::Declaration declared = hdf5::declaration(variable);
  hdf5::Raw raw = hdf5::raw_of(variable.data, declared.width);
  const Kind kind = declared.kind;
  Layout layout{std::move(declared), std::move(raw), {}, {}};
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
  cutter.add(layout.raw.data, hdf5::product(shape));
  return layout;
}

std::vector<char> image_of(const Dataset& dataset) {
  // compression is nearly all of the work and does not need HDF5, which serves one thread at a time
  std::vector<Layout> layouts;
  std::vector<std::string> names;
  std::size_t bytes = 1 << 18;
  for (const Variable& variable : dataset.variables) {
    layouts.push_back(lay_out(dataset, variable));
    names.push_back(variable.name);
    if (layouts.back().chunk.empty()) bytes += layouts.back().raw.bytes;
    for (const auto& [place, chunk] : layouts.back().chunks) bytes += chunk.bytes.size();
  }

  const hdf5::Access hdf5_is_ours;
  std::vector<char> image = hdf5::file_image(bytes, [&](hid_t file) {
    hdf5::Writer writer(file, dataset.attributes, dataset.dimensions, names);
    for (std::size_t i = 0; i < layouts.size(); ++i) {
      const hid_t array = writer.add(layouts[i].declaration, layouts[i].chunk);
      for (const auto& [place, chunk] : layouts[i].chunks) hdf5::write_chunk(array, place, chunk);
      if (layouts[i].chunk.empty()) {
        hdf5::write_values(array, layouts[i].raw, names[i]);
      }
    }
    writer.tie();
  });
  const std::vector<char> seal = seal_of(image);
  image.insert(image.end(), seal.begin(), seal.end());
  return image;
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
    draft.append(image, 0);
    draft.move_to(target);
  } catch (const Failure& failure) {
    throw FileError(message("cannot write ", path, ": ", failure.cause));
  }
}

}  // namespace coxa
