#pragma once

#include <cmath>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "coxa/export.hpp"

namespace coxa {

/// Root of every exception that coxa throws.
class COXA_EXPORT Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  ~Error() override;
};

/// A value that the caller gave is not allowed (Python: ValueError).
class COXA_EXPORT InvalidArgument : public Error {
 public:
  using Error::Error;
  ~InvalidArgument() override;
};

/// A name that the caller gave does not exist (Python: a subclass of InvalidArgument, hence a
/// ValueError).
class COXA_EXPORT UnknownName : public InvalidArgument {
 public:
  using InvalidArgument::InvalidArgument;
  ~UnknownName() override;
};

/// A file cannot be read or written, or is not what it should be (Python: OSError).
class COXA_EXPORT FileError : public Error {
 public:
  using Error::Error;
  ~FileError() override;
};

/// A plugin cannot be loaded, or failed (Python: RuntimeError).
class COXA_EXPORT PluginError : public Error {
 public:
  using Error::Error;
  ~PluginError() override;
};

/// The posture or movement asked for does not exist (Python: ValueError).
class COXA_EXPORT InfeasibleMotion : public InvalidArgument {
 public:
  using InvalidArgument::InvalidArgument;
  ~InfeasibleMotion() override;
};

/// A frame could not be solved and the caller asked for `strict` (Python: RuntimeError).
class COXA_EXPORT UnsolvedFrame : public Error {
 public:
  using Error::Error;
  ~UnsolvedFrame() override;
};

/// `number` as %.10g would print it, independent of the locale.
COXA_EXPORT std::string number_text(double number);

/// `path` in double quotes, with quotes and backslashes escaped by a backslash.
COXA_EXPORT std::string path_text(const std::filesystem::path& path);

/// One part of a message: text, a number or a path.
template <typename Part>
std::string part_text(const Part& part) {
  if constexpr (std::is_same_v<Part, std::filesystem::path>) {
    return path_text(part);
  } else if constexpr (std::is_floating_point_v<Part>) {
    return number_text(part);
  } else if constexpr (std::is_integral_v<Part> && !std::is_same_v<Part, char>) {
    return std::to_string(part);
  } else if constexpr (std::is_same_v<Part, char>) {
    return std::string(1, part);
  } else {
    return std::string(part);
  }
}

/// Concatenates the parts of a message.
template <typename... Parts>
std::string message(const Parts&... parts) {
  return (std::string() + ... + part_text(parts));
}

/// Throws `E` with the concatenated parts unless the condition holds.
template <typename E = InvalidArgument, typename... Parts>
void require(bool condition, const Parts&... parts) {
  if (!condition) throw E(message(parts...));
}

/// Throws InvalidArgument unless a size is the expected one.
inline void require_size(const char* name, long given, long expected) {
  require(given == expected, name, " has ", given, " entries; expected ", expected);
}

/// The candidate nearest to `name` by Levenshtein distance, for "did you mean" messages; empty if
/// none is near.
COXA_EXPORT std::string nearest_name(
    const std::string& name, const std::vector<std::string>& candidates);

}  // namespace coxa
