#pragma once

#include <filesystem>

#include <gtest/gtest.h>

namespace coxa::test {

/// The repository's own folder `data/`.
std::filesystem::path data_dir();

/// Modules that tests load on purpose: tests/plugins/<name>.cpp is <name>.so here.
std::filesystem::path test_plugin_dir();

/// Reference numbers computed by other programs; they lie beside the repository, not in it, and may be absent.
std::filesystem::path reference_dir();

/// A folder of its own for the running test, empty, under the system's temporary folder.
std::filesystem::path scratch_dir();

}  // namespace coxa::test

/// Skips the running test, with the reason, where a reference file is absent:
/// `COXA_REQUIRE_REFERENCE("opensim/rajagopal_id.csv");`
#define COXA_REQUIRE_REFERENCE(name)                                               \
  if (!std::filesystem::exists(::coxa::test::reference_dir() / (name)))            \
  GTEST_SKIP() << "no reference data " << (::coxa::test::reference_dir() / (name)) \
               << ": it lies beside the repository and is not part of it"
