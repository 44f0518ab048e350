#include "support/paths.hpp"

#include <set>
#include <string>

#include <unistd.h>

namespace coxa::test {

namespace fs = std::filesystem;

namespace {

// folders of this run, removed when the program ends
struct Scratch {
  std::set<fs::path> folders;
  ~Scratch() {
    std::error_code ignored;
    for (const fs::path& folder : folders) fs::remove_all(folder, ignored);
  }
};

}  // namespace

fs::path data_dir() { return fs::path(COXA_SOURCE_DIR) / "data"; }

fs::path test_plugin_dir() { return COXA_TEST_PLUGIN_DIR; }

fs::path reference_dir() {
  return (fs::path(COXA_SOURCE_DIR) / ".." / "shared" / "reference").lexically_normal();
}

fs::path scratch_dir() {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  const std::string name =
      "coxa_" + std::to_string(::getpid()) + "_" + test->test_suite_name() + "_" + test->name();
  std::string safe = name;
  for (char& c : safe) {
    if (c == '/') c = '_';
  }
  const fs::path folder = fs::temp_directory_path() / safe;
  fs::remove_all(folder);
  fs::create_directories(folder);
  static Scratch scratch;
  scratch.folders.insert(folder);
  return folder;
}

}  // namespace coxa::test
