#pragma once

// everything is hidden unless marked: the surface of the library is what carries this word
#define COXA_EXPORT __attribute__((visibility("default")))
