#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "coxa/body/skeleton.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// A table over time as OpenSim's .sto and .mot files hold it.
struct COXA_EXPORT TimeTable {
  std::string name;                  // first line of the header, may be empty
  bool in_degrees = false;           // whether the file's rotations are in degrees
  std::vector<std::string> columns;  // names, without that of time
  Eigen::VectorXd time;              // [rows] s
  Eigen::MatrixXd values;            // [rows x columns] as in the file

  /// Index of a column. @throws UnknownName naming the nearest
  int column(const std::string& name) const;
};

/// What to take for a file that does not say whether its angles are in degrees.
enum class AngleUnit { as_declared, degrees, radians };

/// Reads a .sto or .mot file. Numbers are kept as they are in the file.
///
/// @param unit `as_declared` refuses a file without `inDegrees=`; the other two are for such files
///        (of forces, say, where it does not matter) and do not overrule one that says the opposite
/// @throws FileError if the file cannot be read, has no header, has other numbers of rows or columns
///         than it declares (cut off), a word that is no number, time that does not rise, or two
///         columns of one name
COXA_EXPORT TimeTable
read_sto(const std::filesystem::path& path, AngleUnit unit = AngleUnit::as_declared);

/// Writes a table, with `inDegrees=` and tabs between columns; numbers read back to the same bits.
/// @throws FileError if it cannot be written; InvalidArgument if sizes do not match
COXA_EXPORT void write_sto(const TimeTable& table, const std::filesystem::path& path);

/// Independent coordinates of a table, by name ("hip_flexion_r") or by the path of the state
/// ("/jointset/hip_r/hip_flexion_r/value").
///
/// @return [nq x rows] rad or m; degrees are turned into radians for rotational coordinates
/// @throws UnknownName naming the coordinates that have no column
COXA_EXPORT Eigen::MatrixXd coordinate_values(const TimeTable& table, const Skeleton& skeleton);

}  // namespace coxa
