#include "separable_workspace.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "coxa/math/error.hpp"

namespace coxa {

using namespace separable;

namespace {

// proximal weight relative to the Hessian's diagonal: the least that lifts a singular factor above
// rounding error
constexpr double kDamping = 1e-14;

// an unbounded unknown beyond this multiple of what the rows require counts as diverged
constexpr double kEndless = 1e4;

void check_sizes(const SeparableProgram& program) {
  const int n = program.columns();
  require_size("b", program.b.size(), program.rows);
  require_size("values", std::ssize(program.values), std::ssize(program.row_index));
  require_size("lower", program.lower.size(), n);
  require_size("upper", program.upper.size(), n);
  require_size("weight", program.weight.size(), n);
  require_size("linear", program.linear.size(), n);
  require_size("quadratic", program.quadratic.size(), n);
  require_size("center", program.center.size(), n);
}

void check_power(const SeparableProgram& program) {
  require(
      program.power >= 1.0 && program.power <= 5.0, "power is ", program.power,
      "; expected 1 to 5");
  require(
      program.power > 1.0 || (program.tie_break > 0.0 && std::isfinite(program.tie_break)),
      "tie_break is ", program.tie_break, "; expected a positive number");
}

// throws the message for the first invalid column of a programme
void refuse_column(const SeparableProgram& program, int k) {
  const double low = program.lower[k];
  const double high = program.upper[k];
  const double w = program.weight[k];
  const double e = program.quadratic[k];
  check_finite("lower", program.lower.data(), program.columns(), true);
  check_finite("upper", program.upper.data(), program.columns(), true);
  check_finite("weight", program.weight.data(), program.columns(), false);
  check_finite("linear", program.linear.data(), program.columns(), false);
  check_finite("quadratic", program.quadratic.data(), program.columns(), false);
  check_finite("center", program.center.data(), program.columns(), false);
  require(
      low <= high && low < kInfinity && high > -kInfinity, "the bounds of x[", k, "] are ", low,
      " and ", high, "; expected lower <= upper");
  require(w >= 0.0, "weight[", k, "] is ", w, "; expected 0 or more");
  require(e >= 0.0, "quadratic[", k, "] is ", e, "; expected 0 or more");
  require(
      w == 0.0 || low >= 0.0, "lower[", k, "] is ", low,
      "; an unknown with a power cost needs a lower bound of 0 or more");
  require(
      false, "weight[", k, "] and quadratic[", k,
      "] are both 0; every free unknown needs a strictly convex cost");
}

}  // namespace

void separable::check_finite(const char* name, const double* v, long size, bool infinite_allowed) {
  for (long i = 0; i < size; ++i) {
    const bool good = infinite_allowed ? !std::isnan(v[i]) : std::isfinite(v[i]);
    require(
        good, name, "[", i, "] is ", v[i], "; expected ",
        infinite_allowed ? "a number or infinity" : "a finite number");
  }
}

void separable::check_pattern(const SeparableProgram& program) {
  require(program.rows >= 1, "rows is ", program.rows, "; expected at least 1");
  require(
      !program.col_start.empty() && program.col_start.front() == 0
          && program.col_start.back() == std::ssize(program.row_index),
      "col_start must begin with 0 and end with the number of row indices, ",
      program.row_index.size());
  for (int c = 0; c < program.columns(); ++c) {
    require(
        program.col_start[c] <= program.col_start[c + 1], "col_start falls at column ", c,
        "; expected ascending entries");
    for (int k = program.col_start[c]; k < program.col_start[c + 1]; ++k) {
      const int row = program.row_index[k];
      require(
          row >= 0 && row < program.rows, "row_index[", k, "] is ", row, "; expected 0 to ",
          program.rows - 1);
      require(
          k == program.col_start[c] || program.row_index[k - 1] < row, "row_index[", k, "] is ",
          row, " after ", program.row_index[std::max(k - 1, 0)],
          "; expected ascending rows in column ", c);
    }
  }
}

SeparableWorkspace::SeparableWorkspace(const SeparableProgram& program) {
  check_pattern(program);
  impl_ = std::make_unique<Impl>(program);
}
SeparableWorkspace::~SeparableWorkspace() = default;
SeparableWorkspace::SeparableWorkspace(SeparableWorkspace&&) noexcept = default;
SeparableWorkspace& SeparableWorkspace::operator=(SeparableWorkspace&&) noexcept = default;

SeparableWorkspace::Impl::Impl(const SeparableProgram& program)
    : system(program.rows, program.col_start, program.row_index),
      rows(program.rows),
      columns(program.columns()),
      col_start(program.col_start),
      row_index(program.row_index) {
  const std::size_t n = columns;
  const std::size_t m = rows;
  for (auto* v : {&lower, &upper, &q,     &c,      &wp,        &inverse_q, &s,      &t,
                  &x,     &trial, &d,     &slope,  &stiff,     &dx,        &g,      &kappa,
                  &keep,  &scale, &reach, &c_base, &direction, &x_low,     &x_high, &settled_x}) {
    v->assign(n, 0.0);
  }
  for (Inequalities* kind : {&below, &above, &top}) {
    for (auto* v : {&kind->s, &kind->inverse, &kind->z, &kind->dz, &kind->target})
      v->assign(n, 0.0);
  }
  for (auto* v :
       {&b, &lambda, &anchor, &give, &r, &step, &shift, &typical, &along, &border, &product,
        &keep_lambda, &keep_r, &keep_reserve}) {
    v->assign(m, 0.0);
  }
  powers.reserve(n);
  subset.assign(n, 0);
  side.assign(n, 0);
}

// --------------------------------------------------------------------------------- programme

/// Copies, checks and reduces a programme; `power` and `power_scale` replace its power and
/// multiply its weights.
void SeparableWorkspace::Impl::load(
    const SeparableProgram& program, double power, double power_scale) {
  check_sizes(program);
  require(
      program.rows == rows && program.col_start == col_start && program.row_index == row_index,
      "the programme's pattern is not the one this workspace was built for; build a new workspace");
  check_power(program);
  if (!(system.load(program.values.data()) == 0.0)) {
    check_finite("values", program.values.data(), std::ssize(program.values), false);
  }
  p = power;
  proximal = moving = false;
  constant = 0.0;
  powers.clear();
  for (int i = 0; i < columns; ++i) {
    const int k = system.column_of[i];
    const double low = program.lower[k];
    const double high = program.upper[k];
    const double w = program.weight[k];
    const double e = program.quadratic[k];
    const double center = program.center[k];
    const double linear = program.linear[k];
    // one combined test for the common case; the message is only built on failure
    const bool good = low <= high && low < kInfinity && high > -kInfinity && w >= 0.0
                      && (w == 0.0 || low >= 0.0) && e >= 0.0
                      && 0.0 * (w + e + center + linear) == 0.0 && (w + e > 0.0 || low == high);
    if (!good) refuse_column(program, k);
    lower[i] = low;
    upper[i] = high;
    q[i] = e;
    c[i] = linear - e * center;
    wp[i] = 0.0;
    constant += 0.5 * e * center * center;
    if (w > 0.0) {
      if (p == 1.0) {
        c[i] += w * power_scale;
        q[i] += w * power_scale * program.tie_break;
      } else if (p == 2.0) {
        q[i] += 2.0 * w * power_scale;
      } else {
        wp[i] = w * power_scale * p;
        powers.push_back(i);
      }
    }
  }
  double check = 0.0;
  for (int j = 0; j < rows; ++j) {
    b[j] = program.b[system.row_of[j]];
    check += 0.0 * b[j];
  }
  if (!(check == 0.0)) check_finite("b", program.b.data(), rows, false);
  row_tolerance = kRowTolerance * std::max(1.0, largest(b));
  for (int i = 0; i < columns; ++i) inverse_q[i] = q[i] > 0.0 ? 1.0 / q[i] : 0.0;
}

/// Takes a solution as the starting point.
void SeparableWorkspace::Impl::adopt(const SeparableSolution& solution) {
  require_size("solution.x", solution.x.size(), columns);
  require_size("solution.side", std::ssize(solution.side), columns);
  require_size("solution.lambda", solution.lambda.size(), rows);
  check_finite("solution.x", solution.x.data(), columns, false);
  check_finite("solution.lambda", solution.lambda.data(), rows, false);
  for (int j = 0; j < rows; ++j) lambda[j] = solution.lambda[system.row_of[j]];
  for (int i = 0; i < columns; ++i) {
    x[i] = solution.x[system.column_of[i]];
    side[i] = solution.side[system.column_of[i]];
  }
}

void SeparableWorkspace::Impl::publish(SeparableSolution& solution, Outcome outcome) {
  solution.x.resize(columns);
  solution.side.resize(columns);
  solution.lambda.resize(rows);
  for (int i = 0; i < columns; ++i) {
    x[i] = std::clamp(x[i], lower[i], upper[i]);
    solution.x[system.column_of[i]] = x[i];
  }
  mark_sides();
  for (int i = 0; i < columns; ++i) solution.side[system.column_of[i]] = side[i];
  for (int j = 0; j < rows; ++j) solution.lambda[system.row_of[j]] = lambda[j];
  proximal = false;
  solution.residual = row_error(x, lambda, r);
  solution.cost = cost(x);
  solution.iterations = outcome.iterations;
  solution.status = outcome.status;
}

void SeparableWorkspace::Impl::mark_sides() {
  for (int i = 0; i < columns; ++i) side[i] = x[i] == lower[i] ? -1 : x[i] == upper[i] ? 1 : 0;
}

double SeparableWorkspace::Impl::cost(const std::vector<double>& at) const {
  double sum = constant;
  for (int i = 0; i < columns; ++i) sum += at[i] * (c[i] + 0.5 * q[i] * at[i]);
  for (int i : powers) sum += wp[i] / p * at[i] * raise(at[i], p - 1.0);
  return sum;
}

/// result = b − A x − give (λ − anchor), the last term only if proximal; returns its largest entry.
double SeparableWorkspace::Impl::row_error(
    const std::vector<double>& at,
    const std::vector<double>& multipliers,
    std::vector<double>& result) const {
  system.multiply(at.data(), result.data());
  for (int j = 0; j < rows; ++j) result[j] = b[j] - result[j];
  if (proximal) {
    for (int j = 0; j < rows; ++j) result[j] -= give[j] * (multipliers[j] - anchor[j]);
  }
  return largest(result);
}

// ------------------------------------------------------------------------------ dual Hessian

/// Diagonal of the dual Hessian with every column free and power columns in mid-range.
void SeparableWorkspace::Impl::typical_diagonal() {
  for (int i = 0; i < columns; ++i) trial[i] = lower[i] < upper[i] ? inverse_q[i] : 0.0;
  for (int i : powers) {
    if (lower[i] < upper[i])
      trial[i] = 1.0 / curvature(i, 0.5 * std::min(upper[i], lower[i] + 1.0));
  }
  system.squared_row_sums(trial.data(), typical.data());
}

/// Factors the dual Hessian for d; rows that no free column touches are held by a proximal term.
/// False if such a row contradicts its bounds: λ is then the certificate.
bool SeparableWorkspace::Impl::factor() {
  system.assemble(d.data());
  bool typical_known = false;
  for (int j = 0; j < rows; ++j) {
    const double diagonal = system.diagonal(j);
    shift[j] = kDamping * diagonal;
    if (diagonal == 0.0) {
      if (!typical_known) typical_diagonal();
      typical_known = true;
      shift[j] = typical[j] > 0.0 ? kDamping * typical[j] : 1.0;
      if (typical[j] == 0.0 && give_at(j) == 0.0 && contradicts(j)) return false;
    }
    if (proximal) shift[j] += give[j];
  }
  system.factor(shift.data());
  return true;
}

/// True if row j, which only fixed columns touch, cannot be met by itself.
bool SeparableWorkspace::Impl::contradicts(int j) {
  for (double sign : {1.0, -1.0}) {
    std::fill(product.begin(), product.end(), 0.0);
    product[j] = sign;
    system.multiply_transposed(product.data(), t.data());
    if (certifies_infeasible(product, t)) {
      lambda = product;
      return true;
    }
  }
  return false;
}

/// True if y'b exceeds y'A x for every x within the bounds by more than the row tolerance can
/// explain. An infinite bound counts as `kEndless` times the magnitude at which that column alone
/// would make b.
bool SeparableWorkspace::Impl::certifies_infeasible(
    const std::vector<double>& y, const std::vector<double>& sy) const {
  double most = 0.0;
  double size = 0.0;
  double total = 0.0;
  for (int j = 0; j < rows; ++j) {
    most += y[j] * b[j];
    size += std::abs(y[j] * b[j]);
    total += std::abs(y[j]);
  }
  if (moving) most += std::min(0.0, dot(y, along));  // for every t in [0, 1]
  if (!(most > 0.0) || !std::isfinite(total)) return false;
  const double b_size = row_tolerance / kRowTolerance;
  for (int i = 0; i < columns; ++i) {
    if (sy[i] == 0.0) continue;
    const double end = sy[i] > 0.0 ? upper[i] : lower[i];
    const double gain = std::isfinite(end)
                            ? sy[i] * end
                            : std::abs(sy[i]) * kEndless * b_size / system.largest_entry(i);
    most -= gain;
    size += std::abs(gain);
  }
  return most > row_tolerance * total && most > 1e-13 * size;
}

}  // namespace coxa
