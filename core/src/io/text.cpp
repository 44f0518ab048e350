#include "io/text.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <system_error>

#include <unistd.h>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

namespace fs = std::filesystem;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

// Whether a decimal number with an arbitrary exponent is below one in magnitude.
bool is_below_one(std::string_view word) {
  if (word.starts_with('-')) word.remove_prefix(1);
  const std::size_t e = std::min(word.find_first_of("eE"), word.size());
  const std::string_view digits = word.substr(0, e);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const std::size_t first = digits.find_first_of("123456789");
  if (first == std::string_view::npos) return true;
  std::string_view power = word.substr(std::min(e + 1, word.size()));
  if (power.starts_with('+')) power.remove_prefix(1);
  long exponent = 0;
  const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), exponent);
  if (error == std::errc::result_out_of_range) return power.starts_with('-');
  // 0.00x: leading zeros of the fraction count against the exponent
  const long place =
      first < point ? static_cast<long>(point - first) : -static_cast<long>(first - point - 1);
  return place + exponent <= 0;
}

std::string reason() { return errno != 0 ? std::strerror(errno) : "unknown reason"; }

}  // namespace

std::string read_bytes(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  require<FileError>(fs::exists(status), path.string(), ": no such file");
  require<FileError>(!fs::is_directory(status), path.string(), ": is a folder, not a file");

  errno = 0;
  std::ifstream file(path, std::ios::binary);
  require<FileError>(file.is_open(), path.string(), ": cannot be opened: ", reason());
  std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  require<FileError>(!file.bad(), path.string(), ": cannot be read: ", reason());
  return bytes;
}

void write_bytes(const fs::path& path, std::string_view bytes) {
  std::error_code error;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  require<FileError>(
      fs::is_directory(folder, error), path.string(), ": the folder ", folder.string(),
      " does not exist; create it first");
  require<FileError>(!fs::is_directory(path, error), path.string(), ": is a folder, not a file");

  fs::path part = path;
  part += ".part" + std::to_string(::getpid());
  errno = 0;
  std::ofstream file(part, std::ios::binary | std::ios::trunc);
  require<FileError>(file.is_open(), path.string(), ": cannot be written: ", reason());
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (file.fail()) {
    const std::string why = reason();
    fs::remove(part, error);
    throw FileError(message(path.string(), ": cannot be written: ", why));
  }
  fs::rename(part, path, error);
  if (error) {
    std::error_code ignored;
    fs::remove(part, ignored);
    throw FileError(message(path.string(), ": cannot be written: ", error.message()));
  }
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> result;
  std::size_t i = 0;
  while (i < text.size()) {
    if (is_space(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && !is_space(text[end])) ++end;
    result.push_back(text.substr(i, end - i));
    i = end;
  }
  return result;
}

std::optional<double> to_number(std::string_view word) {
  if (word.starts_with('+')) {
    word.remove_prefix(1);
    if (word.starts_with('-')) return std::nullopt;
  }
  double value = 0;
  const char* end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, value);
  if (stop != end || word.empty()) return std::nullopt;
  // underflow gives zero; overflow is rejected
  if (error == std::errc::result_out_of_range) {
    return is_below_one(word) ? std::optional<double>(word.starts_with('-') ? -0.0 : 0.0)
                              : std::nullopt;
  }
  return error == std::errc() ? std::optional<double>(value) : std::nullopt;
}

std::string to_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Inf" : "-Inf";
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, end};
}

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
    // overlong forms, surrogates and code points beyond Unicode are recognised by the second byte
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

std::string in_quotes(std::string_view text) {
  text = trimmed(text);
  std::string clean;
  for (const char c : text.substr(0, 60)) {
    const auto byte = static_cast<unsigned char>(c);
    clean += byte < 0x20 || byte == 0x7f ? ' ' : byte < 0x80 ? c : '?';
  }
  return "'" + clean + (text.size() > 60 ? "...'" : "'");
}

}  // namespace coxa
