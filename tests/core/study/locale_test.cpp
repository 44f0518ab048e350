#include <clocale>
#include <fstream>
#include <functional>
#include <locale>
#include <map>

#include <gtest/gtest.h>

#include "coxa/io/hdf5.hpp"
#include "coxa/io/osim.hpp"
#include "coxa/io/sto.hpp"
#include "coxa/math/error.hpp"
#include "coxa/study/simulate.hpp"

#include "core/support/hip_thrust.hpp"
#include "support/paths.hpp"

// The host program's locale affects no number that coxa writes, reads or prints.

namespace coxa {
namespace {

namespace fs = std::filesystem;

class CommaDecimals : public std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

// every text and file with numbers, by kind
std::map<std::string, std::string> all_that_is_written(const fs::path& folder) {
  std::map<std::string, std::string> written;
  const Dataset dataset = simulate(test::hip_thrust_trial({{"load", 34.5}}, 5), {});
  for (const auto& [name, value] : dataset.attributes) {
    if (const auto* text = std::get_if<std::string>(&value)) written["attribute " + name] = *text;
  }
  write_hdf5(dataset, folder / "trial.h5");
  written["result"] = bytes_of(folder / "trial.h5");
  write_hdf5(read_hdf5(folder / "trial.h5"), folder / "again.h5");
  written["result, read and written"] = bytes_of(folder / "again.h5");

  write_osim(test::full_body(), folder / "model.osim");
  written["model"] = bytes_of(folder / "model.osim");
  write_osim(read_osim(folder / "model.osim"), folder / "again.osim");
  written["model, read and written"] = bytes_of(folder / "again.osim");

  TimeTable table;
  table.columns = {"a"};
  table.time = Eigen::VectorXd::LinSpaced(4, 0, 1234.5);
  table.values = Eigen::MatrixXd::Constant(4, 1, 1.5e-300);
  table.values(1, 0) = 0.1;
  write_sto(table, folder / "table.sto");
  written["table"] = bytes_of(folder / "table.sto");
  const TimeTable read = read_sto(folder / "table.sto");
  write_sto(read, folder / "again.sto");
  written["table, read and written"] = bytes_of(folder / "again.sto");

  written["message"] = message(1234567, " ", 1234.5, " ", 0.1, " ", 1e-12, " ", fs::path("a b"));
  std::ofstream(folder / "tiny.sto")
      << "nRows=1\nnColumns=3\ninDegrees=no\nendheader\ntime\ta\tb\n0\t1.5e-330\t-0.000001e-320\n";
  const TimeTable tiny = read_sto(folder / "tiny.sto");
  written["tiny numbers"] = message(tiny.values(0, 0), " ", tiny.values(0, 1));
  std::ofstream(folder / "huge.sto")
      << "nRows=1\nnColumns=2\ninDegrees=no\nendheader\ntime\ta\n0\t1.5e330\n";
  written["huge number"] = refusal([&] { read_sto(folder / "huge.sto"); });
  return written;
}

void expect_same(const std::map<std::string, std::string>& found, const fs::path& folder) {
  for (const auto& [name, text] : all_that_is_written(folder)) {
    EXPECT_TRUE(found.at(name) == text) << name << " differs";
  }
}

TEST(Locale, DoesNotChangeWhatIsWritten) {
  const fs::path folder = test::scratch_dir();
  const auto plain = all_that_is_written(folder);
  EXPECT_EQ(plain.at("message"), "1234567 1234.5 0.1 1e-12 \"a b\"");
  EXPECT_EQ(plain.at("tiny numbers"), "0 -0");
  EXPECT_NE(plain.at("huge number").find("1.5e330"), std::string::npos) << plain.at("huge number");

  const std::locale before =
      std::locale::global(std::locale(std::locale::classic(), new CommaDecimals));
  expect_same(plain, folder);
  std::locale::global(before);
}

TEST(Locale, OfTheCLibraryDoesNotEither) {
  const fs::path folder = test::scratch_dir();
  const auto plain = all_that_is_written(folder);
  const char* found = nullptr;
  for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8"}) {
    if (!found) found = std::setlocale(LC_ALL, name);
  }
  if (!found) GTEST_SKIP() << "this system has no locale with comma decimals";
  expect_same(plain, folder);
  std::setlocale(LC_ALL, "C");
}

}  // namespace
}  // namespace coxa
