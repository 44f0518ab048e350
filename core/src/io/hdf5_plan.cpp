#include "io/hdf5_plan.hpp"

#include <algorithm>
#include <cstring>

#include "coxa/math/error.hpp"

#include "io/hdf5_read.hpp"

namespace coxa::hdf5 {
namespace {

namespace fs = std::filesystem;

constexpr std::int32_t kMissingInteger =
    -2147483647;  // netCDF's default fill value of its type int

// attributes that define a variable's meaning; descriptions may differ, for example of the same
// parameter in two exercises
const char* const kMeaning[] = {"units",      "role",          "flag_values",
                                "flag_masks", "flag_meanings", "_FillValue"};

bool per_trial(const Declaration& variable) {
  return !variable.dims.empty() && variable.dims[0] == "trial";
}

bool same(const Values& a, const Values& b) {
  const auto* x = std::get_if<std::vector<double>>(&a);
  const auto* y = std::get_if<std::vector<double>>(&b);
  if (!x || !y) return a == b;
  // bitwise, so that NaN equals NaN
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

void look_at_dimensions(Plan& plan, const Contents& contents, const fs::path& path) {
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

Part numbers_of(const Contents& contents, const fs::path& path) {
  for (const auto& [declared, array] : contents.variables) {
    if (declared.name != "trial" || !declared.is_coordinate()) continue;
    const Values values = read_values(array, "trial");
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
  Contents contents = hdf5::contents(file);
  plan.parts.push_back(numbers_of(contents, path));
  look_at_dimensions(plan, contents, path);

  for (auto& [declared, array] : contents.variables) {
    if (declared.kind == Kind::text && declared.width == 0) {
      // written by an older coxa: variable-length text
      const Values values = read_values(array, declared.name);
      declared.width = width_of(std::get<std::vector<std::string>>(values));
    }
    const auto trial = std::ranges::find(declared.dims, "trial");
    if (trial != declared.dims.end() && trial != declared.dims.begin()) {
      throw Failure{"its variable '" + declared.name + "' has 'trial' behind another dimension"};
    }
    const auto [place, added] = plan.places.try_emplace(declared.name, plan.items.size());
    if (added) {
      Item item{declared, path, 1, 1, {}, 0, {}};
      if (per_trial(declared)) {
        const Shape shape = shape_of(array);
        item.row = product(shape) / shape[0];
        item.chunk = chunk_of(array);
        item.stored = H5Dget_storage_size(array);
      } else {
        item.whole = read_values(array, declared.name);
      }
      plan.items.push_back(std::move(item));
      continue;
    }
    Item& known = plan.items[place->second];
    check_same(known, declared, path);
    ++known.parts;
    known.declaration.width = std::max(known.declaration.width, declared.width);
    if (!known.whole) {
      known.stored += H5Dget_storage_size(array);
    } else if (!same(*known.whole, read_values(array, declared.name))) {
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

// an integer variable that some parts lack needs a fill value
void choose_fill_values(Plan& plan) {
  for (Item& item : plan.items) {
    Declaration& declared = item.declaration;
    if (declared.kind == Kind::integer && !item.whole && item.parts < plan.parts.size()) {
      declared.attributes.try_emplace("_FillValue", std::vector<std::int32_t>{kMissingInteger});
    }
  }
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

}  // namespace

std::size_t size_of(const GridDimension& dimension) {
  return std::visit([](const auto& values) { return values.size(); }, dimension.values);
}

Plan plan_of(
    const std::vector<fs::path>& parts, const std::vector<GridDimension>& grid, Parts state) {
  Plan plan;
  for (const fs::path& part : parts) {
    if (state == Parts::unchecked) check(part, Check::checksum);
    open_ours(part, [&](hid_t file) { look_at(plan, part, file); });
  }
  check_trials(plan);
  choose_fill_values(plan);
  check_grid(plan, grid);
  return plan;
}

}  // namespace coxa::hdf5
