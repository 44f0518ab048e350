#pragma once

#include <filesystem>

#include <gtest/gtest.h>

namespace coxa::test {

/// The repository's folder `data/`.
std::filesystem::path data_dir();

/// Folder of the test modules: tests/plugins/<name>.cpp is built to <name>.so here.
std::filesystem::path test_plugin_dir();

/// Reference values computed by other programs; stored beside the repository, possibly absent.
std::filesystem::path reference_dir();

/// An empty folder of the running test under the system's temporary folder.
std::filesystem::path scratch_dir();

}  // namespace coxa::test

/// Skips the running test, with the reason, where a reference file is absent:
/// `COXA_REQUIRE_REFERENCE("opensim/rajagopal_id.csv");`
#define COXA_REQUIRE_REFERENCE(name)                                               \
  if (!std::filesystem::exists(::coxa::test::reference_dir() / (name)))            \
  GTEST_SKIP() << "no reference data " << (::coxa::test::reference_dir() / (name)) \
               << ": it lies beside the repository and is not part of it"
