// the right symbol with four bytes of other content
#include <cstdint>

#include "zoo.hpp"

static const zoo::Bell bell;

extern "C" __attribute__((visibility("default")))
const std::uint32_t tiny_plugin asm("coxa_plugin");
const std::uint32_t tiny_plugin = 0x41584f43;
