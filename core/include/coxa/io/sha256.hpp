#pragma once

#include <string>
#include <string_view>

#include "coxa/export.hpp"

namespace coxa {

/// SHA-256 of some bytes as 64 lower-case hexadecimal digits. Reference: FIPS 180-4, section 6.2.
COXA_EXPORT std::string sha256(std::string_view bytes);

}  // namespace coxa
