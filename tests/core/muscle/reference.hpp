#pragma once

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "coxa/body/dynamics.hpp"

namespace coxa::test {

/// Rows of a CSV file by column name; an empty field is NaN when read as a number.
class Table {
 public:
  explicit Table(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    for (const std::string& name : fields(line)) columns_.emplace(name, columns_.size());
    while (std::getline(file, line)) rows_.push_back(fields(line));
  }
  std::size_t size() const { return rows_.size(); }
  const std::string& text(std::size_t row, const std::string& column) const {
    return rows_[row].at(columns_.at(column));
  }
  double number(std::size_t row, const std::string& column) const {
    const std::string& field = text(row, column);
    return field.empty() ? std::nan("") : std::strtod(field.c_str(), nullptr);
  }

 private:
  static std::vector<std::string> fields(const std::string& line) {
    std::vector<std::string> result(1);
    for (const char c : line) {
      if (c == ',') {
        result.emplace_back();
      } else if (c != '\r') {
        result.back() += c;
      }
    }
    return result;
  }
  std::map<std::string, std::size_t> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Independent coordinates of a row of a states file: `prefix` is "q:" or "u:".
inline Eigen::VectorXd independent_values(
    const Skeleton& skeleton, const Table& states, std::size_t row, const std::string& prefix) {
  Eigen::VectorXd q(skeleton.nq());
  for (int i = 0; i < skeleton.nq(); ++i)
    q[i] = states.number(row, prefix + skeleton.coordinate(i).name);
  return q;
}

/// A posture within all coordinate ranges, excluding a fraction `margin` at either end.
inline Eigen::VectorXd random_posture(
    const Skeleton& skeleton, std::mt19937& random, double margin = 0.02) {
  Eigen::VectorXd q(skeleton.nq());
  for (int i = 0; i < skeleton.nq(); ++i) {
    const Coordinate& c = skeleton.coordinate(i);
    const double lower = std::max(c.lower, -3.0);
    const double upper = std::min(c.upper, 3.0);
    const double edge = margin * (upper - lower);
    q[i] = std::uniform_real_distribution<>(lower + edge, upper - edge)(random);
  }
  return q;
}

}  // namespace coxa::test
