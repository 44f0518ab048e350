#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace coxa {

/// Content of a data object exported by a shared library, read from the file without loading it, so
/// that no code of a foreign library runs before it has been identified. Pointers inside are not
/// relocated.
///
/// Reads the dynamic symbol table (ELF, gABI chapters 4 and 5), which `strip` keeps; Boost.DLL
/// 1.74's library_info reads only the static one and finds nothing in a stripped module.
///
/// @return its bytes, or nothing if the library exports no object of that name
/// @throws FileError if the file is unreadable, truncated, not a shared library, or built for
///         another machine
std::optional<std::vector<char>> exported_object(
    const std::filesystem::path& path, const std::string& symbol);

}  // namespace coxa
