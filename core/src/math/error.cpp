#include "coxa/math/error.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace coxa {

// defined here so that the type information is unique across shared libraries
Error::~Error() = default;
InvalidArgument::~InvalidArgument() = default;
UnknownName::~UnknownName() = default;
FileError::~FileError() = default;
PluginError::~PluginError() = default;
InfeasibleMotion::~InfeasibleMotion() = default;
UnsolvedFrame::~UnsolvedFrame() = default;

namespace {

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitution});
    }
  }
  return row.back();
}

}  // namespace

std::string number_text(double number) {
  char digits[32];
  constexpr int kDigits = 10;
  const auto [end, error] =
      std::to_chars(digits, digits + sizeof digits, number, std::chars_format::general, kDigits);
  return {digits, end};
}

std::string path_text(const std::filesystem::path& path) {
  std::string text = "\"";
  for (const char c : path.native()) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

std::string nearest_name(const std::string& name, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(3, name.size() / 2) + 1;
  for (const std::string& candidate : candidates) {
    // the distance is at least the difference in length
    const auto [shorter, longer] = std::minmax({name.size(), candidate.size()});
    if (longer - shorter >= best_distance) continue;
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace coxa
