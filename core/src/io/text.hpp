#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coxa {

/// All bytes of a file. @throws FileError if it is missing, a folder or unreadable
std::string read_bytes(const std::filesystem::path& path);

/// Writes bytes to a file beside `path` and renames it to `path`, which is never half written.
/// @throws FileError with the cause
void write_bytes(const std::filesystem::path& path, std::string_view bytes);

/// Text without white space at either end.
std::string_view trimmed(std::string_view text);

/// Words of a text, separated by white space.
std::vector<std::string_view> words(std::string_view text);

/// A complete word as a number ("1.5", "-Inf", "NaN"); empty if it is not one, or too large for a
/// double.
std::optional<double> to_number(std::string_view word);

/// Shortest decimal text that reads back bit for bit; "Inf", "-Inf", "NaN" as in OpenSim.
std::string to_text(double value);

bool is_utf8(const std::string& text);

/// A text, shortened if long, in single quotes for an error message.
std::string in_quotes(std::string_view text);

}  // namespace coxa
