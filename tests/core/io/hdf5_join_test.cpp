#include <fstream>
#include <numeric>

#include <gtest/gtest.h>

#include "coxa/io/hdf5.hpp"
#include "coxa/math/error.hpp"

#include "support/paths.hpp"

// Joined files as other programs read them: tests/python/io/test_study_files.py

namespace coxa {
namespace {

namespace fs = std::filesystem;
using test::scratch_dir;

Dataset trials(int first, int count) {
  Dataset d;
  d.add_dimension("trial", count);
  d.add_dimension("sample", 101);
  std::vector<std::int32_t> number(count);
  std::iota(number.begin(), number.end(), first);
  std::vector<double> load, series;
  for (const int n : number) {
    load.push_back(60 + n / 6);
    for (int s = 0; s < 101; ++s) series.push_back(0.01 * n + s);
  }
  d.add({"trial", {"trial"}, number, {}});
  d.add({"load", {"trial"}, load, {{"units", std::string("kg")}}});
  d.add({"series", {"trial", "sample"}, series, {{"units", std::string("N")}}});
  d.add({"note", {"trial"}, std::vector<std::string>(count, "ü"), {}});
  d.attributes = {{"exercise", std::string("x")}};
  return d;
}

std::vector<fs::path> parts(const fs::path& folder, const std::vector<int>& counts) {
  std::vector<fs::path> paths;
  int first = 0;
  for (const int count : counts) {
    paths.push_back(folder / message(first, ".h5"));
    write_hdf5(trials(first, count), paths.back());
    first += count;
  }
  return paths;
}

TEST(JoinHdf5, GivesWhatOneFileOfAllTrialsGives) {
  for (const std::vector<int>& counts : {std::vector<int>{30}, {64, 64, 2}, {7, 30, 9}}) {
    const fs::path folder = scratch_dir();
    const int all = std::accumulate(counts.begin(), counts.end(), 0);
    const Dataset expected = trials(0, all);
    join_hdf5(parts(folder, counts), folder / "joined.h5", expected.attributes);
    const Dataset joined = read_hdf5(folder / "joined.h5");
    EXPECT_EQ(joined.dimensions, expected.dimensions);
    ASSERT_EQ(joined.variables.size(), expected.variables.size());
    for (std::size_t i = 0; i < expected.variables.size(); ++i) {
      EXPECT_EQ(joined.variables[i].name, expected.variables[i].name);
      EXPECT_EQ(joined.variables[i].dims, expected.variables[i].dims);
      EXPECT_EQ(joined.variables[i].attributes, expected.variables[i].attributes);
      EXPECT_TRUE(joined.variables[i].data == expected.variables[i].data)
          << expected.variables[i].name;
    }
  }
}

TEST(JoinHdf5, EqualPartsGiveEqualBytes) {
  const fs::path folder = scratch_dir();
  const auto given = parts(folder, {64, 30});
  const auto bytes = [&](const char* name) {
    join_hdf5(given, folder / name, {});
    std::ifstream in(folder / name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  EXPECT_EQ(bytes("a.h5"), bytes("b.h5"));
}

TEST(JoinHdf5, GridTakesThePlaceOfTrial) {
  const fs::path folder = scratch_dir();
  const std::vector<GridDimension> grid = {
      {"load", "kg", "bar", std::vector<double>{60, 61, 62, 63, 64}},
      {"stance", "1", "stance", std::vector<std::string>{"wide", "narrow"}},
      {"repeat", "1", "repeat", std::vector<double>{1, 2, 3}}};
  join_hdf5(parts(folder, {7, 7, 7, 7, 2}), folder / "grid.h5", {}, grid);
  const Dataset joined = read_hdf5(folder / "grid.h5"), flat = trials(0, 30);
  EXPECT_EQ(
      joined.at("series").dims, (std::vector<std::string>{"load", "stance", "repeat", "sample"}));
  // C order: the data are unchanged
  EXPECT_TRUE(joined.at("series").data == flat.at("series").data);
  EXPECT_TRUE(joined.at("trial").data == flat.at("trial").data);
  EXPECT_TRUE(joined.at("note").data == flat.at("note").data);
  EXPECT_EQ(joined.at("load").dims, std::vector<std::string>{"load"});
  EXPECT_THROW(join_hdf5(parts(folder, {7}), folder / "grid.h5", {}, grid), InvalidArgument);
}

TEST(Hdf5Image, IsTheFile) {
  const fs::path path = scratch_dir() / "x.h5";
  write_hdf5(trials(0, 64), path);
  std::ifstream in(path, std::ios::binary);
  const std::string file(std::istreambuf_iterator<char>(in), {});
  const std::vector<char> image = hdf5_image(trials(0, 64));
  EXPECT_EQ(std::string(image.begin(), image.end()), file);
  EXPECT_THROW(
      hdf5_image([] {
        Dataset d;
        d.attributes["CLASS"] = 1.0;
        return d;
      }()),
      InvalidArgument);
}

}  // namespace
}  // namespace coxa
