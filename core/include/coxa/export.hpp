#pragma once

// symbols are hidden by default; this marks the library's public interface
#define COXA_EXPORT __attribute__((visibility("default")))
