#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "coxa/io/hdf5.hpp"
#include "coxa/math/error.hpp"

#include "support/paths.hpp"

// A damaged file is rejected with FileError or reads unchanged; some of these files would crash or
// hang HDF5.

namespace coxa {
namespace {

namespace fs = std::filesystem;
using test::scratch_dir;

constexpr int kSeal = 48;  // bytes, for a file that is covered completely

Dataset trials(int first, int count) {
  Dataset d;
  d.add_dimension("trial", count);
  d.add_dimension("sample", 101);
  d.add_labels("side", {"right", "übrig"}, "side");
  std::vector<std::int32_t> number(count);
  std::iota(number.begin(), number.end(), first);
  std::vector<double> load, series;
  for (const int n : number) {
    load.push_back(60 + n / 6);
    for (int s = 0; s < 101; ++s) series.push_back(std::sin(0.01 * n + s));
  }
  const Attributes described = {{"units", std::string("N")}, {"long_name", std::string("force")}};
  d.add({"trial", {"trial"}, number, {}});
  d.add({"load", {"trial"}, load, described});
  d.add({"series", {"trial", "sample"}, series, described});
  d.add({"note", {"trial"}, std::vector<std::string>(count, "steht"), {}});
  d.attributes = {{"exercise", std::string("x")}, {"parameters", std::string("{\"load\": 80}")}};
  return d;
}

bool same(const Dataset& a, const Dataset& b) {
  if (a.dimensions != b.dimensions || a.attributes != b.attributes) return false;
  return std::ranges::equal(a.variables, b.variables, [](const Variable& x, const Variable& y) {
    return x.name == y.name && x.dims == y.dims && x.data == y.data && x.attributes == y.attributes;
  });
}

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void put(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

struct Outcomes {
  int refused = 0, as_it_was = 0, wrong = 0;
};

void look(const fs::path& path, const Dataset& expected, Outcomes& outcomes) {
  try {
    ++(same(read_hdf5(path), expected) ? outcomes.as_it_was : outcomes.wrong);
  } catch (const FileError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    ++outcomes.refused;
  }
}

// equal numbers of flipped bits, random bytes, zeroed ranges and truncations
Outcomes damage(const fs::path& path, int count) {
  const Dataset expected = read_hdf5(path);
  const std::string whole = bytes_of(path);
  std::mt19937 random(20240607);
  std::uniform_int_distribution<std::size_t> place(0, whole.size() - 1);
  std::uniform_int_distribution<int> byte(0, 255), bit(0, 7), few(1, 8), length(2, 4096);
  const fs::path damaged = path.parent_path() / "damaged.h5";
  Outcomes outcomes;
  for (int i = 0; i < count; ++i) {
    std::string copy = whole;
    switch (i % 4) {
      case 0: copy[place(random)] ^= static_cast<char>(1 << bit(random)); break;
      case 1:
        for (int k = few(random); k > 0; --k) copy[place(random)] = static_cast<char>(byte(random));
        break;
      case 2: copy.replace(place(random), length(random), ""); break;
      default: {
        const std::size_t at = place(random);
        const std::size_t n = std::min<std::size_t>(length(random), copy.size() - at);
        copy.replace(at, n, n, '\0');
      }
    }
    put(damaged, copy);
    look(damaged, expected, outcomes);
  }
  return outcomes;
}

TEST(DamagedHdf5, OneFileOfTrials) {
  const fs::path path = scratch_dir() / "trials.h5";
  write_hdf5(trials(0, 30), path);
  const Outcomes outcomes = damage(path, 250);
  EXPECT_EQ(outcomes.wrong, 0);
  EXPECT_GT(outcomes.refused, 240);
}

TEST(DamagedHdf5, AJoinedStudy) {
  const fs::path folder = scratch_dir();
  std::vector<fs::path> parts;
  for (const int first : {0, 64, 128}) {
    parts.push_back(folder / message(first, ".h5"));
    write_hdf5(trials(first, first == 128 ? 5 : 64), parts.back());
  }
  join_hdf5(parts, folder / "study.h5", {});
  const Outcomes outcomes = damage(folder / "study.h5", 250);
  EXPECT_EQ(outcomes.wrong, 0);
  EXPECT_GT(outcomes.refused, 240);
}

TEST(DamagedHdf5, EveryBitOfTheValuesCounts) {
  const fs::path folder = scratch_dir();
  write_hdf5(trials(0, 30), folder / "trials.h5");
  const Dataset expected = read_hdf5(folder / "trials.h5");
  const std::string whole = bytes_of(folder / "trials.h5");
  const double load = 64;
  const std::size_t at = whole.find(std::string(reinterpret_cast<const char*>(&load), sizeof load));
  ASSERT_NE(at, std::string::npos);
  Outcomes outcomes;
  for (std::size_t bit = 0; bit < 64; ++bit) {
    std::string copy = whole;
    copy[at + bit / 8] ^= static_cast<char>(1 << bit % 8);
    put(folder / "flipped.h5", copy);
    look(folder / "flipped.h5", expected, outcomes);
  }
  EXPECT_EQ(outcomes.refused, 64);
}

TEST(DamagedHdf5, AFileWithoutChecksumIsReadInAChildFirst) {
  const fs::path folder = scratch_dir();
  write_hdf5(trials(0, 30), folder / "trials.h5");
  const Dataset expected = read_hdf5(folder / "trials.h5");
  const std::string whole = bytes_of(folder / "trials.h5");
  const std::string bare = whole.substr(0, whole.size() - kSeal);
  Outcomes outcomes;
  put(folder / "bare.h5", bare);
  look(folder / "bare.h5", expected, outcomes);
  EXPECT_EQ(outcomes.as_it_was, 1);

  // damages names and sizes that HDF5 stores at the beginning
  std::mt19937 random(3);
  std::uniform_int_distribution<std::size_t> place(0, bare.size() / 4);
  for (int i = 0; i < 60; ++i) {
    std::string copy = bare;
    for (int k = 0; k < 16; ++k) copy[place(random)] = static_cast<char>(random());
    put(folder / "bare.h5", copy);
    look(folder / "bare.h5", expected, outcomes);
  }
  EXPECT_GT(outcomes.refused, 40);
}

TEST(DamagedHdf5, WhatIsLeftCanBeRead) {
  const fs::path path = scratch_dir() / "trials.h5";
  write_hdf5(trials(0, 30), path);
  const Dataset expected = read_hdf5(path);
  std::string bytes = bytes_of(path);
  const double load = 64;
  bytes[bytes.find(std::string(reinterpret_cast<const char*>(&load), sizeof load))] ^= 1;
  put(path, bytes);
  EXPECT_THROW(read_hdf5(path), FileError);
  const Dataset left = read_hdf5(path, Check::structure);
  EXPECT_EQ(left.attributes, expected.attributes);
  EXPECT_TRUE(left.at("series").data == expected.at("series").data);
  EXPECT_FALSE(left.at("load").data == expected.at("load").data);
}

class Hostile : public ::testing::TestWithParam<const char*> {};

TEST_P(Hostile, DoesNotEndTheProcess) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the thread sanitizer maps memory where wild reads would end the process";
#endif
  COXA_REQUIRE_REFERENCE(fs::path("hostile") / GetParam());
  const fs::path path = test::reference_dir() / "hostile" / GetParam();
  EXPECT_THROW(check_hdf5(path), FileError);
}

INSTANTIATE_TEST_SUITE_P(
    DamagedHdf5,
    Hostile,
    ::testing::Values(
        "segfault_56.h5", "segfault_175.h5", "hang_39.h5", "hang_584.h5", "unicode_4.h5"),
    [](const auto& given) { return fs::path(given.param).stem().string(); });

}  // namespace
}  // namespace coxa
