#pragma once

#include <span>
#include <vector>

namespace coxa::separable {

/// Columns that touch the same rows; their values form one dense block.
struct ColumnGroup {
  int first_column = 0;  // in internal order
  int columns = 0;
  int height = 0;         // rows touched
  int stride = 0;         // height rounded up to even; the padding is zero
  int first_value = 0;    // into values
  int first_row = 0;      // into group_rows
  int first_scatter = 0;  // into scatter: place of (a, b ≤ a) in the envelope
};

/// The matrix A of a separable programme and the factor of its dual Hessian A D A' + diag.
///
/// Rows are reordered once by minimum degree and a postorder of the elimination tree, so that limbs
/// come first and the rows they share (the floating base) last: the factor of such an arrow matrix
/// has little fill beyond its limbs' blocks and the border. It is stored as an envelope, row by
/// row, so that inner products run over contiguous memory (George & Liu 1981, ch. 4). Columns are
/// reordered so that those with equal rows are adjacent.
class DualSystem {
 public:
  DualSystem(int rows, std::span<const int> col_start, std::span<const int> row_index);

  /// Copies the caller's values into internal order; returns a sum that is finite if and only if
  /// all values are.
  double load(const double* values);

  void multiply(const double* x, double* y) const;             // y = A x
  void multiply_transposed(const double* y, double* s) const;  // s = A' y
  void squared_row_sums(const double* d, double* h) const;     // h_j = sum_i A_ji^2 d_i

  double largest_entry(int column) const;  // max |A_ji| of an internal column

  void assemble(const double* d);  // A diag(d) A'; columns with d = 0 are skipped
  double diagonal(int row) const { return factor_[row_start_[row] + row]; }  // before `factor`

  /// Factors the assembled matrix plus diag(shift). An unknown whose pivot is at rounding level is
  /// left at zero in `solve`.
  void factor(const double* shift);
  void solve(double* y) const;  // in place

  // orders: internal = position here, external = the caller's numbering
  std::vector<int> column_of;  // [n] external column of each internal one
  std::vector<int> row_of;     // [m] external row of each internal one

 private:
  void analyse_rows(std::span<const int> col_start, std::span<const int> row_index);

  int rows_ = 0;
  int columns_ = 0;
  std::vector<ColumnGroup> groups_;
  std::vector<int> group_rows_;
  std::vector<int> scatter_;
  std::vector<int> source_;  // [values] external nonzero of each stored value, −1 in the padding
  std::vector<double> values_;
  std::vector<int> value_start_;       // [n + 1] first value of each internal column
  std::vector<int> first_;             // [m] first column of each envelope row
  std::vector<int> row_start_;         // [m] place of (i, 0), which may lie outside the row
  std::vector<double> factor_;         // envelope of the lower triangle
  std::vector<double> inverse_;        // [m] reciprocal pivots
  std::vector<int> active_;            // one group's columns with d > 0
  std::vector<double> block_;          // one group's dense update
  mutable std::vector<double> local_;  // one group's rows
};

}  // namespace coxa::separable
