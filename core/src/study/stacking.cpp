#include "coxa/study/stacking.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr std::int32_t kMissingInteger =
    -2147483647;  // netCDF's default fill value of its type int

bool failed(const Dataset& trial) { return trial.variables.empty(); }

bool is_numeric(const Variable& v) {
  return !std::holds_alternative<std::vector<std::string>>(v.data);
}

// trials of a study are mostly alike: try the index of the variable in the previous trial first
const Variable* find(const Dataset& trial, const std::string& name, std::size_t& place) {
  if (place < trial.variables.size() && trial.variables[place].name == name) {
    return &trial.variables[place];
  }
  const auto found = std::ranges::find(trial.variables, name, &Variable::name);
  if (found == trial.variables.end()) return nullptr;
  place = static_cast<std::size_t>(found - trial.variables.begin());
  return &*found;
}

bool over_time(const Variable& v) { return !v.dims.empty() && v.dims[0] == "time"; }

bool is_labels(const Variable& v) { return v.dims == std::vector<std::string>{v.name}; }

void require_series(const Dataset& trial, const std::string& whose, const std::string& name) {
  if (trial.has(name)) return;
  std::vector<std::string> names;
  for (const Variable& v : trial.variables)
    if (over_time(v)) names.push_back(v.name);
  const std::string near = nearest_name(name, names);
  throw UnknownName(message(
      whose, "no series '", name, "'; ",
      near.empty() ? "leave it out" : "did you mean '" + near + "'? Else leave it out"));
}

bool is_summary(const Variable& v) {
  const auto role = v.attributes.find("role");
  return role != v.attributes.end() && role->second == Attribute(std::string("summary"))
         && is_numeric(v) && std::ranges::find(v.dims, "time") == v.dims.end();
}

// a sample's position between two frames of a trial
struct Between {
  std::size_t frame = 0;
  double weight = 0;  // of the next frame, 0 to 1

  template <typename T>
  T of(const std::vector<T>& data, std::size_t row, std::size_t column) const {
    const T here = data[frame * row + column];
    if (weight == 0) return here;  // an unsolved next frame must not affect it
    const T next = data[(frame + 1) * row + column];
    if constexpr (std::is_integral_v<T>) return weight < 0.5 ? here : next;
    return (1 - weight) * here + weight * next;
  }
};

// first and last frame of the first repetition; frames before or between repetitions are numbered 0
std::pair<std::size_t, std::size_t> first_repetition(const Dataset& trial, std::size_t frames) {
  const auto whole = std::pair<std::size_t, std::size_t>(0, frames - 1);
  if (!trial.has("repetition")) return whole;
  const auto* number = std::get_if<std::vector<std::int32_t>>(&trial.at("repetition").data);
  if (!number || number->size() != frames) return whole;

  const auto begin = std::ranges::find_if(*number, [](int n) { return n > 0; });
  if (begin == number->end()) return whole;
  const auto end = std::find_if(begin, number->end(), [&](int n) { return n != *begin; });
  return {
      static_cast<std::size_t>(begin - number->begin()),
      static_cast<std::size_t>(end - number->begin()) - 1};
}

struct Resampling {
  std::vector<double> time;  // s
  std::vector<Between> places;
};

Resampling resampling(const Dataset& trial, std::size_t index, std::size_t samples) {
  const auto* given = std::get_if<std::vector<double>>(&trial.at("time").data);
  require(
      given && given->size() >= 2, "trial ", index,
      ": its time has fewer than 2 frames, so its series cannot be resampled");
  const std::vector<double>& time = *given;
  require(
      std::ranges::adjacent_find(time, [](double a, double b) { return !(a < b); }) == time.end(),
      "trial ", index, ": its time does not increase from frame to frame");

  const auto [first, last] = first_repetition(trial, time.size());
  Resampling result;
  std::size_t frame = first;
  for (std::size_t s = 0; s < samples; ++s) {
    const double part = static_cast<double>(s) / static_cast<double>(samples - 1);
    const double t =
        s + 1 == samples ? time[last] : time[first] + part * (time[last] - time[first]);
    while (frame < last && time[frame + 1] <= t) ++frame;
    const double weight = frame == last ? 0 : (t - time[frame]) / (time[frame + 1] - time[frame]);
    result.time.push_back(t);
    result.places.push_back({frame, weight});
  }
  return result;
}

// adds the dimensions of a variable, after the leading ones, to the study or compares them with it;
// `remedy` is the advice if they differ
std::size_t join_dimensions(
    Dataset& study,
    const Dataset& trial,
    std::size_t index,
    const Variable& variable,
    const std::vector<std::string>& dims,
    const char* remedy) {
  std::size_t entries = 1;
  for (const std::string& dim : dims) {
    const std::size_t size = trial.size(dim);
    const Variable* labels = trial.has(dim) ? &trial.at(dim) : nullptr;
    const bool known =
        std::ranges::any_of(study.dimensions, [&](const auto& d) { return d.first == dim; });
    if (!known) {
      study.add_dimension(dim, size);
      if (labels) study.add(*labels);
    }
    require(
        study.size(dim) == size, "trial ", index, ": '", variable.name, "' has ", size,
        " entries on '", dim, "', the trials before it ", study.size(dim), "; ", remedy);
    require(
        study.has(dim) == (labels != nullptr) && (!labels || labels->data == study.at(dim).data),
        "trial ", index, ": '", variable.name, "' has other labels on '", dim,
        "' than the trials before it; ", remedy);
    entries *= size;
  }
  return entries;
}

Variable empty_row_block(const Variable& like, std::size_t entries) {
  Variable block;
  block.name = like.name;
  block.attributes = like.attributes;
  if (std::holds_alternative<std::vector<double>>(like.data)) {
    block.data = std::vector<double>(entries, kMissing);
  } else {
    block.data = std::vector<std::int32_t>(entries, kMissingInteger);
    block.attributes["_FillValue"] = std::vector<std::int32_t>{kMissingInteger};
  }
  return block;
}

// applies `fill(from, to)` to the data of two variables of the same type
template <typename Fill>
void fill_rows(const Variable& from, Variable& to, std::size_t index, const Fill& fill) {
  std::visit(
      [&](const auto& source) {
        using List = std::decay_t<decltype(source)>;
        if constexpr (!std::is_same_v<List, std::vector<std::string>>) {
          auto* target = std::get_if<List>(&to.data);
          require(
              target != nullptr, "trial ", index, ": '", from.name,
              "' has another type of number than in the trials before it");
          fill(source, *target);
        }
      },
      from.data);
}

Variable stack_summary(Dataset& study, const std::vector<Dataset>& trials, const Variable& like) {
  Variable stacked;
  std::size_t row = 0, place = 0;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const Variable* found = find(trials[i], like.name, place);
    if (!found) continue;
    const Variable& v = *found;
    const std::size_t entries = join_dimensions(
        study, trials[i], i, v, v.dims, "leave it out, or stack trials of one kind");
    if (stacked.name.empty()) {
      row = entries;
      stacked = empty_row_block(v, trials.size() * row);
      stacked.dims = {"trial"};
      stacked.dims.insert(stacked.dims.end(), v.dims.begin(), v.dims.end());
    }
    require(
        std::equal(v.dims.begin(), v.dims.end(), stacked.dims.begin() + 1, stacked.dims.end()),
        "trial ", i, ": '", v.name, "' has other dimensions than in the trials before it");
    fill_rows(v, stacked, i, [&](const auto& from, auto& to) {
      std::ranges::copy(from, to.begin() + static_cast<std::ptrdiff_t>(i * row));
    });
  }
  return stacked;
}

Variable stack_series(
    Dataset& study,
    const std::vector<Dataset>& trials,
    const std::vector<Resampling>& resamplings,
    const std::string& name,
    std::size_t samples) {
  Variable stacked;
  std::size_t row = 0;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (failed(trials[i])) continue;
    require_series(trials[i], message("trial ", i, ": "), name);
    const Variable& v = trials[i].at(name);
    require(
        over_time(v) && is_numeric(v), "the variable '", name,
        "' is no series: it must hold numbers with the leading dimension time");
    const std::vector<std::string> rest(v.dims.begin() + 1, v.dims.end());
    const std::size_t entries = join_dimensions(
        study, trials[i], i, v, rest, "leave it out of the series, or stack trials of one kind");
    if (stacked.name.empty()) {
      row = entries;
      stacked = empty_row_block(v, trials.size() * samples * row);
      stacked.dims = {"trial", "sample"};
      stacked.dims.insert(stacked.dims.end(), rest.begin(), rest.end());
      stacked.attributes["coordinates"] = std::string("time");
    }
    require(
        std::equal(rest.begin(), rest.end(), stacked.dims.begin() + 2, stacked.dims.end()),
        "trial ", i, ": '", name, "' has other dimensions than in the trials before it");
    fill_rows(v, stacked, i, [&](const auto& from, auto& to) {
      auto target = to.begin() + static_cast<std::ptrdiff_t>(i * samples * row);
      for (const Between& place : resamplings[i].places) {
        for (std::size_t column = 0; column < row; ++column) {
          *target++ = place.of(from, row, column);
        }
      }
    });
  }
  return stacked;
}

void add_status(Dataset& study, const std::vector<Dataset>& trials) {
  std::vector<std::int32_t> status;
  std::vector<std::string> messages;
  for (const Dataset& trial : trials) {
    const auto error = trial.attributes.find("error");
    const auto* text =
        error == trial.attributes.end() ? nullptr : std::get_if<std::string>(&error->second);
    status.push_back(failed(trial) ? 1 : 0);
    messages.push_back(text ? *text : failed(trial) ? "the trial holds no results" : "");
  }
  study.add(
      {"trial_status",
       {"trial"},
       std::move(status),
       {{"long_name", std::string("outcome of the trial")},
        {"units", std::string("1")},
        {"flag_values", std::vector<std::int32_t>{0, 1}},
        {"flag_meanings", std::string("ok failed")}}});
  study.add(
      {"trial_message",
       {"trial"},
       std::move(messages),
       {{"long_name", std::string("why the trial failed; empty where it did not")}}});
}

void add_numbers(Dataset& study, std::size_t trials) {
  study.add_dimension("trial", trials);
  std::vector<std::int32_t> numbers(trials);
  for (std::size_t i = 0; i < trials; ++i) numbers[i] = static_cast<std::int32_t>(i);
  study.add(
      {"trial",
       {"trial"},
       std::move(numbers),
       {{"long_name", std::string("number of the trial, from 0")}, {"units", std::string("1")}}});
}

void add_varied(Dataset& study, const VariedParameter& p) {
  const std::size_t count = std::visit([](const auto& v) { return v.size(); }, p.values);
  require(
      count == study.size("trial"), "the varied parameter '", p.name, "' has ", count,
      " values for ", study.size("trial"), " trials");
  Variable column{p.name, {"trial"}, {}, {{"long_name", p.description}, {"units", p.unit}}};
  column.attributes["role"] = std::string("parameter");
  std::visit([&](const auto& values) { column.data = values; }, p.values);
  study.add(std::move(column));
}

// dimension `sample`, and the time of each sample of each trial
std::vector<Resampling> add_samples(
    Dataset& study, const std::vector<Dataset>& trials, std::size_t points) {
  study.add_dimension("sample", points);
  std::vector<double> percent(points);
  for (std::size_t s = 0; s < points; ++s) {
    percent[s] = 100.0 * static_cast<double>(s) / static_cast<double>(points - 1);
  }
  study.add(
      {"sample",
       {"sample"},
       std::move(percent),
       {{"long_name", std::string("part of the repetition")}, {"units", std::string("percent")}}});

  std::vector<Resampling> resamplings(trials.size());
  std::vector<double> time;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (!failed(trials[i])) resamplings[i] = resampling(trials[i], i, points);
    resamplings[i].time.resize(points, kMissing);
    time.insert(time.end(), resamplings[i].time.begin(), resamplings[i].time.end());
  }
  study.add(
      {"time",
       {"trial", "sample"},
       std::move(time),
       {{"long_name", std::string("time of the sample")}, {"units", std::string("s")}}});
  return resamplings;
}

// the variable with the units of a series' columns, if there is one
void add_unit_variable(Dataset& study, const std::vector<Dataset>& trials, const Variable& series) {
  const auto named = series.attributes.find("unit_variable");
  if (named == series.attributes.end()) return;
  const std::string& name = std::get<std::string>(named->second);
  const auto trial = std::ranges::find_if(trials, [&](const Dataset& t) { return t.has(name); });
  if (trial != trials.end() && !study.has(name)) study.add(trial->at(name));
}

}  // namespace

Dataset stack_trials(
    const std::vector<Dataset>& trials,
    const std::vector<VariedParameter>& varied,
    const std::vector<std::string>& series,
    int samples) {
  require(!trials.empty(), "a study needs at least one trial");
  require(samples >= 2, "samples = ", samples, " is too few; allowed is 2 or more");
  const std::size_t points = static_cast<std::size_t>(samples);

  Dataset study;
  add_numbers(study, trials.size());
  for (const VariedParameter& p : varied) add_varied(study, p);
  add_status(study, trials);

  // every summary of any trial, in order of first appearance
  std::set<std::string> stacked;
  for (const Dataset& trial : trials) {
    for (const Variable& v : trial.variables) {
      if (is_summary(v) && stacked.insert(v.name).second) {
        study.add(stack_summary(study, trials, v));
      }
    }
  }
  if (series.empty() || std::ranges::all_of(trials, failed)) return study;

  const std::vector<Resampling> resamplings = add_samples(study, trials, points);
  for (const std::string& name : series) {
    if (name == "time") continue;  // already present
    Variable one = stack_series(study, trials, resamplings, name, points);
    add_unit_variable(study, trials, one);
    study.add(std::move(one));
  }
  return study;
}

void keep_series(Dataset& trial, const std::vector<std::string>& series) {
  if (failed(trial)) return;
  for (const std::string& name : series) require_series(trial, "", name);
  std::set<std::string> dims;
  std::erase_if(trial.variables, [&](const Variable& v) {
    const bool kept = !over_time(v) || v.name == "time" || v.name == "repetition"
                      || std::ranges::find(series, v.name) != series.end();
    if (kept && !is_labels(v)) dims.insert(v.dims.begin(), v.dims.end());
    return !kept;
  });
  std::erase_if(trial.variables, [&](const Variable& v) {
    return is_labels(v) && v.name != "time" && !dims.contains(v.name);
  });
  trial.variables.shrink_to_fit();
  std::erase_if(trial.attributes, [](const auto& attribute) { return attribute.first != "error"; });
}

}  // namespace coxa
