#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "coxa/body/skeleton.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// A table over time as in OpenSim's .sto and .mot files.
struct COXA_EXPORT TimeTable {
  std::string name;                  // first line of the header; may be empty
  bool in_degrees = false;           // whether rotations are in degrees
  std::vector<std::string> columns;  // names, without time
  Eigen::VectorXd time;              // [rows] s
  Eigen::MatrixXd values;            // [rows x columns] units of the file

  /// Index of a column. @throws UnknownName naming the nearest
  int column(const std::string& name) const;
};

/// Angle unit of a file that does not declare it.
enum class AngleUnit { as_declared, degrees, radians };

/// Reads a .sto or .mot file. Values are not converted.
///
/// @param unit `as_declared` rejects a file without `inDegrees=`; the other two apply to such files
///        (of forces, for example, where it does not matter) and do not override a declared unit
/// @throws FileError if the file cannot be read, has no header, has other numbers of rows or columns
///         than it declares (truncated), text in place of a number, time that does not increase, or
///         two columns with one name
COXA_EXPORT TimeTable
read_sto(const std::filesystem::path& path, AngleUnit unit = AngleUnit::as_declared);

/// Writes a table with `inDegrees=` and tab-separated columns; numbers read back bit for bit.
/// @throws FileError if it cannot be written; InvalidArgument if sizes do not match
COXA_EXPORT void write_sto(const TimeTable& table, const std::filesystem::path& path);

/// Values of the independent coordinates in a table, by name ("hip_flexion_r") or by the path of
/// the state variable ("/jointset/hip_r/hip_flexion_r/value").
///
/// @return [nq x rows] rad or m; rotational coordinates are converted from degrees
/// @throws UnknownName naming the coordinates that have no column
COXA_EXPORT Eigen::MatrixXd coordinate_values(const TimeTable& table, const Skeleton& skeleton);

}  // namespace coxa
