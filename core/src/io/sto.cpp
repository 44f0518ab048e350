#include "coxa/io/sto.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <set>

#include "coxa/math/error.hpp"

#include "io/text.hpp"

namespace coxa {
namespace {

/// Lines of a text, counted from 1.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  std::optional<std::string_view> next() {
    if (rest_.empty()) return std::nullopt;
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++number_;
    return trimmed(line);
  }
  int number() const { return number_; }

 private:
  std::string_view rest_;
  int number_ = 0;
};

struct Header {
  std::string name;
  std::optional<bool> in_degrees;
  std::optional<long> rows;
  std::optional<long> columns;
};

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) {
    return std::tolower(c);
  });
  return result;
}

Header read_header(Lines& lines, const std::string& file) {
  Header header;
  while (const auto line = lines.next()) {
    const auto at = [&] { return file + ": line " + std::to_string(lines.number()) + ": "; };
    if (lower(*line) == "endheader") return header;
    const std::size_t equals = line->find('=');
    if (equals == std::string_view::npos) {
      if (lines.number() == 1) header.name = *line;
      continue;
    }
    const std::string key = lower(trimmed(line->substr(0, equals)));
    const std::string_view value = trimmed(line->substr(equals + 1));
    if (key == "indegrees") {
      const std::string word = lower(value);
      const bool yes = word == "yes" || word == "true" || word == "1";
      const bool no = word == "no" || word == "false" || word == "0";
      require<FileError>(
          yes || no, at(), "inDegrees is ", in_quotes(value), "; allowed are yes and no");
      header.in_degrees = yes;
    } else if (key == "nrows" || key == "ncolumns" || key == "datarows" || key == "datacolumns") {
      const std::optional<double> count = to_number(value);
      require<FileError>(
          count && *count >= 0 && *count <= 1e9 && *count == std::floor(*count), at(),
          line->substr(0, equals), " is ", in_quotes(value), "; a count is needed");
      (key.ends_with("rows") ? header.rows : header.columns) = static_cast<long>(*count);
    }
  }
  throw FileError(
      message(file, ": has no line 'endheader'; it is not a .sto or .mot file, or it is cut off"));
}

bool in_degrees(const Header& header, AngleUnit unit, const std::string& file) {
  if (header.in_degrees) {
    const bool contradicted =
        unit != AngleUnit::as_declared && *header.in_degrees != (unit == AngleUnit::degrees);
    require<FileError>(
        !contradicted, file, ": declares inDegrees=", *header.in_degrees ? "yes" : "no",
        ", but was to be read as ", unit == AngleUnit::degrees ? "degrees" : "radians");
    return *header.in_degrees;
  }
  require<FileError>(
      unit != AngleUnit::as_declared, file,
      ": does not say inDegrees=yes or no; add the line to its header, or say which unit to "
      "take");
  return unit == AngleUnit::degrees;
}

// names of all columns, time first
std::vector<std::string_view> read_labels(
    Lines& lines, const Header& header, const std::string& file) {
  // the labels are on the first line that is not empty
  std::optional<std::string_view> line;
  do line = lines.next();
  while (line && line->empty());
  require<FileError>(
      line.has_value(), file, ": has no line of column names after its header; it is cut off");
  const std::vector<std::string_view> labels = words(*line);
  require<FileError>(
      lower(labels[0]) == "time", file, ": line ", lines.number(), ": the first column is ",
      in_quotes(labels[0]), "; it must be time");
  std::set<std::string_view> seen;
  for (std::size_t i = 1; i < labels.size(); ++i) {
    require<FileError>(
        seen.insert(labels[i]).second, file, ": line ", lines.number(), ": column ",
        in_quotes(labels[i]), " appears twice; names must differ");
  }
  require<FileError>(
      !header.columns || *header.columns == static_cast<long>(labels.size()), file, ": declares ",
      header.columns.value_or(0), " columns but names ", labels.size());
  return labels;
}

// values, row by row
std::vector<double> read_rows(
    Lines& lines,
    const Header& header,
    const std::vector<std::string_view>& labels,
    const std::string& file) {
  std::vector<double> numbers;
  long rows = 0;
  double last = -std::numeric_limits<double>::infinity();
  while (const auto line = lines.next()) {
    if (line->empty()) continue;
    const std::vector<std::string_view> entries = words(*line);
    require<FileError>(
        entries.size() == labels.size(), file, ": line ", lines.number(), ": has ", entries.size(),
        " numbers; ", labels.size(), " columns are named. The file may be cut off");
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const std::optional<double> value = to_number(entries[i]);
      require<FileError>(
          value.has_value(), file, ": line ", lines.number(), ", column ", in_quotes(labels[i]),
          ": ", in_quotes(entries[i]), " is not a number");
      numbers.push_back(*value);
    }
    const double t = numbers[numbers.size() - entries.size()];
    require<FileError>(
        std::isfinite(t) && t > last, file, ": line ", lines.number(), ": time ", t, " s follows ",
        last, " s; it must rise");
    last = t;
    ++rows;
  }
  require<FileError>(
      !header.rows || *header.rows == rows, file, ": declares ", header.rows.value_or(0),
      " rows but has ", rows, "; it is cut off or damaged");
  return numbers;
}

}  // namespace

int TimeTable::column(const std::string& wanted) const {
  const auto found = std::find(columns.begin(), columns.end(), wanted);
  if (found != columns.end()) return static_cast<int>(found - columns.begin());
  const std::string nearest = nearest_name(wanted, columns);
  throw UnknownName(message(
      "no column '", wanted, "' in table '", name, "'",
      nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
}

TimeTable read_sto(const std::filesystem::path& path, AngleUnit unit) {
  const std::string bytes = read_bytes(path);
  const std::string file = path.string();
  Lines lines(bytes);
  const Header header = read_header(lines, file);

  TimeTable table;
  table.name = header.name;
  table.in_degrees = in_degrees(header, unit, file);
  const std::vector<std::string_view> labels = read_labels(lines, header, file);
  table.columns.assign(labels.begin() + 1, labels.end());
  const std::vector<double> numbers = read_rows(lines, header, labels, file);

  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const long columns = std::ssize(labels), rows = std::ssize(numbers) / columns;
  const Eigen::Map<const RowMajor> all(numbers.data(), rows, columns);
  table.time = all.col(0);
  table.values = all.rightCols(all.cols() - 1);
  return table;
}

void write_sto(const TimeTable& table, const std::filesystem::path& path) {
  require_size("time of the table", table.time.size(), table.values.rows());
  require_size("columns of the table", std::ssize(table.columns), table.values.cols());
  for (const std::string& column : table.columns)
    require(
        words(column).size() == 1 && words(column)[0].size() == column.size(), "column name '",
        column, "' is empty or has white space; a .sto file cannot hold it");
  require(
      table.name.find_first_of("\r\n=") == std::string::npos, "table name '", table.name,
      "' has a line break or '='; a .sto file cannot hold it");

  std::string text = table.name.empty() ? "table" : table.name;
  text += "\nversion=1\nnRows=" + std::to_string(table.values.rows());
  text += "\nnColumns=" + std::to_string(table.values.cols() + 1);
  text += std::string("\ninDegrees=") + (table.in_degrees ? "yes" : "no") + "\nendheader\ntime";
  for (const std::string& column : table.columns) text += "\t" + column;
  text += "\n";
  for (long r = 0; r < table.values.rows(); ++r) {
    text += to_text(table.time[r]);
    for (long c = 0; c < table.values.cols(); ++c) text += "\t" + to_text(table.values(r, c));
    text += "\n";
  }
  write_bytes(path, text);
}

Eigen::MatrixXd coordinate_values(const TimeTable& table, const Skeleton& skeleton) {
  Eigen::MatrixXd q(skeleton.nq(), table.values.rows());
  std::string missing;
  for (int i = 0; i < skeleton.nq(); ++i) {
    const Coordinate& coordinate = skeleton.coordinate(i);
    const std::string state = "/" + coordinate.name + "/value";
    const auto found =
        std::find_if(table.columns.begin(), table.columns.end(), [&](const std::string& name) {
          return name == coordinate.name
                 || (name.starts_with("/jointset/") && name.ends_with(state));
        });
    if (found == table.columns.end()) {
      missing += (missing.empty() ? "" : ", ") + coordinate.name;
      continue;
    }
    const double factor = table.in_degrees && coordinate.rotational ? std::numbers::pi / 180 : 1;
    q.row(i) = factor * table.values.col(found - table.columns.begin()).transpose();
  }
  require<UnknownName>(
      missing.empty(), "table '", table.name,
      "' has no column for these coordinates of the model: ", missing);
  return q;
}

}  // namespace coxa
