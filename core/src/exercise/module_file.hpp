#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace coxa {

/// Content of a data object that a shared library exports, read from the file without loading it,
/// so that no code of a foreign library runs before it is known to be ours. Pointers inside are not
/// yet relocated.
///
/// Reads the dynamic symbol table (ELF, gABI chapters 4 and 5), which survives `strip`; Boost.DLL
/// 1.74's library_info reads the static one only and finds nothing in a stripped module.
///
/// @return its bytes, or nothing if the library exports no object of that name
/// @throws FileError if the file is unreadable, truncated, no shared library, or one for another
///                  machine
std::optional<std::vector<char>> exported_object(
    const std::filesystem::path& path, const std::string& symbol);

}  // namespace coxa
