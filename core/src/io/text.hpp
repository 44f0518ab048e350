#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coxa {

/// All bytes of a file. @throws FileError if it is missing, a folder or unreadable
std::string read_bytes(const std::filesystem::path& path);

/// Writes bytes to a file beside `path` and renames it into place, so `path` is never half written.
/// @throws FileError saying what failed
void write_bytes(const std::filesystem::path& path, std::string_view bytes);

/// Text without white space at either end.
std::string_view trimmed(std::string_view text);

/// Words of a text, separated by white space.
std::vector<std::string_view> words(std::string_view text);

/// A whole word as a number ("1.5", "-Inf", "NaN"); empty if it is none, or too large for a double.
std::optional<double> to_number(std::string_view word);

/// Shortest decimal text that reads back to the same bits; "Inf", "-Inf", "NaN" as OpenSim has them.
std::string to_text(double value);

bool is_utf8(const std::string& text);

/// A text shortened for an error message, in single quotes.
std::string in_quotes(std::string_view text);

}  // namespace coxa
