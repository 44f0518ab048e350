#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <optional>

#include <sys/mman.h>
#include <unistd.h>

#include "coxa/io/hdf5.hpp"
#include "coxa/math/error.hpp"

#include "io/draft.hpp"
#include "io/hdf5_read.hpp"
#include "io/hdf5_writer.hpp"

// Twice over the parts: first what they hold, so that a contradiction is found before a byte is written; then their values.

namespace coxa {
namespace {

namespace fs = std::filesystem;
using hdf5::Declaration;
using hdf5::Handle;
using hdf5::Kind;
using hdf5::ok;
using hdf5::Shape;
using Values = decltype(Variable::data);

constexpr std::int32_t kMissingInteger =
    -2147483647;  // netCDF's default fill value of its type int

// HDF5's own needs beyond what is about to be written: nodes of an index, blocks of text
constexpr std::uint64_t kMargin = 64 * 1024;

// what a variable means; descriptions may differ, as those of one parameter of two exercises do
const char* const kMeaning[] = {"units",      "role",          "flag_values",
                                "flag_masks", "flag_meanings", "_FillValue"};

struct Part {
  fs::path path;
  std::size_t first = 0;
  std::size_t trials = 0;
};

// a variable of the joined file
struct Item {
  Declaration declaration;
  fs::path from;                // the first part that has it
  std::size_t parts = 1;        // how many have it
  std::size_t row = 1;          // entries of one trial
  Shape chunk;                  // of the first part
  std::uint64_t stored = 0;     // bytes of its chunks in all parts
  std::optional<Values> whole;  // if it does not depend on the trial
};

struct Dimension {
  std::string name;
  std::size_t size;
  fs::path from;
};

struct Plan {
  std::vector<Part> parts;  // in order of their trials
  std::size_t trials = 0;
  std::vector<Dimension> dimensions;  // `trial` among them
  std::vector<Item> items;
  std::map<std::string, std::size_t> places;  // of the items
};

bool per_trial(const Declaration& variable) {
  return !variable.dims.empty() && variable.dims[0] == "trial";
}

bool same(const Values& a, const Values& b) {
  const auto* x = std::get_if<std::vector<double>>(&a);
  const auto* y = std::get_if<std::vector<double>>(&b);
  if (!x || !y) return a == b;
  // by bits: NaN is NaN
  return x->size() == y->size()
         && (x->empty() || std::memcmp(x->data(), y->data(), x->size() * sizeof(double)) == 0);
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return "(" + text + ")";
}

std::string shown(const Attributes& attributes, const std::string& name) {
  const auto found = attributes.find(name);
  if (found == attributes.end()) return "none";
  if (const auto* text = std::get_if<std::string>(&found->second)) return "'" + *text + "'";
  if (const auto* number = std::get_if<double>(&found->second)) return message(*number);
  std::vector<std::string> list;
  for (const int n : std::get<std::vector<std::int32_t>>(found->second)) {
    list.push_back(std::to_string(n));
  }
  return listed(list);
}

// ---- what the parts hold

template <typename... Words>
[[noreturn]] void contradict(const fs::path& a, const fs::path& b, const Words&... words) {
  throw FileError(message("cannot join ", a, " and ", b, ": ", words...));
}

void check_same(const Item& known, const Declaration& found, const fs::path& path) {
  const Declaration& first = known.declaration;
  if (first.dims != found.dims) {
    contradict(
        known.from, path, "'", first.name, "' has the dimensions ", listed(first.dims),
        " in the first and ", listed(found.dims), " in the second");
  }
  if (first.kind != found.kind) {
    contradict(
        known.from, path, "'", first.name, "' holds another type of value in the first than in ",
        "the second");
  }
  for (const char* name : kMeaning) {
    const std::string one = shown(first.attributes, name), other = shown(found.attributes, name);
    if (one != other) {
      contradict(
          known.from, path, "'", first.name, "' has ", name, " ", one, " in the first and ", other,
          " in the second");
    }
  }
}

void look_at_dimensions(Plan& plan, const hdf5::Contents& contents, const fs::path& path) {
  for (const auto& [name, size] : contents.dimensions) {
    const auto known = std::ranges::find(plan.dimensions, name, &Dimension::name);
    if (known == plan.dimensions.end()) {
      plan.dimensions.push_back({name, size, path});
    } else if (name != "trial" && known->size != size) {
      contradict(
          known->from, path, "the dimension '", name, "' has ", known->size,
          " entries in the first and ", size, " in the second");
    }
  }
}

Part numbers_of(const hdf5::Contents& contents, const fs::path& path) {
  for (const auto& [declared, array] : contents.variables) {
    if (declared.name != "trial" || !declared.is_coordinate()) continue;
    const Values values = hdf5::read_values(array, "trial");
    const auto* numbers = std::get_if<std::vector<std::int32_t>>(&values);
    if (!numbers) break;
    if (numbers->empty()) throw Failure{"it holds no trial"};
    for (std::size_t i = 1; i < numbers->size(); ++i) {
      if ((*numbers)[i] != (*numbers)[i - 1] + 1) {
        throw Failure{message(
            "its trials are not consecutive: after ", (*numbers)[i - 1], " comes ", (*numbers)[i])};
      }
    }
    if (numbers->front() < 0) throw Failure{message("its trials begin with ", numbers->front())};
    return {path, static_cast<std::size_t>(numbers->front()), numbers->size()};
  }
  throw Failure{"it is no part of a study: it has no integer coordinate 'trial'"};
}

void look_at(Plan& plan, const fs::path& path, hid_t file) {
  hdf5::Contents contents = hdf5::contents(file);
  plan.parts.push_back(numbers_of(contents, path));
  look_at_dimensions(plan, contents, path);

  for (auto& [declared, array] : contents.variables) {
    const auto trial = std::ranges::find(declared.dims, "trial");
    if (trial != declared.dims.end() && trial != declared.dims.begin()) {
      throw Failure{"its variable '" + declared.name + "' has 'trial' behind another dimension"};
    }
    const auto [place, added] = plan.places.try_emplace(declared.name, plan.items.size());
    if (added) {
      Item item{declared, path, 1, 1, {}, 0, {}};
      if (per_trial(declared)) {
        const Shape shape = hdf5::shape_of(array);
        item.row = hdf5::product(shape) / shape[0];
        item.chunk = hdf5::chunk_of(array);
        item.stored = H5Dget_storage_size(array);
      } else {
        item.whole = hdf5::read_values(array, declared.name);
      }
      plan.items.push_back(std::move(item));
      continue;
    }
    Item& known = plan.items[place->second];
    check_same(known, declared, path);
    ++known.parts;
    if (!known.whole) {
      known.stored += H5Dget_storage_size(array);
    } else if (!same(*known.whole, hdf5::read_values(array, declared.name))) {
      const bool labels = known.declaration.is_coordinate();
      contradict(
          known.from, path, labels ? "the labels of '" : "the values of '", declared.name,
          "' differ");
    }
  }
}

void check_trials(Plan& plan) {
  std::ranges::sort(plan.parts, {}, &Part::first);
  const Part* before = nullptr;
  for (const Part& part : plan.parts) {
    if (part.first < plan.trials) {
      contradict(before->path, part.path, "both hold trial ", part.first);
    }
    require<FileError>(
        part.first == plan.trials, "cannot join the parts: trials ", plan.trials, " to ",
        part.first - 1, " are in none of them; the next one after these is ", part.path);
    plan.trials += part.trials;
    before = &part;
  }
}

// an integer that some parts lack needs a value that says so
void choose_fill_values(Plan& plan) {
  for (Item& item : plan.items) {
    Declaration& declared = item.declaration;
    if (declared.kind == Kind::integer && !item.whole && item.parts < plan.parts.size()) {
      declared.attributes.try_emplace("_FillValue", std::vector<std::int32_t>{kMissingInteger});
    }
  }
}

// ---- the file to be

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

std::size_t size_of(const GridDimension& dimension) {
  return std::visit([](const auto& values) { return values.size(); }, dimension.values);
}

void check_grid(const Plan& plan, const std::vector<GridDimension>& grid) {
  std::size_t trials = 1;
  std::string sizes;
  for (const GridDimension& dimension : grid) {
    trials *= size_of(dimension);
    sizes += message(sizes.empty() ? "" : " x ", dimension.name, " ", size_of(dimension));
    const auto place = plan.places.find(dimension.name);
    const bool dropped =
        place != plan.places.end()
        && plan.items[place->second].declaration.dims == std::vector<std::string>{"trial"}
        && dimension.name != "trial";
    require(
        dropped || place == plan.places.end(), "grid: '", dimension.name, "' is a variable of the ",
        "parts that is no parameter of a trial; give the dimension another name");
  }
  require(
      grid.empty() || trials == plan.trials, "grid: it has ", trials, " trials (", sizes,
      "), the parts have ", plan.trials);
}

// all that is not per trial: small, and known before the values are
Dataset frame_of(
    const Plan& plan, const Attributes& attributes, const std::vector<GridDimension>& grid) {
  Dataset frame;
  frame.attributes = attributes;
  for (const Dimension& dimension : plan.dimensions) {
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

// Goes over the boxes that make up `count` entries from `first` on, of an array of this shape.
template <typename Act>
void over_boxes(const Shape& shape, std::size_t first, std::size_t count, const Act& act) {
  while (count > 0) {
    // the slowest dimension on which whole slices begin here
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

Values slice(const Values& values, std::size_t first, std::size_t count) {
  return std::visit(
      [&](const auto& list) -> Values {
        if (count == list.size()) return list;
        const auto begin = list.begin() + static_cast<std::ptrdiff_t>(first);
        return std::decay_t<decltype(list)>(begin, begin + static_cast<std::ptrdiff_t>(count));
      },
      values);
}

const void* memory_of(const Values& values) {
  return std::visit([](const auto& list) { return static_cast<const void*>(list.data()); }, values);
}

// what stands for a variable that a part has not
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

// the file that grows
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

    // in the parts' order, and where they had `trial`, the dimensions that take its place
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
      layout.chunk = chunk_for(item, layout.shape, grid.empty());
      bytes += bytes_of(layout);
      names.push_back(item.declaration.name);
      layouts.push_back(std::move(layout));
    }

    // all but the trials' values, in memory; then room for these, before HDF5 has the file
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

  /// The next part's values.
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
    in_target([&] {
      ok(H5Fflush(*file_, H5F_SCOPE_LOCAL), "finish the file");
      ok(H5Fget_eoa(*file_, &end), "finish the file");
    });
    columns_.clear();
    file_->close("finish the file");
    file_.reset();
    draft_.move_to(target, end);
  }

 private:
  struct Layout {
    const Item* item;
    Declaration declaration;  // in the joined file
    Shape shape, chunk;
  };

  // an array along the trials, and how far it is
  struct Column {
    const Item* item;
    Handle array;
    Shape shape;
    Handle space;
    std::unique_ptr<hdf5::Cutter> cutter;  // if it lies in chunks
  };

  // series keep the chunks of the parts, so that these need not be compressed again
  Shape chunk_for(const Item& item, const Shape& shape, bool along_trial) const {
    if (item.whole || item.declaration.kind == Kind::text) return {};
    if (along_trial && !item.chunk.empty()) return item.chunk;
    return hdf5::chunks_of_trials(shape, plan_.trials, entry_bytes(item.declaration.kind));
  }

  // as well as it can be told: blocks to the byte, chunks as in the parts
  static std::uint64_t bytes_of(const Layout& layout) {
    const std::uint64_t entries = hdf5::product(layout.shape);
    const std::uint64_t header = 4096;
    if (layout.chunk.empty()) {
      return header + entries * (layout.declaration.kind == Kind::text ? 16 : 8);
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

  // before more is written: HDF5 must never meet a full disk
  void reserve(std::uint64_t more) {
    hsize_t size = 0;
    ok(H5Fget_filesize(*file_, &size), "see how large the file is");
    draft_.reserve(size + more + kMargin);
  }

  // what fails here is not the fault of the part that is being read
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
    if (column.cutter) {
      column.cutter->add(memory_of(values), entries);
      return;
    }
    std::uint64_t bytes = 8 * entries;
    if (const auto* texts = std::get_if<std::vector<std::string>>(&values)) {
      for (const std::string& text : *texts) bytes += 48 + text.size();
    }
    in_target([&] {
      reserve(bytes);
      const std::string doing = "write the variable " + declared.name;
      std::size_t done = 0;
      const std::size_t first = part.first * column.item->row;
      over_boxes(column.shape, first, entries, [&](const Shape& start, const Shape& size) {
        const hsize_t count = hdf5::product(size);
        const Handle memory(H5Screate_simple(1, &count, nullptr), H5Sclose, doing);
        ok(H5Sselect_hyperslab(
               column.space, H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr),
           doing);
        hdf5::write_values(
            column.array, slice(values, done, count), declared.name, memory, column.space);
        done += count;
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
      // only its checksum tells a sound chunk from a damaged one
      const auto inflated = hdf5::inflate(packed, chunks.length(), bytes);
      if (fits) {
        column.cutter->add_packed(std::move(packed));
      } else {
        column.cutter->add(hdf5::unshuffle(inflated, chunks.length(), bytes).data(), chunks.used());
      }
    }
  }

  // From here on what HDF5 has to write goes to memory, which is given back when it closes the file. It cannot close a file
  // that it cannot write, and tries again, until it crashes, when the program ends.
  void divert() {
    void* descriptor = nullptr;
    const Descriptor nowhere(::memfd_create("coxa", MFD_CLOEXEC));
    if (nowhere >= 0 && H5Fget_vfd_handle(*file_, H5P_DEFAULT, &descriptor) >= 0) {
      ::dup2(nowhere, *static_cast<int*>(descriptor));
    }
  }

  const fs::path path_;  // as the caller named it
  const Plan& plan_;
  const Parts state_;
  Draft draft_;
  std::optional<Handle> file_;
  std::vector<Column> columns_;
};

// a level of the grid against the value that a part's trials were computed with
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
        // not to the last bit: the levels may have been through another unit
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
  Plan plan;
  for (const fs::path& part : parts) {
    hdf5::reading(part, [&](hid_t file) { look_at(plan, part, file); });
  }
  check_trials(plan);
  choose_fill_values(plan);
  check_grid(plan, grid);
  try {
    Joined joined(target, place, plan, state);
    joined.create(attributes, grid);
    for (const Part& part : plan.parts) {
      hdf5::reading(part.path, [&](hid_t file) {
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
