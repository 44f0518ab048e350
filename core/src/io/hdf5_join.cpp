#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include <sys/mman.h>
#include <unistd.h>

#include "coxa/io/hdf5.hpp"
#include "coxa/math/error.hpp"

#include "io/draft.hpp"
#include "io/hdf5_plan.hpp"
#include "io/hdf5_read.hpp"
#include "io/hdf5_writer.hpp"

// Two passes over the parts: first their structure (hdf5_plan.hpp), then their values.

namespace coxa {
namespace {

namespace fs = std::filesystem;
using hdf5::Declaration;
using hdf5::Handle;
using hdf5::Item;
using hdf5::Kind;
using hdf5::ok;
using hdf5::Part;
using hdf5::Plan;
using hdf5::Shape;
using hdf5::size_of;
using hdf5::Values;

// allowance for HDF5's own data beyond the arrays: index nodes, text blocks
constexpr std::uint64_t kMargin = 64 * 1024;

// ---- the joined file

Variable coordinate(const GridDimension& dimension) {
  Variable variable;
  variable.name = dimension.name;
  variable.dims = {dimension.name};
  std::visit([&](const auto& values) { variable.data = values; }, dimension.values);
  variable.attributes = {
      {"long_name", dimension.description},
      {"units", dimension.unit},
      {"role", std::string("parameter")}};
  return variable;
}

// everything that is not per trial: small, and known before the values
Dataset frame_of(
    const Plan& plan, const Attributes& attributes, const std::vector<GridDimension>& grid) {
  Dataset frame;
  frame.attributes = attributes;
  for (const auto& dimension : plan.dimensions) {
    if (dimension.name != "trial") {
      frame.add_dimension(dimension.name, dimension.size);
    } else if (grid.empty()) {
      frame.add_dimension("trial", plan.trials);
    } else {
      for (const GridDimension& factor : grid) frame.add_dimension(factor.name, size_of(factor));
    }
  }
  for (const GridDimension& factor : grid) frame.add(coordinate(factor));
  for (const Item& item : plan.items) {
    if (item.whole) {
      const Declaration& declared = item.declaration;
      frame.add({declared.name, declared.dims, *item.whole, declared.attributes});
    }
  }
  hdf5::check(frame);
  return frame;
}

// ---- values

// Visits the boxes that make up `count` entries from `first` on of an array of this shape.
template <typename Act>
void over_boxes(const Shape& shape, std::size_t first, std::size_t count, const Act& act) {
  while (count > 0) {
    // slowest dimension at which whole slices begin here
    std::size_t slice = 1, cut = shape.size() - 1;
    while (cut > 0 && first % (slice * shape[cut]) == 0 && count >= slice * shape[cut]) {
      slice *= shape[cut--];
    }
    Shape start(shape.size(), 0), size = shape;
    std::size_t rest = first / slice;
    size[cut] = std::min<std::size_t>(count / slice, shape[cut] - rest % shape[cut]);
    for (std::size_t i = cut + 1; i-- > 0;) {
      start[i] = rest % shape[i];
      rest /= shape[i];
      if (i < cut) size[i] = 1;
    }
    act(start, size);
    const std::size_t done = size[cut] * slice;
    first += done;
    count -= done;
  }
}

// fill value for a variable that a part does not have
Values missing(const Declaration& declared, std::size_t entries) {
  switch (declared.kind) {
    case Kind::text: return std::vector<std::string>(entries);
    case Kind::integer:
      return std::vector<std::int32_t>(
          entries,
          std::get<std::vector<std::int32_t>>(declared.attributes.at("_FillValue")).front());
    default: return std::vector<double>(entries, std::numeric_limits<double>::quiet_NaN());
  }
}

// the file being written
class Joined {
 public:
  Joined(const fs::path& path, const Target& target, const Plan& plan, Parts state)
      : path_(path), plan_(plan), state_(state), draft_(target) {}

  Joined(const Joined&) = delete;
  Joined& operator=(const Joined&) = delete;

  void create(const Attributes& attributes, const std::vector<GridDimension>& grid) {
    const Dataset frame = frame_of(plan_, attributes, grid);
    std::vector<std::string> trial_dims, names;
    for (const GridDimension& dimension : grid) trial_dims.push_back(dimension.name);
    const auto dropped = [&](const Item& item) {
      return std::ranges::find(trial_dims, item.declaration.name) != trial_dims.end();
    };

    // in the parts' order, with the grid's dimensions in place of `trial`
    names = trial_dims;
    std::vector<Layout> layouts;
    std::uint64_t bytes = kMargin + 4096 * frame.dimensions.size();
    for (const auto& [name, value] : frame.attributes) {
      if (const auto* text = std::get_if<std::string>(&value)) bytes += 2 * text->size();
    }
    for (const Item& item : plan_.items) {
      if (dropped(item)) continue;
      Layout layout{&item, item.declaration, {}, {}};
      std::vector<std::string>& dims = layout.declaration.dims;
      if (!item.whole && !grid.empty()) {
        dims.erase(dims.begin());
        dims.insert(dims.begin(), trial_dims.begin(), trial_dims.end());
      }
      for (const std::string& dim : dims) layout.shape.push_back(frame.size(dim));
      if (item.declaration.kind == Kind::text) layout.shape.push_back(item.declaration.width);
      layout.chunk = chunk_for(item, layout.shape, grid.empty());
      bytes += bytes_of(layout);
      names.push_back(item.declaration.name);
      layouts.push_back(std::move(layout));
    }

    // build everything but the trials' values in memory, then reserve space for these, before HDF5
    // opens the file
    const std::vector<char> image = hdf5::file_image(1 << 20, [&](hid_t file) {
      hdf5::Writer writer(file, frame.attributes, frame.dimensions, names);
      for (const std::string& name : trial_dims) writer.add(frame.at(name));
      for (const Layout& layout : layouts) {
        if (layout.item->whole) {
          writer.add(frame.at(layout.declaration.name));
        } else {
          writer.add(layout.declaration, layout.chunk);
        }
      }
      writer.tie();
    });
    draft_.reserve(bytes + image.size());
    draft_.write(image);
    file_.emplace(
        H5Fopen(draft_.path().c_str(), H5F_ACC_RDWR, hdf5::access_properties()), H5Fclose,
        "open the file");
    for (const Layout& layout : layouts) {
      if (!layout.item->whole) add_column(layout);
    }
  }

  /// Appends the values of the next part.
  void add(const Part& part, hid_t file) {
    for (Column& column : columns_) {
      const Declaration& declared = column.item->declaration;
      const std::size_t entries = part.trials * column.item->row;
      if (H5Lexists(file, declared.name.c_str(), H5P_DEFAULT) <= 0) {
        add_values(column, part, missing(declared, entries));
        continue;
      }
      const Handle array(
          H5Dopen2(file, declared.name.c_str(), H5P_DEFAULT), H5Dclose,
          "open the variable " + declared.name);
      const Shape shape = hdf5::shape_of(array), chunk = hdf5::chunk_of(array);
      if (hdf5::product(shape) != entries) {
        throw Failure{message(
            "its variable '", declared.name, "' has ", hdf5::product(shape), " entries; expected ",
            entries)};
      }
      if (column.cutter && !chunk.empty()) {
        add_chunks(column, array, hdf5::Chunks(shape, chunk));
      } else {
        add_values(column, part, hdf5::read_values(array, declared.name));
      }
    }
  }

  void finish(const Target& target) {
    haddr_t end = 0;
    std::vector<Extent> chunks;
    in_target([&] {
      ok(H5Fflush(*file_, H5F_SCOPE_LOCAL), "finish the file");
      ok(H5Fget_eoa(*file_, &end), "finish the file");
      for (const Column& column : columns_) {
        if (column.cutter) hdf5::add_compressed(column.array, chunks);
      }
    });
    columns_.clear();
    file_->close("finish the file");
    file_.reset();
    draft_.append(seal_of(draft_.path(), end, rest_of(end, std::move(chunks))), end);
    draft_.move_to(target);
  }

 private:
  struct Layout {
    const Item* item;
    Declaration declaration;  // in the joined file
    Shape shape, chunk;
  };

  // an array along the trials, and its progress
  struct Column {
    const Item* item;
    Handle array;
    Shape shape;
    Handle space;
    std::unique_ptr<hdf5::Cutter> cutter;  // if it is chunked
  };

  // series keep the chunks of the parts, so that they need not be compressed again
  Shape chunk_for(const Item& item, const Shape& shape, bool along_trial) const {
    if (item.whole || item.declaration.kind == Kind::text) return {};
    if (along_trial && !item.chunk.empty()) return item.chunk;
    return hdf5::chunks_of_trials(shape, plan_.trials, entry_bytes(item.declaration.kind));
  }

  // estimate: exact for blocks, as in the parts for chunks
  static std::uint64_t bytes_of(const Layout& layout) {
    const std::uint64_t entries = hdf5::product(layout.shape);
    const std::uint64_t header = 4096;
    if (layout.chunk.empty()) {
      return header + entries * (layout.declaration.kind == Kind::text ? 1 : 8);
    }
    const std::uint64_t index = 128 * (1 + entries / hdf5::product(layout.chunk));
    return header + layout.item->stored + index;
  }

  void add_column(const Layout& layout) {
    const std::string& name = layout.declaration.name;
    Handle opened(H5Dopen2(*file_, name.c_str(), H5P_DEFAULT), H5Dclose, "open " + name);
    const hid_t array = opened;
    const Kind kind = layout.declaration.kind;
    Column column{
        layout.item, std::move(opened), layout.shape,
        Handle(H5Dget_space(array), H5Sclose, "write " + name), nullptr};
    if (!layout.chunk.empty()) {
      const auto take = [this, array](const Shape& place, const hdf5::Packed& packed) {
        in_target([&] {
          reserve(packed.bytes.size());
          hdf5::write_chunk(array, place, packed);
        });
      };
      column.cutter =
          std::make_unique<hdf5::Cutter>(layout.shape, layout.chunk, entry_bytes(kind), take);
    }
    columns_.push_back(std::move(column));
  }

  // before every write: HDF5 must never find the disk full
  void reserve(std::uint64_t more) {
    hsize_t size = 0;
    ok(H5Fget_filesize(*file_, &size), "see how large the file is");
    draft_.reserve(size + more + kMargin);
  }

  // failures here are attributed to the target, not to the part being read
  template <typename Act>
  void in_target(const Act& act) {
    try {
      act();
    } catch (const Failure& failure) {
      divert();
      hdf5::end_quietly();
      throw FileError(message("cannot write ", path_, ": ", failure.cause));
    }
  }

  void add_values(Column& column, const Part& part, const Values& values) {
    const Declaration& declared = column.item->declaration;
    const std::size_t entries = part.trials * column.item->row;
    const bool integers = std::holds_alternative<std::vector<std::int32_t>>(values);
    if (integers != (declared.kind == Kind::integer)) {
      throw Failure{
          message("its variable '", declared.name, "' holds integers that are too large")};
    }
    const hdf5::Raw raw = hdf5::raw_of(values, declared.width);
    if (column.cutter) {
      column.cutter->add(raw.data, entries);
      return;
    }
    in_target([&] {
      reserve(raw.bytes);
      const std::string doing = "write the variable " + declared.name;
      const char* from = raw.data;
      const std::size_t units = raw.bytes / raw.unit, first = units / part.trials * part.first;
      over_boxes(column.shape, first, units, [&](const Shape& start, const Shape& size) {
        const hsize_t count = hdf5::product(size);
        const Handle memory(H5Screate_simple(1, &count, nullptr), H5Sclose, doing);
        ok(H5Sselect_hyperslab(
               column.space, H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr),
           doing);
        ok(H5Dwrite(column.array, raw.type, memory, column.space, H5P_DEFAULT, from), doing);
        from += count * raw.unit;
      });
    });
  }

  void add_chunks(Column& column, hid_t array, hdf5::Chunks chunks) const {
    const std::size_t bytes = entry_bytes(column.item->declaration.kind);
    for (; !chunks.done(); chunks.next()) {
      hdf5::Packed packed = hdf5::read_chunk(array, chunks.place());
      const bool fits = column.cutter->fits(chunks);
      if (fits && state_ == Parts::checked) {
        column.cutter->add_packed(std::move(packed));
        continue;
      }
      // only its checksum tells an intact chunk from a damaged one
      const auto inflated = hdf5::inflate(packed, chunks.length(), bytes);
      if (fits) {
        column.cutter->add_packed(std::move(packed));
      } else {
        column.cutter->add(hdf5::unshuffle(inflated, chunks.length(), bytes).data(), chunks.used());
      }
    }
  }

  // From here on HDF5's writes go to memory, which is released when it closes the file. HDF5 cannot
  // close a file that it cannot write; it would retry at program exit until it crashes.
  void divert() {
    void* descriptor = nullptr;
    const Descriptor nowhere(::memfd_create("coxa", MFD_CLOEXEC));
    if (nowhere >= 0 && H5Fget_vfd_handle(*file_, H5P_DEFAULT, &descriptor) >= 0) {
      ::dup2(nowhere, *static_cast<int*>(descriptor));
    }
  }

  const fs::path path_;  // as given by the caller
  const Plan& plan_;
  const Parts state_;
  Draft draft_;
  std::optional<Handle> file_;
  std::vector<Column> columns_;
};

// compares a level of the grid with the value for which a part's trials were computed
void check_levels(
    const Plan& plan, const std::vector<GridDimension>& grid, const Part& part, hid_t file) {
  std::size_t stride = plan.trials;
  for (const GridDimension& dimension : grid) {
    const std::size_t size = size_of(dimension);
    stride /= size;
    if (H5Lexists(file, dimension.name.c_str(), H5P_DEFAULT) <= 0) continue;
    const Handle array(
        H5Dopen2(file, dimension.name.c_str(), H5P_DEFAULT), H5Dclose, "check the grid");
    const Values values = hdf5::read_values(array, dimension.name);
    const auto level = [&](std::size_t i) { return (part.first + i) / stride % size; };
    const auto check = [&](std::size_t i, bool alike, const auto& held, const auto& said) {
      if (alike) return;
      throw Failure{message(
          "trial ", part.first + i, " has ", dimension.name, " ", held, ", the grid says ", said)};
    };
    const auto* numbers = std::get_if<std::vector<double>>(&values);
    const auto* words = std::get_if<std::vector<std::string>>(&values);
    const auto* levels = std::get_if<std::vector<double>>(&dimension.values);
    const auto* word_levels = std::get_if<std::vector<std::string>>(&dimension.values);
    for (std::size_t i = 0; i < part.trials; ++i) {
      if (numbers && levels) {
        const double held = numbers->at(i), said = levels->at(level(i));
        // with a tolerance: the levels may have been converted from another unit
        check(i, !(std::abs(held - said) > 1e-9 * std::abs(said)), held, said);
      } else if (words && word_levels) {
        const std::string &held = words->at(i), &said = word_levels->at(level(i));
        check(i, held == said, held, said);
      }
    }
  }
}

}  // namespace

void join_hdf5(
    const std::vector<fs::path>& parts,
    const fs::path& target,
    const Attributes& attributes,
    const std::vector<GridDimension>& grid,
    Parts state) {
  require(!parts.empty(), "there are no parts to join into ", target);
  const Target place = writable_target(target);

  const hdf5::Access hdf5_is_ours;
  const Plan plan = hdf5::plan_of(parts, grid, state);
  try {
    Joined joined(target, place, plan, state);
    joined.create(attributes, grid);
    for (const Part& part : plan.parts) {
      hdf5::open_ours(part.path, [&](hid_t file) {
        check_levels(plan, grid, part, file);
        joined.add(part, file);
      });
    }
    joined.finish(place);
  } catch (const Failure& failure) {
    throw FileError(message("cannot write ", target, ": ", failure.cause));
  }
}

}  // namespace coxa
