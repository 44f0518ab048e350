#include <fstream>
#include <iterator>
#include <random>

#include <gtest/gtest.h>

#include "coxa/io/osim.hpp"
#include "coxa/io/sto.hpp"
#include "coxa/math/error.hpp"

#include "small_model.hpp"
#include "support/paths.hpp"

// A damaged file is read, or rejected with a FileError in one line; no crash and no other
// exception.

namespace coxa {
namespace {

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

template <typename Read>
bool survives(const std::string& text, const Read& read) {
  const auto path = test::write_file("damaged", text);
  try {
    read(path);
    return true;
  } catch (const FileError& error) {
    EXPECT_FALSE(std::string(error.what()).empty());
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    return false;
  }
}

template <typename Read>
void damage(const std::string& text, int count, const Read& read) {
  std::mt19937 random(20240607);
  std::uniform_int_distribution<std::size_t> place(0, text.size() - 1);
  for (int i = 0; i < count; ++i) survives(text.substr(0, place(random)), read);
  std::uniform_int_distribution<int> byte(0, 255), flips(1, 8);
  for (int i = 0; i < count; ++i) {
    std::string copy = text;
    for (int k = flips(random); k > 0; --k) copy[place(random)] = static_cast<char>(byte(random));
    survives(copy, read);
  }
  // a run of bytes missing in the middle, as from a bad block
  for (int i = 0; i < count; ++i) {
    std::string copy = text;
    copy.erase(place(random), 64);
    survives(copy, read);
  }
}

const auto read_model = [](const std::filesystem::path& path) { read_osim(path); };

TEST(DamagedFiles, SmallModel) { damage(test::kSmallModel, 200, read_model); }

TEST(DamagedFiles, NoPartOfAModelPassesForTheWhole) {
  const std::string& text = test::kSmallModel;
  const std::size_t end = text.rfind("</OpenSimDocument>");
  for (std::size_t length = 0; length <= end; length += 37)
    EXPECT_FALSE(survives(text.substr(0, length), read_model))
        << length << " of " << text.size() << " bytes";
}

TEST(DamagedFiles, OurModel) {
  const auto path = test::data_dir() / "models" / "coxa_fullbody.osim";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path << " yet";
  damage(bytes_of(path), 30, read_model);
}

// nested deeply enough to exhaust the stack of a recursive reader
TEST(DamagedFiles, BottomlessNesting) {
  std::string functions, frames, closing_functions, closing_frames;
  for (int i = 0; i < 50000; ++i) {
    functions += "<MultiplierFunction><function>";
    closing_functions += "</function></MultiplierFunction>";
    frames += "<PhysicalOffsetFrame name=\"f\"><socket_parent>..</socket_parent><components>";
    closing_frames += "</components></PhysicalOffsetFrame>";
  }
  const std::string coupler =
      "<LinearFunction><coefficients>0.1 0.2</coefficients></LinearFunction>";
  EXPECT_FALSE(survives(test::edited(coupler, functions + closing_functions), read_model));
  EXPECT_FALSE(survives(
      test::edited(
          "<mass>8</mass>", "<frames>" + frames + closing_frames + "</frames><mass>8</mass>"),
      read_model));
}

TEST(DamagedFiles, Table) {
  std::string text =
      "motion\nversion=1\nnRows=40\nnColumns=3\ninDegrees=yes\nendheader\ntime\ta\tb\n";
  for (int i = 0; i < 40; ++i)
    text += std::to_string(0.01 * i) + "\t" + std::to_string(i) + "\t-1.5e-3\n";
  const auto read_table = [](const std::filesystem::path& path) { read_sto(path); };
  EXPECT_TRUE(survives(text, read_table));
  damage(text, 200, read_table);
}

}  // namespace
}  // namespace coxa
