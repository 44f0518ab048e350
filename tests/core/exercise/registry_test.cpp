#include "coxa/exercise/registry.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <limits>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "coxa/exercise/build.hpp"
#include "coxa/math/error.hpp"

#include "support/paths.hpp"

namespace coxa {
namespace {

namespace fs = std::filesystem;
using test::scratch_dir;
using test::test_plugin_dir;

fs::path zoo(const std::string& name) { return test_plugin_dir() / (name + ".so"); }

ExerciseRegistry empty_registry() { return ExerciseRegistry(std::vector<fs::path>{}); }

std::string refusal(const fs::path& path) {
  ExerciseRegistry registry = empty_registry();
  try {
    registry.load(path);
  } catch (const PluginError& error) {
    EXPECT_TRUE(registry.names().empty()) << "refused and yet there";
    return error.what();
  }
  return "loaded";
}

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST(Plugin, IsLoadedAndWorks) {
  ExerciseRegistry registry = empty_registry();
  const auto exercise = registry.load(zoo("good"));
  EXPECT_EQ(exercise->info().name, "zoo_good");
  EXPECT_EQ(exercise->parameters().size(), 2u);
  EXPECT_EQ(registry.names(), std::vector<std::string>{"zoo_good"});
  EXPECT_EQ(registry.find("zoo_good"), exercise);
  EXPECT_EQ(registry.origin("zoo_good"), zoo("good").string());
  EXPECT_EQ(registry.load(zoo("good")), exercise) << "the same file is the same exercise";
}

TEST(Plugin, OutlivesItsRegistry) {
  std::shared_ptr<const Exercise> exercise;
  {
    ExerciseRegistry registry = empty_registry();
    exercise = registry.load(zoo("good"));
  }
  EXPECT_EQ(exercise->info().title, "Zoo");
  exercise.reset();  // the destructor is code of the module
}

// a copy of a valid module with a descriptor as another compiler, Eigen or coxa would write it
fs::path spoiled(const std::string& name, const std::function<void(PluginDescriptor&)>& spoil) {
  std::ifstream in(zoo("bell"), std::ios::binary);
  std::string module{std::istreambuf_iterator<char>(in), {}};
  std::string begin(sizeof(kPluginMagic) + sizeof(std::uint32_t), '\0');
  const std::uint32_t size = sizeof(PluginDescriptor);
  std::memcpy(begin.data(), &kPluginMagic, sizeof(kPluginMagic));
  std::memcpy(begin.data() + sizeof(kPluginMagic), &size, sizeof(size));

  const std::size_t at = module.find(begin);
  EXPECT_NE(at, std::string::npos);
  EXPECT_EQ(module.find(begin, at + 1), std::string::npos) << "two descriptors";
  PluginDescriptor descriptor{};
  std::memcpy(&descriptor, module.data() + at, sizeof(descriptor));
  EXPECT_STREQ(descriptor.name, "zoo");
  spoil(descriptor);
  std::memcpy(module.data() + at, &descriptor, sizeof(descriptor));

  const fs::path path = scratch_dir() / (name + ".so");
  std::ofstream(path, std::ios::binary) << module;
  return path;
}

TEST(Plugin, IsRefusedWithBothValues) {
  const std::string align = std::to_string(EIGEN_MAX_ALIGN_BYTES);
  const std::string size = std::to_string(sizeof(PluginDescriptor));
  ::unsetenv("COXA_ZOO_RAN");
  const auto expect = [&](const fs::path& path, const std::vector<std::string>& parts) {
    const std::string text = refusal(path);
    EXPECT_SAYS(text, path.filename().string());
    for (const std::string& part : parts) EXPECT_SAYS(text, part);
  };
  using D = PluginDescriptor;
  expect(
      spoiled("interface", [](D& d) { d.interface_version = 77; }),
      {"interface 77", "needs " + std::to_string(kPluginInterface), "build the plugin"});
  expect(
      spoiled("eigen", [](D& d) { d.eigen_version = 20905; }),
      {"Eigen 20905", "this build of coxa with 30"});
  // a plugin built with -mavx512f for a libcoxa built without
  expect(
      spoiled("alignment", [](D& d) { d.eigen_max_align_bytes = 4096; }),
      {"4096 bytes", "coxa to " + align, "-march"});
  const std::string scenario = std::to_string(sizeof(Scenario));
  expect(
      spoiled("scenario", [](D& d) { d.scenario_size += 8; }),
      {"scenarios of " + std::to_string(sizeof(Scenario) + 8), "this build of coxa " + scenario});
  expect(
      spoiled("builder", [](D& d) { d.builder_size -= 8; }),
      {"builders of " + std::to_string(sizeof(ScenarioBuilder) - 8), "headers of this coxa"});
  expect(spoiled("compiler", [](D& d) { d.compiler[4] = 'X'; }), {"gcc X", COXA_COMPILER});
  expect(
      spoiled("library", [](D& d) { d.standard_library[3] = 'X'; }),
      {"libXtdc++", COXA_STANDARD_LIBRARY});
  expect(
      spoiled("magic", [](D& d) { d.magic = 0x46; }),
      {"is not an exercise plugin", "begins with 70"});
  expect(
      spoiled("size", [](D& d) { d.size -= 8; }),
      {"descriptor of " + std::to_string(sizeof(D) - 8), "this build of coxa needs " + size});
  expect(
      spoiled("name", [](D& d) { std::memset(d.name, 'z', sizeof(d.name)); }),
      {"name has no end", "63"});
  expect(zoo("tiny"), {"is not an exercise plugin", "4 bytes", size});
  expect(
      zoo("no_symbol"), {"is not an exercise plugin", "exports no coxa_plugin", "COXA_EXERCISE"});

  // the same, produced by the compiler itself
  expect(
      zoo("changed_interface"), {"interface " + std::to_string(kPluginInterface - 1),
                                 "needs " + std::to_string(kPluginInterface)});
  if (EIGEN_MAX_ALIGN_BYTES != 64)
    expect(zoo("wide_alignment"), {"64 bytes", "coxa to " + align, "-march"});
  expect(zoo("old_strings"), {"libstdc++ cxx11=0", COXA_STANDARD_LIBRARY});
  EXPECT_EQ(std::getenv("COXA_ZOO_RAN"), nullptr) << "code of a refused module has run";

  EXPECT_EQ(refusal(zoo("bell")), "loaded") << "unspoiled, it is a plugin";
  EXPECT_NE(std::getenv("COXA_ZOO_RAN"), nullptr) << "and its bell works";
}

TEST(Plugin, FailingCodeIsNamed) {
  const auto expect = [](const char* file, std::initializer_list<const char*> parts) {
    const std::string text = refusal(zoo(file));
    EXPECT_SAYS(text, std::string(file) + ".so");
    for (const char* part : parts) EXPECT_SAYS(text, part);
  };
  expect("throws_on_creation", {"failed in create", "the dog ate it"});
  expect("throws_a_number", {"failed in create", "no std::exception"});
  expect("throws_in_info", {"failed in info", "no idea"});
  expect("returns_null", {"returned null"});
  expect("creates_nothing", {"without a create function"});
  expect("name_differs", {"'zoo_one'", "'zoo_two'"});
  expect("missing_function", {"cannot load", "nobody_wrote_this"});
  expect("ill_declared", {"knee_deg", "'rad'"});
}

TEST(Plugin, ExceptionsOfBuildAreOursOrNamed) {
  ExerciseRegistry registry = empty_registry();
  const auto exercise = registry.load(zoo("throws_in_build"));
  Body world;
  world.name = "world";
  const Model model{"nobody", Skeleton({world}, {}, {}, {}, Vec3(0, -9.81, 0)), {}, {}, {}, {}, "",
                    ""};
  const auto build = [&](double load) {
    return scenario_of(
        model, *exercise,
        Parameters("zoo_throws_in_build", exercise->parameters(), {{"load", load}}));
  };
  EXPECT_THROW(build(1), InfeasibleMotion);
  for (const double load : {2.0, 3.0}) {
    try {
      build(load);
      FAIL();
    } catch (const PluginError& error) {
      const std::string text = error.what();
      EXPECT_SAYS(text, "zoo_throws_in_build");
      EXPECT_SAYS(text, load == 2 ? "index 9" : "no std::exception");
    }
  }
}

TEST(Plugin, FilesThatAreNoLibrary) {
  const fs::path folder = scratch_dir();
  EXPECT_SAYS(refusal(folder / "absent.so"), "no such file");
  EXPECT_SAYS(refusal(folder), "not a file");

  std::ofstream(folder / "text.so") << "this is not a library";
  EXPECT_SAYS(refusal(folder / "text.so"), "not a shared library");
  std::ofstream(folder / "empty.so");
  EXPECT_SAYS(refusal(folder / "empty.so"), "not a shared library");

  ASSERT_EQ(::mkfifo((folder / "pipe.so").c_str(), 0600), 0);
  EXPECT_SAYS(refusal(folder / "pipe.so"), "not a file");
  fs::create_symlink("loop.so", folder / "loop.so");
  EXPECT_SAYS(refusal(folder / "loop.so"), "symbolic link");
  fs::copy_file("/proc/self/exe", folder / "program.so");
  EXPECT_SAYS(refusal(folder / "program.so"), "is not an exercise plugin");
}

TEST(Plugin, TruncatedOrDamagedLibraryIsNeverLoaded) {
  const fs::path folder = scratch_dir();
  std::ifstream in(zoo("good"), std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};

  // a mapped library whose file is truncated would kill the process by a signal
  for (int part = 0; part < 64; ++part) {
    const fs::path path = folder / ("cut" + std::to_string(part) + ".so");
    std::ofstream(path, std::ios::binary) << whole.substr(0, whole.size() * part / 64);
    EXPECT_SAYS(refusal(path), "is not an exercise plugin");
  }

  // corrupted headers: any result but a crash
  const fs::path path = folder / "damaged.so";
  for (std::size_t at = 16; at < 64; ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(0xff);
    if (damaged == whole) continue;
    std::ofstream(path, std::ios::binary) << damaged;
    const std::string text = refusal(path);
    EXPECT_TRUE(text == "loaded" || text.find("damaged.so") != std::string::npos) << at << text;
    fs::remove(path);
  }
}

TEST(Plugin, StrippedModuleLoads) {
  const fs::path path = scratch_dir() / "good.so";
  const std::string command = "strip --strip-all -o " + path.string() + " " + zoo("good").string();
  if (std::system(command.c_str()) != 0) GTEST_SKIP() << "no strip on this machine";
  EXPECT_EQ(refusal(path), "loaded");
}

TEST(Plugin, SearchRecordsWhatItSkips) {
  const fs::path folder = scratch_dir();
  fs::create_directories(folder / "a");
  fs::create_directories(folder / "b" / "nested.so");
  fs::copy_file(zoo("good"), folder / "a" / "z.so");
  fs::copy_file(zoo("no_symbol"), folder / "a" / "other.so");
  std::ofstream(folder / "a" / "notes.txt") << "not looked at";
  std::ofstream(folder / "a" / "lib.so.1") << "not looked at";
  fs::create_symlink(folder / "a" / "z.so", folder / "b" / "alias.so");
  fs::copy_file(zoo("good_twin"), folder / "b" / "twin.so");
  fs::create_symlink(folder / "nowhere", folder / "b" / "dangling.so");
  fs::create_symlink("loop.so", folder / "b" / "loop.so");
  fs::create_symlink("circle", folder / "circle");

  const ExerciseRegistry registry(
      {folder / "a", folder / "absent", folder / "circle", folder / "b"});
  EXPECT_EQ(registry.names(), std::vector<std::string>{"zoo_good"});
  EXPECT_EQ(registry.origin("zoo_good"), (folder / "a" / "z.so").string()) << "the first wins";

  std::map<std::string, std::string> reasons;
  for (const SkippedPlugin& s : registry.skipped()) reasons[s.path.filename()] = s.reason;
  EXPECT_EQ(reasons.size(), 8u);
  EXPECT_SAYS(reasons["other.so"], "exports no coxa_plugin");
  EXPECT_SAYS(reasons["absent"], "No such file");
  EXPECT_SAYS(reasons["circle"], "symbolic links");
  EXPECT_SAYS(reasons["alias.so"], "loaded before");
  EXPECT_SAYS(reasons["twin.so"], "there is one already, from");
  EXPECT_SAYS(reasons["twin.so"], "z.so");
  EXPECT_SAYS(reasons["dangling.so"], "no such file");
  EXPECT_SAYS(reasons["loop.so"], "symbolic links");
  EXPECT_SAYS(reasons["nested.so"], "not a file");
}

TEST(Plugin, UnreadableFolderIsRecorded) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read every folder";
  const fs::path folder = scratch_dir() / "locked";
  fs::create_directory(folder, folder.parent_path());
  fs::permissions(folder, fs::perms::none);
  const ExerciseRegistry registry({folder});
  fs::permissions(folder, fs::perms::owner_all);
  ASSERT_EQ(registry.skipped().size(), 1u);
  EXPECT_SAYS(registry.skipped()[0].reason, "ermission");
}

TEST(Plugin, FoldersComeInOrder) {
  const fs::path home = scratch_dir();
  fs::create_directories(home / "coxa" / "plugins");
  const char* before_path = std::getenv("COXA_PLUGIN_PATH");
  const char* before_home = std::getenv("XDG_DATA_HOME");
  const std::string path = before_path ? before_path : "", data = before_home ? before_home : "";
  ::setenv("COXA_PLUGIN_PATH", ":/one::two/three:", 1);
  ::setenv("XDG_DATA_HOME", home.c_str(), 1);
  std::vector<fs::path> folders = plugin_folders();
  before_path ? ::setenv("COXA_PLUGIN_PATH", path.c_str(), 1) : ::unsetenv("COXA_PLUGIN_PATH");
  before_home ? ::setenv("XDG_DATA_HOME", data.c_str(), 1) : ::unsetenv("XDG_DATA_HOME");

  ASSERT_GE(folders.size(), 3u);
  for (std::size_t i = 0; i + 3 < folders.size(); ++i) {
    EXPECT_EQ(folders[i].filename(), "plugins") << "bundled folders come first";
    EXPECT_TRUE(folders[i].is_absolute());
  }
  folders.erase(folders.begin(), folders.end() - 3);
  EXPECT_EQ(folders, (std::vector<fs::path>{"/one", "two/three", home / "coxa" / "plugins"}))
      << "empty entries are no folder";
}

TEST(Plugin, UnknownExerciseGetsANearName) {
  ExerciseRegistry registry = empty_registry();
  try {
    registry.find("zoo_god");
    FAIL();
  } catch (const UnknownName& error) {
    EXPECT_SAYS(std::string(error.what()), "None was found");
  }
  registry.load(zoo("good"));
  try {
    registry.find("zoo_god");
    FAIL();
  } catch (const UnknownName& error) {
    EXPECT_STREQ(
        error.what(), "no exercise 'zoo_god'; did you mean 'zoo_good'? There are: zoo_good");
  }
  EXPECT_THROW(registry.origin("squat"), UnknownName);
}

class Homemade : public Exercise {
 public:
  ExerciseInfo info() const override { return {"homemade", "", "", {}, {}}; }
  std::vector<Parameter> parameters() const override { return {}; }
  void build(ScenarioBuilder&, const Parameters&) const override {}
};

TEST(Plugin, ExercisesOfThisProcess) {
  ExerciseRegistry registry = empty_registry();
  registry.add(std::make_shared<Homemade>(), "a test");
  EXPECT_EQ(registry.origin("homemade"), "a test");
  EXPECT_THROW(registry.add(std::make_shared<Homemade>(), "again"), PluginError);
  EXPECT_THROW(registry.add(nullptr, "nothing"), PluginError);

  const auto before = registry.find("homemade");
  registry.add(std::make_shared<Homemade>(), "again", true);
  EXPECT_NE(registry.find("homemade"), before) << "replaced where asked";
  EXPECT_EQ(registry.origin("homemade"), "again");
  registry.remove("homemade");
  EXPECT_TRUE(registry.names().empty());
  EXPECT_THROW(registry.remove("homemade"), UnknownName);
}

class Impostor : public Homemade {
 public:
  ExerciseInfo info() const override { return {"zoo_good", "", "", {}, {}}; }
};

TEST(Plugin, AModuleIsNeitherReplacedNorRemoved) {
  ExerciseRegistry registry = empty_registry();
  registry.load(zoo("good"));
  EXPECT_THROW(registry.add(std::make_shared<Impostor>(), "a test", true), PluginError);
  EXPECT_THROW(registry.remove("zoo_good"), PluginError);
  EXPECT_EQ(registry.origin("zoo_good"), zoo("good").string());
}

class IllDeclared : public Homemade {
 public:
  explicit IllDeclared(Parameter p) : p_(std::move(p)) {}
  std::vector<Parameter> parameters() const override { return {p_}; }

 private:
  Parameter p_;
};

TEST(Plugin, IllDeclaredParametersAreRefused) {
  const double inf = std::numeric_limits<double>::infinity();
  const auto refusal_of = [](const Parameter& p) -> std::string {
    ExerciseRegistry registry = empty_registry();
    try {
      registry.add(std::make_shared<IllDeclared>(p), "a test");
    } catch (const PluginError& error) {
      return error.what();
    }
    return "accepted";
  };
  const std::vector<std::string> sides{"right", "left"};
  EXPECT_EQ(refusal_of({"side", 1, 0, 1, "1", "which", true, sides}), "accepted");
  EXPECT_EQ(refusal_of({"side", 1, 0, 1, "1", "which", false, sides}), "accepted");
  EXPECT_SAYS(refusal_of({"side", 0, 0, 2, "1", "which", true, sides}), "its range is 0 ... 1");
  EXPECT_SAYS(refusal_of({"side", 0.5, 0, 1, "1", "which", false, sides}), "index of no choice");
  EXPECT_SAYS(refusal_of({"side", 0, 0, 1, "m", "which", true, sides}), "its unit '1'");
  EXPECT_SAYS(refusal_of({"side", 0, 0, 1, "1", "which", true, {"left", "left"}}), "stands twice");
  EXPECT_SAYS(refusal_of({"Side", 0, 0, 1, "1", "which"}), "small letters");
  EXPECT_SAYS(refusal_of({"load", 5, 0, 1, "kg", "bar"}), "its default 5 is outside");
  EXPECT_SAYS(refusal_of({"load", 1, 0, inf, "kg", "bar"}), "its range is 0 ... inf");
  EXPECT_SAYS(refusal_of({"load", 1.5, 0, 2, "kg", "bar", true}), "not a whole number");
  EXPECT_SAYS(refusal_of({"knee_deg", 1, 0, 2, "rad", "knee"}), "if and only if the unit is deg");
}

TEST(Plugin, RegistryServesManyThreads) {
  ExerciseRegistry registry = empty_registry();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 20; ++k) {
        const auto exercise = registry.load(zoo("good"));
        EXPECT_EQ(registry.find("zoo_good"), exercise);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(registry.names().size(), 1u);
}

}  // namespace
}  // namespace coxa
