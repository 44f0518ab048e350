#pragma once

#include <string>
#include <utility>
#include <vector>

#include "study/recorded_variables.hpp"

// Rows of the table of recorded variables, one function per group, and helpers common to them.

namespace coxa {

using Rows = std::vector<RecordedVariable>;
using Known = RecordedVariable::Known;
using Fill = RecordedVariable::Fill;
using Whole = RecordedVariable::Whole;
using Frame = RecordedFrame;

Rows coordinate_rows();
Rows muscle_rows();
Rows contact_rows();
Rows body_rows();

inline RecordedVariable before(VariableDescription description, const Whole& whole) {
  return {std::move(description), Known::before_the_frames, whole};
}
inline RecordedVariable always(VariableDescription description, const Fill& fill) {
  return {std::move(description), Known::in_every_frame, {}, fill};
}
inline RecordedVariable solved(VariableDescription description, const Fill& fill) {
  return {std::move(description), Known::in_solved_frames, {}, fill};
}
inline RecordedVariable only_if(
    bool (*exists)(const Recording&), const std::string& condition, RecordedVariable variable) {
  variable.exists = exists;
  variable.description.condition = condition;
  return variable;
}

/// A variable of a role's coordinates; NaN for a side that the model lacks.
RecordedVariable of_role(
    Role Roles::*role, VariableDescription description, double (*value)(const Frame&, int));

/// Attributes of a variable per unit of each coordinate: rad and m share the array, and a column's
/// unit follows from coordinate_units.
inline Attributes over_coordinate() {
  return {
      {"unit_variable", "coordinate_units"},
      {"unit_exponent", -1.0},
      {"comment",
       "per coordinate_units, so N m where the coordinate is in rad and N where it is in m: divide "
       "units by coordinate_units(coordinate)"}};
}

/// Writes consecutive vectors.
template <typename Vectors>
void write_vectors(double* row, std::size_t count, const Vectors& vector) {
  for (std::size_t i = 0; i < count; ++i) Vec3::Map(row + 3 * i) = vector(static_cast<int>(i));
}

inline constexpr const char* kIfHeld = "if a grip or an anchor holds something";

}  // namespace coxa
