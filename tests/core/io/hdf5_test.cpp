#include "coxa/io/hdf5.hpp"

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include "coxa/math/error.hpp"

#include "support/paths.hpp"

namespace coxa {
namespace {

namespace fs = std::filesystem;
using test::scratch_dir;

const double kNaN = std::numeric_limits<double>::quiet_NaN();

// every kind of content that a dataset can have
Dataset everything() {
  Dataset d;
  d.add_dimension("time", 3);
  d.add_labels("muscle", {"glmax1_r", "soleus_r"}, "muscle");
  d.add_dimension("axis", 3);
  d.add_labels("side", {"rechts", "übrig", ""}, "labels beyond ASCII, and none");
  d.add_dimension("load", 0);
  d.add(
      {"time",
       {"time"},
       std::vector<double>{0, 0.5, 1},
       {{"long_name", std::string("time")}, {"units", std::string("s")}}});
  d.add(
      {"activation",
       {"time", "muscle"},
       std::vector<double>{0.1, 0.2, kNaN, 0.4, -0.0, 1e-300},
       {{"long_name", std::string("activation")},
        {"units", std::string("1")},
        {"comment", std::string("")},
        {"upper_bound", 1.5}}});
  d.add(
      {"status",
       {"time"},
       std::vector<std::int32_t>{0, 5, std::numeric_limits<int>::min()},
       {{"units", std::string("1")},
        {"flag_masks", std::vector<std::int32_t>{1, 2, 4}},
        {"flag_meanings", std::string("unsolved reserve_used fiber_out_of_range")}}});
  d.add(
      {"frame",
       {"muscle"},
       std::vector<std::int32_t>{7, -2147483647},
       {{"_FillValue", std::vector<std::int32_t>{-2147483647}}}});
  d.add({"reason", {"time"}, std::vector<std::string>{"", "Kraft 3 µN", "x"}, {}});
  d.add({"limited_by", {}, std::vector<std::string>{"recfem_r"}, {}});
  d.add({"peak", {}, std::vector<double>{213.5}, {{"units", std::string("N m")}}});
  d.add({"count", {}, std::vector<std::int32_t>{-3}, {}});
  d.add({"load_force", {"time", "load", "axis"}, std::vector<double>{}, {}});
  d.add({"position", {"muscle", "axis"}, std::vector<double>{1, 2, 3, 4, 5, 6}, {}});
  d.attributes = {
      {"format", std::string("coxa-1")},
      {"exercise", std::string("barbell_hip_thrust")},
      {"parameters", "{\"load\": 80, \"text\": \"" + std::string(100000, 'x') + "\"}"},
      {"criterion", 2.0},
      {"revision", std::vector<std::int32_t>{42}},
      {"none", std::vector<std::int32_t>{}}};
  return d;
}

bool same(const Variable& a, const Variable& b) {
  if (a.name != b.name || a.dims != b.dims || a.attributes != b.attributes) return false;
  const auto* x = std::get_if<std::vector<double>>(&a.data);
  const auto* y = std::get_if<std::vector<double>>(&b.data);
  if (!x || !y) return a.data == b.data;
  // bitwise, so that NaN equals NaN and -0 differs from 0
  return x->size() == y->size()
         && (x->empty() || std::memcmp(x->data(), y->data(), 8 * x->size()) == 0);
}

void expect_same(const Dataset& a, const Dataset& b) {
  EXPECT_EQ(a.dimensions, b.dimensions);
  EXPECT_EQ(a.attributes, b.attributes);
  ASSERT_EQ(a.variables.size(), b.variables.size());
  for (std::size_t i = 0; i < a.variables.size(); ++i) {
    EXPECT_TRUE(same(a.variables[i], b.variables[i]))
        << a.variables[i].name << " and " << b.variables[i].name;
  }
}

std::string bytes(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

template <typename E = FileError, typename Act>
std::string refusal(const Act& act) {
  ::testing::internal::CaptureStderr();
  std::string text = "accepted";
  try {
    act();
  } catch (const E& error) {
    text = error.what();
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "") << "HDF5 printed";
  EXPECT_EQ(text.find('\n'), std::string::npos) << "one line: " << text;
  return text;
}

std::string write_refusal(const fs::path& path) {
  return refusal([&] { write_hdf5(everything(), path); });
}

std::string read_refusal(const fs::path& path) {
  return refusal([&] { read_hdf5(path); });
}

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST(Hdf5, RoundTripKeepsEverything) {
  const fs::path path = scratch_dir() / "all.h5";
  write_hdf5(everything(), path);
  expect_same(read_hdf5(path), everything());
  EXPECT_EQ(read_hdf5_attributes(path), everything().attributes);
  EXPECT_EQ(files_in(path.parent_path()), 1u) << "no temporary file stays";
}

TEST(Hdf5, EmptyDatasetAndAddedFormat) {
  const fs::path path = scratch_dir() / "empty.h5";
  write_hdf5(Dataset{}, path);
  const Dataset read = read_hdf5(path);
  EXPECT_TRUE(read.variables.empty() && read.dimensions.empty());
  EXPECT_EQ(read.attributes, (Attributes{{"format", std::string("coxa-1")}}));
}

TEST(Hdf5, LargeArraysAreCompressedAndExact) {
  const fs::path path = scratch_dir() / "large.h5";
  Dataset d;
  d.add_dimension("trial", 700);
  d.add_dimension("sample", 101);
  d.add_dimension("axis", 3);
  std::vector<double> values(700 * 101 * 3);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(1e-3 * double(i / 3));
  d.add({"series", {"trial", "sample", "axis"}, values, {}});
  d.add({"numbers", {"trial", "sample"}, std::vector<std::int32_t>(700 * 101, 7), {}});
  write_hdf5(d, path);
  const Dataset read = read_hdf5(path);
  EXPECT_EQ(std::get<std::vector<double>>(read.at("series").data), values);
  EXPECT_EQ(read.at("numbers").data, d.at("numbers").data);
  EXPECT_LT(fs::file_size(path), 8 * values.size() * 7 / 10);
}

TEST(Hdf5, EqualDatasetsGiveEqualBytes) {
  const fs::path folder = scratch_dir();
  write_hdf5(everything(), folder / "a.h5");
  write_hdf5(everything(), folder / "b.h5");
  EXPECT_EQ(bytes(folder / "a.h5"), bytes(folder / "b.h5"));
}

TEST(Hdf5, ReplacesAFileAndKeepsItsModeAndLinks) {
  const fs::path folder = scratch_dir();
  std::ofstream(folder / "real.h5") << "old";
  fs::permissions(folder / "real.h5", fs::perms(0640));
  fs::create_symlink("real.h5", folder / "link.h5");
  write_hdf5(everything(), folder / "link.h5");
  EXPECT_TRUE(fs::is_symlink(folder / "link.h5"));
  EXPECT_EQ(fs::status(folder / "real.h5").permissions(), fs::perms(0640));
  expect_same(read_hdf5(folder / "real.h5"), everything());
}

TEST(Hdf5, RelativePathAndOddNames) {
  const fs::path folder = scratch_dir();
  const fs::path before = fs::current_path();
  fs::current_path(folder);
  write_hdf5(everything(), "plain.h5");
  write_hdf5(everything(), "größe 80 kg.h5");
  fs::current_path(before);
  expect_same(read_hdf5(folder / "plain.h5"), everything());
  expect_same(read_hdf5(folder / "größe 80 kg.h5"), everything());
}

TEST(Hdf5, ManyThreadsWrite) {
  const fs::path folder = scratch_dir();
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < 5; ++k) {
        const fs::path path = folder / (std::to_string(i) + ".h5");
        write_hdf5(everything(), path);
        EXPECT_EQ(read_hdf5(path).variables.size(), everything().variables.size());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(files_in(folder), 6u);
}

TEST(Hdf5, TargetsThatCannotBe) {
  const fs::path folder = scratch_dir();
  std::string text = write_refusal(folder / "absent" / "out.h5");
  EXPECT_SAYS(text, "out.h5");
  EXPECT_SAYS(text, "does not exist; create it first");
  EXPECT_FALSE(fs::exists(folder / "absent"));

  EXPECT_SAYS(write_refusal(folder), "it is a folder; add the name of a file");
  EXPECT_SAYS(write_refusal(folder / ""), "it is a folder");
  EXPECT_SAYS(write_refusal(""), "without a name");
  EXPECT_SAYS(write_refusal(folder / std::string(300, 'x')), "too long");
  std::ofstream(folder / "file") << "x";
  EXPECT_SAYS(write_refusal(folder / "file" / "out.h5"), "not a folder");
  fs::create_symlink("loop.h5", folder / "loop.h5");
  EXPECT_SAYS(write_refusal(folder / "loop.h5"), "symbolic links");
  EXPECT_SAYS(write_refusal("/dev/null"), "device");
  EXPECT_SAYS(write_refusal("/dev/full"), "device");
  EXPECT_TRUE(fs::is_character_file("/dev/null")) << "a device must not be replaced";
}

TEST(Hdf5, NoPermission) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const fs::path folder = scratch_dir();
  std::ofstream(folder / "fixed.h5") << "x";
  fs::permissions(folder / "fixed.h5", fs::perms::owner_read);
  EXPECT_SAYS(write_refusal(folder / "fixed.h5"), "no permission to replace");
  fs::permissions(folder, fs::perms(0500));
  EXPECT_SAYS(write_refusal(folder / "out.h5"), "no permission to write in the folder");
  fs::permissions(folder, fs::perms(0700));
  write_hdf5(everything(), folder / "out.h5");
  fs::permissions(folder / "out.h5", fs::perms::none);
  EXPECT_SAYS(read_refusal(folder / "out.h5"), "ermission");
}

TEST(Hdf5, FileOpenElsewhereIsLeftAlone) {
  const fs::path path = scratch_dir() / "out.h5";
  write_hdf5(everything(), path);
  const std::string before = bytes(path);
  // HDF5 takes this lock on a file that it reads
  const int reader = ::open(path.c_str(), O_RDONLY);
  ASSERT_EQ(::flock(reader, LOCK_SH), 0);
  EXPECT_SAYS(write_refusal(path), "open elsewhere; close it there");
  EXPECT_EQ(bytes(path), before);
  ::close(reader);
  EXPECT_EQ(write_refusal(path), "accepted");
}

// limits the size of files, which fails writes as a full disk would
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t limit) {
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit small = before_;
    small.rlim_cur = limit;
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST(Hdf5, NoRoomLeavesTheOldFileAndNothingElse) {
  const fs::path folder = scratch_dir();
  write_hdf5(Dataset{}, folder / "old.h5");
  const std::string before = bytes(folder / "old.h5");
  for (const rlim_t limit : {0, 1, 4096, 50000}) {
    for (const char* name : {"old.h5", "new.h5"}) {
      std::string text;
      {
        const SmallDisk small(limit);
        try {
          write_hdf5(everything(), folder / name);
        } catch (const FileError& error) {
          text = error.what();
        }
      }
      EXPECT_SAYS(text, "File too large");
      EXPECT_SAYS(text, name);
    }
  }
  EXPECT_EQ(bytes(folder / "old.h5"), before);
  EXPECT_EQ(files_in(folder), 1u);
  write_hdf5(everything(), folder / "new.h5");  // and writing works again
  expect_same(read_hdf5(folder / "new.h5"), everything());
}

TEST(Hdf5, FullDiskIsCalledSo) {
  // a full disk requires a small file system mounted for this test
  const char* disk = std::getenv("COXA_TEST_SMALL_DISK");
  if (!disk) GTEST_SKIP() << "COXA_TEST_SMALL_DISK names no small file system";
  const fs::path path = fs::path(disk) / "out.h5";
  EXPECT_SAYS(write_refusal(path), "the disk is full");
  EXPECT_EQ(files_in(disk), 0u);
}

TEST(Hdf5, DatasetsThatCannotBeWritten) {
  const fs::path folder = scratch_dir();
  const auto say = [&](const auto& spoil) {
    Dataset d = everything();
    spoil(d);
    return refusal<InvalidArgument>([&] { write_hdf5(d, folder / "out.h5"); });
  };
  using Strings = std::vector<std::string>;
  EXPECT_SAYS(say([](Dataset& d) { d.variables[0].data = Strings{"a"}; }), "1 entries");
  EXPECT_SAYS(say([](Dataset& d) { d.attributes["format"] = std::string("coxa-2"); }), "format");
  EXPECT_SAYS(say([](Dataset& d) { d.attributes["x"] = std::string("\xff"); }), "not UTF-8");
  EXPECT_SAYS(say([](Dataset& d) { d.attributes["x"] = std::string("\xc0\x80"); }), "not UTF-8");
  EXPECT_SAYS(say([](Dataset& d) { d.attributes["x"] = std::string("a\0b", 3); }), "zero byte");
  EXPECT_SAYS(say([](Dataset& d) { d.attributes["CLASS"] = 1.0; }), "reserved");
  EXPECT_SAYS(say([](Dataset& d) { d.add({"t", {}, Strings{"\xed\xa0\x80"}, {}}); }), "not UTF-8");
  EXPECT_SAYS(
      say([](Dataset& d) {
        d.add({"t", {}, std::vector<double>(1), {{"_FillValue", 1.0}}});
      }),
      "_FillValue");
  EXPECT_EQ(files_in(folder), 0u);
}

TEST(Hdf5, FilesThatCannotBeRead) {
  const fs::path folder = scratch_dir();
  EXPECT_SAYS(read_refusal(folder / "absent.h5"), "there is no such file");
  EXPECT_SAYS(read_refusal(folder), "it is a folder");
  EXPECT_SAYS(read_refusal("/dev/null"), "not an ordinary file");
  std::ofstream(folder / "text.h5") << "time,activation\n0,0.5\n";
  EXPECT_SAYS(read_refusal(folder / "text.h5"), "it is not an HDF5 file");
  std::ofstream(folder / "empty.h5");
  EXPECT_SAYS(read_refusal(folder / "empty.h5"), "it is not an HDF5 file");
}

TEST(Hdf5, TruncatedFileIsRefusedWithTheReason) {
  const fs::path folder = scratch_dir();
  write_hdf5(everything(), folder / "whole.h5");
  const std::string whole = bytes(folder / "whole.h5");
  for (int part = 1; part < 20; ++part) {
    const fs::path path = folder / "cut.h5";
    std::ofstream(path, std::ios::binary) << whole.substr(0, whole.size() * part / 20);
    const std::string text = read_refusal(path);
    EXPECT_SAYS(text, "cut.h5");
    EXPECT_SAYS(text, "truncated");
  }
}

// the same file with a word of its format replaced by one of the same length, without its checksum
fs::path reworded(const fs::path& folder, const std::string& from, const std::string& to) {
  write_hdf5(everything(), folder / "whole.h5");
  std::string text = bytes(folder / "whole.h5");
  text.resize(text.size() - 48);
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, to.size(), to);
  }
  std::ofstream(folder / "reworded.h5", std::ios::binary) << text;
  return folder / "reworded.h5";
}

TEST(Hdf5, OtherFormatsAreRefused) {
  const fs::path folder = scratch_dir();
  const std::string newer = read_refusal(reworded(folder, "coxa-1", "coxa-2"));
  EXPECT_SAYS(newer, "its format is 'coxa-2'");
  EXPECT_SAYS(newer, "reads 'coxa-1'; read it with a newer version of coxa");
  const std::string other = read_refusal(reworded(folder, "coxa-1", "else-1"));
  EXPECT_SAYS(other, "its format is 'else-1'");
  EXPECT_EQ(refusal([&] { read_hdf5_attributes(folder / "reworded.h5"); }), other);
}

}  // namespace
}  // namespace coxa
