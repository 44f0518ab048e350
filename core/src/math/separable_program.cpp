#include "coxa/math/separable_program.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "coxa/math/error.hpp"

#include "separable_dual_system.hpp"

namespace coxa {
namespace {

using separable::DualSystem;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

// callers build identities to 1e-9 on the rows; one decade better
constexpr double kRowTolerance = 1e-10;

// proximal weight relative to the Hessian's diagonal: the least that keeps a singular factor apart
// from rounding
constexpr double kDamping = 1e-14;

// beyond this multiple of what the rows ask for, an unbounded unknown has left every sensible range
constexpr double kEndless = 1e4;

/// Largest magnitude; NaN if any entry is not finite, so that every test against a tolerance fails.
double largest(const std::vector<double>& v) {
  double result = 0.0;
  double check = 0.0;
  for (double e : v) {
    result = std::max(result, std::abs(e));
    check += 0.0 * e;
  }
  return result + check;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// x^r for the exponents that occur most, then the general one.
double raise(double x, double r) {
  if (r == 1.0) return x;
  if (r == 2.0) return x * x;
  if (r == 3.0) return x * x * x;
  if (r == 4.0) return (x * x) * (x * x);
  return std::pow(x, r);
}

double root(double y, double r) {
  if (r == 2.0) return std::sqrt(y);
  if (r == 3.0) return std::cbrt(y);
  if (r == 4.0) return std::sqrt(std::sqrt(y));
  return std::pow(y, 1.0 / r);
}

struct Outcome {
  SolveStatus status = SolveStatus::iteration_limit;
  int iterations = 0;
};

/// The scalar unknown t that some programmes add to x, and what it does.
enum class Extra {
  none,
  along,    // minimise −t, b grows by t along, 0 ≤ t ≤ 1
  maximum,  // minimise price · t, xᵢ ≤ t on the subset
};

}  // namespace

/// The programme in internal order, reduced to  φᵢ(x) = (wpᵢ/p) x^p + cᵢ x + (qᵢ/2) x², and all
/// scratch. The power term is only kept apart where p is neither 1 nor 2.
struct SeparableWorkspace::Impl {
  explicit Impl(const SeparableProgram& program)
      : system(program.rows, program.col_start, program.row_index),
        rows(program.rows),
        columns(program.columns()),
        col_start(program.col_start),
        row_index(program.row_index) {
    const std::size_t n = columns;
    const std::size_t m = rows;
    for (auto* v : {&lower, &upper, &q,      &c,         &wp,       &inverse_q, &s,     &t,
                    &x,     &trial, &d,      &slope,     &zl,       &zu,        &zy,    &sl,
                    &su,    &sy,    &il,     &iu,        &iy,       &stiff,     &dx,    &dzl,
                    &dzu,   &dzy,   &g,      &target_l,  &target_u, &target_y,  &kappa, &keep,
                    &scale, &reach, &c_base, &direction, &x_low,    &x_high}) {
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

  DualSystem system;
  int rows;
  int columns;
  std::vector<int> col_start, row_index;

  // the programme
  std::vector<double> lower, upper, q, c, wp, inverse_q;
  std::vector<int> powers;  // columns with a power term of their own
  double p = 2.0;
  double constant = 0.0;  // of the cost
  std::vector<double> b;
  double row_tolerance = 0.0;
  bool moving = false;          // whether b moves along a line
  bool proximal = false;        // whether give and anchor are in force
  std::vector<double> typical;  // [m] diagonal of the dual Hessian with every column free

  // dual Newton
  std::vector<double> s, t, x, trial, d;
  std::vector<double> lambda, anchor, give, r, step, shift, product;

  // interior point
  std::vector<double> slope, stiff, zl, zu, zy, sl, su, sy, il, iu, iy, dx, dzl, dzu, dzy, g,
      target_l, target_u, target_y, kappa, scale;
  std::vector<double> reach;  // [n] size of x in a linear programme
  std::vector<double> along, border;
  std::vector<char> subset;
  std::vector<signed char> side;
  double extra = 0.0;        // t
  double extra_lower = 0.0;  // multiplier of t ≥ 0
  double extra_upper = 0.0;  // multiplier of t ≤ 1
  double price = 0.0;
  double energy = 0.0;  // typical cost of one column, sets the scale of the multipliers
  int pairs = 0;        // of slack and multiplier

  std::vector<double> keep, keep_lambda, keep_r, keep_reserve;  // last interior iterate

  std::vector<double> c_base, direction, x_low, x_high;  // extremum

  void load(const SeparableProgram& program, double power, double power_scale);
  void typical_diagonal();
  bool factor();
  double evaluate();
  void predict();
  bool refine();
  bool begin_interior(Extra mode);
  double cost(const std::vector<double>& at) const;
  double derivative(int i, double at) const;
  double curvature(int i, double at) const;
  double power_response(int i, double si) const;
  void respond(const std::vector<double>& at, std::vector<double>& result) const;
  void stiffness(const std::vector<double>& at);
  bool certifies_infeasible(const std::vector<double>& y, const std::vector<double>& sy) const;
  bool contradicts(int j);
  double give_at(int j) const { return proximal ? give[j] : 0.0; }
  double row_error(
      const std::vector<double>& at,
      const std::vector<double>& multipliers,
      std::vector<double>& result) const;

  Outcome newton(int limit);
  Outcome interior(Extra mode, double gap_tolerance, int limit, bool resume);
  Outcome run(Start start);
  Outcome decide();
  void mark_sides();
  void adopt(const SeparableSolution& solution);
  void publish(SeparableSolution& solution, Outcome outcome);
};

namespace {

void check_finite(const char* name, const double* v, long size, bool infinite_allowed) {
  for (long i = 0; i < size; ++i) {
    const bool good = infinite_allowed ? !std::isnan(v[i]) : std::isfinite(v[i]);
    require(
        good, name, "[", i, "] is ", v[i], "; expected ",
        infinite_allowed ? "a number or infinity" : "a finite number");
  }
}

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

void check_pattern(const SeparableProgram& program) {
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

}  // namespace

SeparableProgram SeparableProgram::with_pattern(
    int rows, std::vector<int> col_start, std::vector<int> row_index) {
  SeparableProgram program;
  program.rows = rows;
  program.col_start = std::move(col_start);
  program.row_index = std::move(row_index);
  check_pattern(program);
  const int n = program.columns();
  program.values.assign(program.row_index.size(), 0.0);
  program.b = Eigen::VectorXd::Zero(rows);
  program.lower = Eigen::VectorXd::Constant(n, -kInfinity);
  program.upper = Eigen::VectorXd::Constant(n, kInfinity);
  program.weight = Eigen::VectorXd::Zero(n);
  program.linear = Eigen::VectorXd::Zero(n);
  program.quadratic = Eigen::VectorXd::Zero(n);
  program.center = Eigen::VectorXd::Zero(n);
  return program;
}

SeparableWorkspace::SeparableWorkspace(const SeparableProgram& program) {
  check_pattern(program);
  impl_ = std::make_unique<Impl>(program);
}
SeparableWorkspace::~SeparableWorkspace() = default;
SeparableWorkspace::SeparableWorkspace(SeparableWorkspace&&) noexcept = default;
SeparableWorkspace& SeparableWorkspace::operator=(SeparableWorkspace&&) noexcept = default;

// --------------------------------------------------------------------------------- programme

/// Copies, checks and reduces a programme; `power` and `power_scale` replace its power and
/// multiply its weights.
void SeparableWorkspace::Impl::load(
    const SeparableProgram& program, double power, double power_scale) {
  check_sizes(program);
  require(
      program.rows == rows && program.col_start == col_start && program.row_index == row_index,
      "the programme's pattern is not the one this workspace was built for; build a new workspace");
  require(
      program.power >= 1.0 && program.power <= 5.0, "power is ", program.power,
      "; expected 1 to 5");
  require(
      program.power > 1.0 || (program.tie_break > 0.0 && std::isfinite(program.tie_break)),
      "tie_break is ", program.tie_break, "; expected a positive number");

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
    // one test for the common case; the message is made afterwards
    const bool good = low <= high && low < kInfinity && high > -kInfinity && w >= 0.0
                      && (w == 0.0 || low >= 0.0) && e >= 0.0
                      && 0.0 * (w + e + center + linear) == 0.0 && (w + e > 0.0 || low == high);
    if (!good) {
      check_finite("lower", program.lower.data(), columns, true);
      check_finite("upper", program.upper.data(), columns, true);
      check_finite("weight", program.weight.data(), columns, false);
      check_finite("linear", program.linear.data(), columns, false);
      check_finite("quadratic", program.quadratic.data(), columns, false);
      check_finite("center", program.center.data(), columns, false);
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

/// Diagonal of the dual Hessian with every column free and power columns in mid-range.
void SeparableWorkspace::Impl::typical_diagonal() {
  for (int i = 0; i < columns; ++i) trial[i] = lower[i] < upper[i] ? inverse_q[i] : 0.0;
  for (int i : powers) {
    if (lower[i] < upper[i])
      trial[i] = 1.0 / curvature(i, 0.5 * std::min(upper[i], lower[i] + 1.0));
  }
  system.squared_row_sums(trial.data(), typical.data());
}

double SeparableWorkspace::Impl::cost(const std::vector<double>& at) const {
  double sum = constant;
  for (int i = 0; i < columns; ++i) sum += at[i] * (c[i] + 0.5 * q[i] * at[i]);
  for (int i : powers) sum += wp[i] / p * at[i] * raise(at[i], p - 1.0);
  return sum;
}

double SeparableWorkspace::Impl::derivative(int i, double at) const {
  const double linear = c[i] + q[i] * at;
  return wp[i] > 0.0 ? linear + wp[i] * raise(at, p - 1.0) : linear;
}

double SeparableWorkspace::Impl::curvature(int i, double at) const {
  if (wp[i] == 0.0) return q[i];
  // x^(p-2) vanishes at 0 for p > 2 and is infinite for p < 2; both ends are cut where x is
  // rounding
  return q[i] + wp[i] * (p - 1.0) * raise(std::max(at, 1e-8), p - 2.0);
}

/// The x that minimises φᵢ(x) − sᵢ x without bounds, for a column with a power term.
double SeparableWorkspace::Impl::power_response(int i, double si) const {
  const double pull = si - c[i];
  if (pull <= 0.0) return q[i] > 0.0 ? std::min(0.0, pull * inverse_q[i]) : 0.0;
  const double r = p - 1.0;
  const double pure = root(pull / wp[i], r);
  if (q[i] == 0.0) return pure;

  // wp x^r + q x = pull: from the side on which Newton's steps are monotone
  double at = r >= 1.0 ? std::min(pure, pull * inverse_q[i])
                       : std::min(root(0.5 * pull / wp[i], r), 0.5 * pull * inverse_q[i]);
  for (int k = 0; k < 60; ++k) {
    const double power = wp[i] * raise(at, r);
    const double change = (pull - power - q[i] * at) / (r * power / at + q[i]);
    at += change;
    if (std::abs(change) <= 2.0 * kEpsilon * at) break;
  }
  return at;
}

/// x(s) = clip(φ'⁻¹(s)), all columns.
void SeparableWorkspace::Impl::respond(
    const std::vector<double>& at, std::vector<double>& result) const {
  const double* __restrict si = at.data();
  const double* __restrict ci = c.data();
  const double* __restrict qi = inverse_q.data();
  const double* __restrict low = lower.data();
  const double* __restrict high = upper.data();
  double* __restrict xi = result.data();
  for (int i = 0; i < columns; ++i) {
    const double free = (si[i] - ci[i]) * qi[i];
    const double above = free > low[i] ? free : low[i];
    xi[i] = above < high[i] ? above : high[i];
  }
  for (int i : powers) xi[i] = std::clamp(power_response(i, si[i]), low[i], high[i]);
}

/// d = dx/ds at x: 1 / φ'' strictly between the bounds, 0 on them.
void SeparableWorkspace::Impl::stiffness(const std::vector<double>& at) {
  for (int i = 0; i < columns; ++i)
    d[i] = at[i] > lower[i] && at[i] < upper[i] ? inverse_q[i] : 0.0;
  for (int i : powers)
    d[i] = at[i] > lower[i] && at[i] < upper[i] ? 1.0 / curvature(i, at[i]) : 0.0;
}

/// True if y'b exceeds y'A x for every x within the bounds by more than the row tolerance can
/// explain. A column without a bound counts up to `kEndless` times the size at which it would make
/// b alone.
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

// ------------------------------------------------------------------------------- dual Newton

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

/// True if row j alone, which only fixed columns touch, cannot be met.
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

/// x(λ) and r; returns the largest entry of r.
double SeparableWorkspace::Impl::evaluate() {
  system.multiply_transposed(lambda.data(), s.data());
  respond(s, x);
  return row_error(x, lambda, r);
}

/// One Newton step on the optimality conditions with x kept as an unknown of its own and the
/// active set given by `side`: linearises φ' at x instead of inverting it, so it does not suffer
/// from multipliers that a new A has made stale. Sets λ; x serves as the point of linearisation
/// only.
void SeparableWorkspace::Impl::predict() {
  for (int i = 0; i < columns; ++i) {
    if (side[i] < 0) x[i] = lower[i];
    if (side[i] > 0) x[i] = upper[i];
    x[i] = std::clamp(x[i], lower[i], upper[i]);
    d[i] = side[i] == 0 && lower[i] < upper[i] ? inverse_q[i] : 0.0;
  }
  for (int i : powers) d[i] = side[i] == 0 && lower[i] < upper[i] ? 1.0 / curvature(i, x[i]) : 0.0;
  system.multiply_transposed(lambda.data(), s.data());
  for (int i = 0; i < columns; ++i) trial[i] = x[i] + d[i] * (s[i] - c[i] - q[i] * x[i]);
  for (int i : powers) trial[i] = x[i] + d[i] * (s[i] - derivative(i, x[i]));
  row_error(trial, lambda, step);
  if (!factor()) return;
  system.solve(step.data());
  for (int j = 0; j < rows; ++j) lambda[j] += step[j];
}

/// From an almost exact λ: corrects x itself with the last factor, because x(λ) magnifies the
/// rounding of λ by 1/φ''. True if x now meets the rows and its multipliers to the final
/// tolerance.
bool SeparableWorkspace::Impl::refine() {
  step = r;
  system.solve(step.data());
  system.multiply_transposed(step.data(), t.data());
  for (int i = 0; i < columns; ++i) {
    trial[i] = std::clamp(x[i] + d[i] * t[i], lower[i], upper[i]);
  }
  for (int i : powers) {
    if (d[i] == 0.0) continue;
    const double target = s[i] + t[i];
    if (std::abs(derivative(i, trial[i]) - target) > 1e-11 * std::abs(target) + 1e-14 * wp[i])
      return false;
  }
  for (int j = 0; j < rows; ++j) step[j] += lambda[j];
  const double error = row_error(trial, step, product);
  if (error > 0.1 * row_tolerance) return false;
  x = trial;
  r = product;
  lambda = step;
  return true;
}

/// Maximises  b'λ − Σ φᵢ*(Aᵢ'λ) − ½ Σ giveⱼ (λⱼ − anchorⱼ)²  from the present λ (the last sum only
/// if proximal). Leaves x, λ and r.
Outcome SeparableWorkspace::Impl::newton(int limit) {
  Outcome outcome;
  double error = evaluate();
  const double near = 1e4 * row_tolerance;  // where the active set has usually settled
  bool factored = false;
  int stalls = 0;

  for (;;) {
    if (!std::isfinite(error)) return outcome;

    // has the active set changed since the last factor?
    bool same = factored;
    for (int i = 0; i < columns; ++i) {
      const bool free = x[i] > lower[i] && x[i] < upper[i];
      same = same && free == (d[i] != 0.0);
    }
    if (same && error <= near && refine()) {
      outcome.status = SolveStatus::solved;
      return outcome;
    }
    if (error <= 0.01 * row_tolerance) {
      outcome.status = SolveStatus::solved;
      return outcome;
    }
    if (outcome.iterations == limit || stalls > 3) {
      if (error <= row_tolerance) outcome.status = SolveStatus::solved;
      return outcome;
    }
    ++outcome.iterations;

    stiffness(x);
    if (!factor()) {
      outcome.status = SolveStatus::infeasible;
      return outcome;
    }
    factored = true;
    step = r;
    system.solve(step.data());
    system.multiply_transposed(step.data(), t.data());

    // the slope of the dual along the step falls from start > 0
    const double start = dot(step, r);
    if (!(start > 0.0)) return outcome;
    double offset = dot(step, b);
    double bend = 0.0;
    if (proximal) {
      for (int j = 0; j < rows; ++j) {
        offset -= step[j] * give[j] * (lambda[j] - anchor[j]);
        bend += step[j] * step[j] * give[j];
      }
    }
    auto slope_at = [&](double length) {
      for (int i = 0; i < columns; ++i) dx[i] = s[i] + length * t[i];
      respond(dx, trial);
      return offset - length * bend - dot(t, trial);
    };

    // bracket a zero of the slope, unless the full step is good enough
    double length = 1.0;
    double here = slope_at(1.0);
    double low = 0.0;
    double low_slope = start;
    while (here > 0.3 * start && length < 1e12) {
      low = length;
      low_slope = here;
      length *= 4.0;
      here = slope_at(length);
    }
    if (here > 0.3 * start) {
      // the dual climbs for ever along the step
      if (!proximal && certifies_infeasible(step, t)) {
        lambda = step;
        outcome.status = SolveStatus::infeasible;
      }
      return outcome;
    }
    double high = length;
    double high_slope = here;
    for (int k = 0; k < 30 && std::abs(here) > 0.3 * start; ++k) {
      length = (low * high_slope - high * low_slope) / (high_slope - low_slope);
      length = std::clamp(length, low + 0.05 * (high - low), high - 0.05 * (high - low));
      here = slope_at(length);
      (here > 0.0 ? low : high) = length;
      (here > 0.0 ? low_slope : high_slope) = here;
    }
    stalls += length < 1e-3;

    for (int j = 0; j < rows; ++j) lambda[j] += length * step[j];
    error = evaluate();
    if (!proximal && outcome.iterations % 4 == 0 && certifies_infeasible(lambda, s)) {
      outcome.status = SolveStatus::infeasible;
      return outcome;
    }
  }
}

// ---------------------------------------------------------------------------- interior point

/// Starting point of the interior point method; one factorisation.
///
/// x is the least-norm solution of the rows in the metric of the typical curvature, pushed off its
/// bounds by a typical change; the multipliers follow from the dual residual (after Mehrotra 1992,
/// section 7).
bool SeparableWorkspace::Impl::begin_interior(Extra mode) {
  for (int j = 0; j < rows; ++j) lambda[j] = proximal ? anchor[j] : 0.0;
  system.multiply_transposed(lambda.data(), t.data());
  for (int i = 0; i < columns; ++i) {
    const double range = upper[i] - lower[i];
    x[i] = std::clamp(0.0, lower[i], upper[i]);
    d[i] = scale[i] = 0.0;
    if (range == 0.0) continue;
    if (range < kInfinity) x[i] = std::clamp(0.0, lower[i] + 0.1 * range, upper[i] - 0.1 * range);
    // a linear programme has no curvature: the size of x takes its place
    d[i] = mode == Extra::along ? reach[i] * reach[i]
                                : 1.0 / curvature(i, 0.5 * std::min(upper[i], lower[i] + 1.0));
  }
  row_error(x, lambda, r);
  if (!factor()) return false;
  for (int j = 0; j < rows; ++j) step[j] = r[j];
  system.solve(step.data());
  for (int j = 0; j < rows; ++j) lambda[j] += step[j];
  system.multiply_transposed(lambda.data(), s.data());

  // s: from the multipliers, t: from their change
  for (int i = 0; i < columns; ++i) t[i] = s[i] - t[i];
  energy = 0.0;
  for (int i = 0; i < columns; ++i) energy += d[i] * t[i] * t[i];
  energy = std::max(energy / columns, 1e-200);
  pairs = 0;
  for (int i = 0; i < columns; ++i) {
    zl[i] = zu[i] = zy[i] = kappa[i] = 0.0;
    sl[i] = su[i] = sy[i] = 1.0;
    if (d[i] == 0.0) continue;
    scale[i] = std::sqrt(d[i] * energy);
    const double margin = std::min(0.5 * scale[i], 0.25 * (upper[i] - lower[i]));
    x[i] = std::clamp(x[i] + d[i] * t[i], lower[i] + margin, upper[i] - margin);
    const double force = derivative(i, x[i]) - s[i];
    if (lower[i] > -kInfinity) {
      sl[i] = x[i] - lower[i];
      zl[i] = std::max(force, 0.0) + energy / scale[i];
      ++pairs;
    }
    if (upper[i] < kInfinity) {
      su[i] = upper[i] - x[i];
      zu[i] = std::max(-force, 0.0) + energy / scale[i];
      ++pairs;
    }
  }
  extra = 0.0;
  extra_lower = extra_upper = 0.0;
  if (mode == Extra::along) {
    extra = 0.5;
    extra_lower = extra_upper = 1.0;
    pairs += 2;
  }
  if (mode == Extra::maximum) {
    int count = 0;
    for (int i = 0; i < columns; ++i) {
      if (!subset[i]) continue;
      extra = std::max(extra, x[i] + scale[i]);
      ++count;
    }
    extra *= 1.1;
    for (int i = 0; i < columns; ++i) {
      if (!subset[i]) continue;
      sy[i] = extra - x[i];
      zy[i] = price / count;
      ++pairs;
    }
  }
  return true;
}

/// Primal–dual interior point with Mehrotra's predictor and corrector, from a cold start; x need
/// not meet the rows on the way. With an extra scalar t the normal equations gain a border of one
/// row.
///
/// Newton's equations, with slacks sl, su, sy, multipliers zl, zu, zy and κ = zy/sy:
///
///     dx = Θ (A'dλ + κ dt + g),   Θ = 1/(φ'' + zl/sl + zu/su + κ)
///     [A Θ A'  k; −k'  η] [dλ; dt] = [r₁; r₂],   k = A Θ κ − along
///
/// Leaves x, λ, t and the multipliers; done when gap, rows and dual residual are below `tolerance`
/// of the cost and of b. With `resume` it goes on from where it was.
Outcome SeparableWorkspace::Impl::interior(Extra mode, double tolerance, int limit, bool resume) {
  Outcome outcome;
  const bool along_line = mode == Extra::along;
  const bool under_t = mode == Extra::maximum;
  const double b_size = std::max(1.0, largest(b));
  if (!resume) {
    ++outcome.iterations;
    if (!begin_interior(mode)) {
      outcome.status = SolveStatus::infeasible;
      return outcome;
    }
  }

  for (;;) {
    // residuals
    system.multiply_transposed(lambda.data(), s.data());
    double error = row_error(x, lambda, r);
    if (along_line) {
      for (int j = 0; j < rows; ++j) r[j] += extra * along[j];
      error = largest(r);
    }
    double now = constant;
    for (int i = 0; i < columns; ++i) {
      slope[i] = c[i] + q[i] * x[i];
      stiff[i] = q[i];
      now += 0.5 * x[i] * (c[i] + slope[i]);
    }
    for (int i : powers) {
      const double at = std::max(x[i], 1e-8);
      const double power = wp[i] * raise(at, p - 2.0);
      slope[i] += power * at;
      stiff[i] += power * (p - 1.0);
      now += power * at * at / p;
    }
    double gap = 0.0;
    double stray = 0.0;  // dual residual, as cost over a typical change of x
    double pull_of_t = 0.0;
    for (int i = 0; i < columns; ++i) {
      slope[i] += zu[i] + zy[i] - zl[i] - s[i];
      gap += zl[i] * sl[i] + zu[i] * su[i] + zy[i] * sy[i];
      pull_of_t += zy[i];
      stray =
          std::max(stray, scale[i] > 0.0 ? std::abs(slope[i]) * (scale[i] + std::abs(x[i])) : 0.0);
    }
    double extra_residual = 0.0;
    if (along_line) {
      extra_residual = -price + dot(along, lambda) - extra_lower + extra_upper;
      gap += extra_lower * extra + extra_upper * (1.0 - extra);
      now = price * extra;
    }
    if (under_t) {
      extra_residual = price - pull_of_t;
      now += price * extra;
    }
    const double size = std::abs(now) + (along_line ? 1e-3 * price : 1e-9 * energy * columns);
    if (!std::isfinite(gap + error + stray + now)) return outcome;
    if (gap <= tolerance * size && error <= tolerance * b_size && stray <= 100.0 * tolerance * size
        && std::abs(extra_residual * extra) <= tolerance * size) {
      outcome.status = SolveStatus::solved;
      return outcome;
    }
    if (!under_t && !proximal && outcome.iterations > 4 && certifies_infeasible(lambda, s)) {
      outcome.status = SolveStatus::infeasible;
      return outcome;
    }
    if (outcome.iterations >= limit) return outcome;
    ++outcome.iterations;
    const double mu = pairs > 0 ? gap / pairs : 0.0;

    // normal equations
    double eta = along_line ? extra_lower / extra + extra_upper / (1.0 - extra) : 0.0;
    for (int i = 0; i < columns; ++i) {
      il[i] = 1.0 / sl[i];
      iu[i] = 1.0 / su[i];
      stiff[i] += zl[i] * il[i] + zu[i] * iu[i];
      d[i] = 1.0 / stiff[i];
    }
    if (along_line) {
      // unbounded columns have no stiffness of their own
      for (int i = 0; i < columns; ++i) d[i] = 1.0 / (stiff[i] + 1e-12 / (reach[i] * reach[i]));
    }
    if (under_t) {
      for (int i = 0; i < columns; ++i) {
        iy[i] = 1.0 / sy[i];
        kappa[i] = zy[i] * iy[i];
        d[i] = 1.0 / (stiff[i] + kappa[i]);
        eta += scale[i] > 0.0 ? kappa[i] * stiff[i] * d[i] : kappa[i];
      }
    }
    for (int i = 0; i < columns; ++i) d[i] = scale[i] > 0.0 ? d[i] : 0.0;
    if (!factor()) {
      outcome.status = SolveStatus::infeasible;
      return outcome;
    }
    if (under_t) {
      for (int i = 0; i < columns; ++i) g[i] = kappa[i] * d[i];
      system.multiply(g.data(), border.data());
    }
    if (along_line) {
      for (int j = 0; j < rows; ++j) border[j] = -along[j];
    }
    if (mode != Extra::none) {
      product = border;
      system.solve(product.data());
      eta += dot(border, product);
    }

    double extra_step = 0.0;
    double extra_step_lower = 0.0;
    double extra_step_upper = 0.0;
    double extra_target_lower = 0.0;
    double extra_target_upper = 0.0;
    auto direction = [&] {
      double r2 = -extra_residual;
      for (int i = 0; i < columns; ++i) {
        g[i] = target_l[i] * il[i] - target_u[i] * iu[i] - slope[i];
      }
      if (under_t) {
        for (int i = 0; i < columns; ++i) {
          const double top = target_y[i] * iy[i];
          g[i] -= top;
          r2 += top + kappa[i] * d[i] * g[i];
        }
      }
      if (along_line) r2 += extra_target_lower / extra - extra_target_upper / (1.0 - extra);
      for (int i = 0; i < columns; ++i) dx[i] = d[i] * g[i];
      system.multiply(dx.data(), step.data());
      for (int j = 0; j < rows; ++j) step[j] = r[j] - step[j];
      system.solve(step.data());
      extra_step = 0.0;
      if (mode != Extra::none) {
        extra_step = (r2 + dot(border, step)) / eta;
        for (int j = 0; j < rows; ++j) step[j] -= product[j] * extra_step;
      }
      system.multiply_transposed(step.data(), t.data());
      for (int i = 0; i < columns; ++i) {
        dx[i] += d[i] * (t[i] + kappa[i] * extra_step);
        dzl[i] = (target_l[i] - zl[i] * dx[i]) * il[i];
        dzu[i] = (target_u[i] + zu[i] * dx[i]) * iu[i];
      }
      if (under_t) {
        for (int i = 0; i < columns; ++i) {
          dzy[i] = (target_y[i] - zy[i] * (extra_step - dx[i])) * iy[i];
        }
      }
      if (along_line) {
        extra_step_lower = (extra_target_lower - extra_lower * extra_step) / extra;
        extra_step_upper = (extra_target_upper + extra_upper * extra_step) / (1.0 - extra);
      }
    };
    // reciprocal of the longest step that keeps every slack and multiplier positive
    auto shortness = [&] {
      double inverse = 0.0;
      for (int i = 0; i < columns; ++i) {
        const double low = zl[i] > 0.0 ? std::max(-dx[i] * il[i], -dzl[i] / zl[i]) : 0.0;
        const double high = zu[i] > 0.0 ? std::max(dx[i] * iu[i], -dzu[i] / zu[i]) : 0.0;
        inverse = std::max(inverse, std::max(low, high));
      }
      if (under_t) {
        for (int i = 0; i < columns; ++i) {
          if (zy[i] == 0.0) continue;
          inverse = std::max(inverse, std::max((dx[i] - extra_step) * iy[i], -dzy[i] / zy[i]));
        }
      }
      if (along_line) {
        inverse = std::max(
            {inverse, -extra_step / extra, extra_step / (1.0 - extra),
             -extra_step_lower / extra_lower, -extra_step_upper / extra_upper});
      }
      return inverse;
    };

    // predictor: straight to complementarity zero
    for (int i = 0; i < columns; ++i) {
      target_l[i] = -zl[i] * sl[i];
      target_u[i] = -zu[i] * su[i];
      target_y[i] = -zy[i] * sy[i];
    }
    extra_target_lower = -extra_lower * extra;
    extra_target_upper = -extra_upper * (1.0 - extra);
    direction();
    double length = 1.0 / std::max(1.0, shortness());
    double after = 0.0;
    for (int i = 0; i < columns; ++i) {
      after += (zl[i] + length * dzl[i]) * (sl[i] + length * dx[i])
               + (zu[i] + length * dzu[i]) * (su[i] - length * dx[i]);
    }
    if (under_t) {
      for (int i = 0; i < columns; ++i) {
        after += (zy[i] + length * dzy[i]) * (sy[i] + length * (extra_step - dx[i]));
      }
    }
    if (along_line) {
      after += (extra_lower + length * extra_step_lower) * (extra + length * extra_step)
               + (extra_upper + length * extra_step_upper) * (1.0 - extra - length * extra_step);
    }
    const double ratio = gap > 0.0 ? after / gap : 0.0;
    const double target = ratio * ratio * ratio * mu;

    // corrector: towards the centre, with the predictor's second-order error
    for (int i = 0; i < columns; ++i) {
      target_l[i] += zl[i] > 0.0 ? target - dzl[i] * dx[i] : 0.0;
      target_u[i] += zu[i] > 0.0 ? target + dzu[i] * dx[i] : 0.0;
    }
    if (under_t) {
      for (int i = 0; i < columns; ++i) {
        target_y[i] += zy[i] > 0.0 ? target - dzy[i] * (extra_step - dx[i]) : 0.0;
      }
    }
    extra_target_lower += target - extra_step_lower * extra_step;
    extra_target_upper += target + extra_step_upper * extra_step;
    direction();
    const double back_off = std::max(0.99, 1.0 - ratio);
    length = std::min(1.0, back_off / std::max(shortness(), 1e-200));

    for (int i = 0; i < columns; ++i) {
      x[i] += length * dx[i];
      sl[i] += zl[i] > 0.0 ? length * dx[i] : 0.0;
      su[i] -= zu[i] > 0.0 ? length * dx[i] : 0.0;
      zl[i] += length * dzl[i];
      zu[i] += length * dzu[i];
    }
    if (under_t) {
      for (int i = 0; i < columns; ++i) {
        sy[i] += zy[i] > 0.0 ? length * (extra_step - dx[i]) : 0.0;
        zy[i] += length * dzy[i];
      }
    }
    for (int j = 0; j < rows; ++j) lambda[j] += length * step[j];
    extra += length * extra_step;
    extra_lower += length * extra_step_lower;
    extra_upper += length * extra_step_upper;
  }
}

/// The whole method: warm Newton, then interior point and Newton in turns, each turn closer.
Outcome SeparableWorkspace::Impl::run(Start start) {
  int spent = 0;
  if (start == Start::warm) {
    predict();
    const Outcome outcome = newton(12);
    spent = 1 + outcome.iterations;
    if (outcome.status != SolveStatus::iteration_limit) return {outcome.status, spent};
  }
  bool resume = false;
  for (double tolerance : {1e-5, 1e-8, 1e-11}) {
    const Outcome inner = interior(Extra::none, tolerance, 60, resume);
    spent += inner.iterations;
    if (inner.status == SolveStatus::infeasible) return {inner.status, spent};
    keep = x;
    keep_lambda = lambda;
    keep_r = r;
    // a bound is active where the response to the multipliers alone would cross it
    for (int i = 0; i < columns; ++i) {
      side[i] = 0;
      if (zl[i] > 0.0 && derivative(i, x[i]) - zl[i] < derivative(i, lower[i])) side[i] = -1;
      if (zu[i] > 0.0 && derivative(i, x[i]) + zu[i] > derivative(i, upper[i])) side[i] = 1;
    }
    predict();
    const Outcome polish = newton(20);
    spent += 1 + polish.iterations;
    if (polish.status != SolveStatus::iteration_limit) return {polish.status, spent};
    x = keep;
    lambda = keep_lambda;
    r = keep_r;
    if (inner.status != SolveStatus::solved) break;
    resume = true;
    if (tolerance == 1e-11 && largest(r) <= row_tolerance) return {SolveStatus::solved, spent};
  }
  return {SolveStatus::iteration_limit, spent};
}

/// For programmes on the edge of feasibility, where neither method above decides: proximal steps
/// in λ. If there is an answer they converge to it, and if not their direction converges to a
/// certificate (Rockafellar 1976).
Outcome SeparableWorkspace::Impl::decide() {
  Outcome outcome;
  typical_diagonal();
  for (int j = 0; j < rows; ++j) anchor[j] = std::isfinite(lambda[j]) ? lambda[j] : 0.0;
  double gamma = 1e-3;
  for (int turn = 0; turn < 12; ++turn) {
    for (int j = 0; j < rows; ++j) give[j] = gamma * typical[j];
    proximal = true;
    const Outcome inner = run(turn == 0 ? Start::cold : Start::warm);
    proximal = false;
    outcome.iterations += inner.iterations;
    if (inner.status != SolveStatus::solved) return outcome;
    for (int j = 0; j < rows; ++j) keep_reserve[j] = lambda[j] - anchor[j];
    system.multiply_transposed(keep_reserve.data(), t.data());
    if (certifies_infeasible(keep_reserve, t)) {
      lambda = keep_reserve;
      outcome.status = SolveStatus::infeasible;
      return outcome;
    }
    if (row_error(x, lambda, r) <= row_tolerance) {
      outcome.status = SolveStatus::solved;
      return outcome;
    }
    anchor = lambda;
    mark_sides();
    gamma *= 0.1;
  }
  return outcome;
}

void SeparableWorkspace::Impl::mark_sides() {
  for (int i = 0; i < columns; ++i) side[i] = x[i] == lower[i] ? -1 : x[i] == upper[i] ? 1 : 0;
}

/// Takes a solution as the place to start from.
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

SolveStatus solve(
    const SeparableProgram& program,
    SeparableWorkspace& work,
    SeparableSolution& solution,
    Start start) {
  SeparableWorkspace::Impl& impl = work.impl();
  impl.load(program, program.power, 1.0);
  if (solution.status != SolveStatus::solved) start = Start::cold;
  if (start == Start::warm) impl.adopt(solution);
  Outcome outcome = impl.run(start);
  if (outcome.status == SolveStatus::iteration_limit) {
    const Outcome decided = impl.decide();
    outcome = {decided.status, outcome.iterations + decided.iterations};
  }
  impl.publish(solution, outcome);
  return outcome.status;
}

SolveStatus minimise_maximum(
    const SeparableProgram& program,
    std::span<const char> subset,
    double tie_break,
    SeparableWorkspace& work,
    SeparableSolution& solution,
    double& maximum) {
  SeparableWorkspace::Impl& impl = work.impl();
  require_size("subset", std::ssize(subset), program.columns());
  require(
      tie_break > 0.0 && std::isfinite(tie_break), "tie_break is ", tie_break,
      "; expected a positive number");
  impl.load(program, 2.0, tie_break);
  impl.price = 0.0;
  for (int i = 0; i < impl.columns; ++i) {
    const int k = impl.system.column_of[i];
    impl.subset[i] = subset[k] != 0;
    if (!impl.subset[i]) continue;
    require(
        program.weight[k] > 0.0, "weight[", k, "] is ", program.weight[k],
        "; an unknown of the subset needs a positive weight");
    impl.price += program.weight[k];
  }
  require(impl.price > 0.0, "subset is empty; expected at least one nonzero entry");

  // is there any answer at all?
  Outcome outcome = impl.run(Start::cold);
  if (outcome.status != SolveStatus::solved) {
    impl.publish(solution, outcome);
    return outcome.status;
  }
  int spent = outcome.iterations;
  outcome = impl.interior(Extra::maximum, 1e-11, 100, false);
  spent += outcome.iterations;
  if (outcome.status == SolveStatus::solved) {
    // with t known, what remains is an ordinary programme under the bound t, solved to the last
    // digit
    for (int i = 0; i < impl.columns; ++i) {
      if (impl.subset[i]) {
        impl.upper[i] = std::max(impl.lower[i], std::min(impl.upper[i], impl.extra));
      }
    }
    impl.keep = impl.x;
    impl.keep_lambda = impl.lambda;
    impl.keep_r = impl.r;
    for (int i = 0; i < impl.columns; ++i) {
      impl.side[i] = 0;
      if (impl.zl[i] * impl.scale[i] * impl.scale[i] > impl.sl[i] * impl.energy) impl.side[i] = -1;
      if (impl.zu[i] * impl.scale[i] * impl.scale[i] > impl.su[i] * impl.energy
          || impl.zy[i] * impl.scale[i] * impl.scale[i] > impl.sy[i] * impl.energy) {
        impl.side[i] = 1;
      }
    }
    impl.predict();
    const Outcome polish = impl.newton(20);
    spent += 1 + polish.iterations;
    // the multipliers of the whole programme, in which t is free
    impl.lambda = impl.keep_lambda;
    if (polish.status != SolveStatus::solved) {
      impl.x = impl.keep;
      if (largest(impl.keep_r) > impl.row_tolerance) outcome.status = SolveStatus::iteration_limit;
    }
  }
  impl.publish(solution, {outcome.status, spent});
  maximum = -kInfinity;
  for (int i = 0; i < impl.columns; ++i) {
    if (impl.subset[i]) maximum = std::max(maximum, impl.x[i]);
  }
  solution.cost += impl.price * maximum;
  return outcome.status;
}

SolveStatus least_reserves(
    const SeparableProgram& program,
    const Eigen::Ref<const Eigen::VectorXd>& scale,
    SeparableWorkspace& work,
    SeparableSolution& solution,
    Eigen::Ref<Eigen::VectorXd> reserve) {
  SeparableWorkspace::Impl& impl = work.impl();
  const int m = impl.rows;
  const int n = impl.columns;
  require_size("scale", scale.size(), program.rows);
  require_size("reserve", reserve.size(), program.rows);
  check_finite("scale", scale.data(), program.rows, false);
  for (int j = 0; j < program.rows; ++j) {
    require(scale[j] >= 0.0, "scale[", j, "] is ", scale[j], "; expected 0 or more");
  }
  impl.load(program, program.power, 1.0);

  // the first penalty makes the whole of b as reserves a hundred times dearer than a least-norm
  // answer
  impl.typical_diagonal();
  double as_reserve = 0.0;
  double as_answer = 0.0;
  for (int j = 0; j < m; ++j) {
    const double size = scale[impl.system.row_of[j]];
    const double bj = std::max(std::abs(impl.b[j]), 1e-3 * impl.row_tolerance / kRowTolerance);
    if (size > 0.0) as_reserve += bj * bj / (size * size);
    if (size > 0.0 && impl.typical[j] > 0.0) as_answer += bj * bj / impl.typical[j];
  }
  double gamma = as_answer > 0.0 ? 0.01 * as_reserve / as_answer : 1.0;

  std::fill(impl.anchor.begin(), impl.anchor.end(), 0.0);
  std::fill(impl.keep_reserve.begin(), impl.keep_reserve.end(), 0.0);
  Outcome outcome;
  for (int turn = 0; turn < 30; ++turn) {
    impl.proximal = true;
    for (int j = 0; j < m; ++j) {
      const double size = scale[impl.system.row_of[j]];
      impl.give[j] = gamma * size * size;
    }
    const Outcome inner = impl.run(turn == 0 ? Start::cold : Start::warm);
    outcome.iterations += inner.iterations;
    outcome.status = inner.status;
    if (inner.status != SolveStatus::solved) break;

    // y certifies the reserves: sum over columns of what y'A x still lacks of its maximum
    double norm = 0.0;
    double change = 0.0;
    double blur = 0.0;  // what meeting the rows to their tolerance leaves open
    double most = 0.0;
    for (int j = 0; j < m; ++j) {
      const double size = scale[impl.system.row_of[j]];
      impl.step[j] = gamma * (impl.lambda[j] - impl.anchor[j]);
      const double rj = impl.give[j] * (impl.lambda[j] - impl.anchor[j]);
      if (size > 0.0) {
        norm += rj * rj / (size * size);
        const double dr = rj - impl.keep_reserve[j];
        change += dr * dr / (size * size);
        blur += impl.row_tolerance * impl.row_tolerance / (size * size);
      }
      most = std::max(most, std::abs(rj));
      impl.keep_reserve[j] = rj;
    }
    impl.system.multiply_transposed(impl.step.data(), impl.t.data());
    double lack = 0.0;
    for (int i = 0; i < n; ++i) {
      if (impl.t[i] == 0.0) continue;
      lack += impl.t[i] * ((impl.t[i] > 0.0 ? impl.upper[i] : impl.lower[i]) - impl.x[i]);
    }
    // strong convexity: |r - least|^2 <= 2 lack, in the norm of the programme
    const bool proven = 2.0 * lack <= 1e-14 * norm;
    const bool settled = turn > 0 && change <= std::max(1e-18 * norm, std::min(blur, 1e-14 * norm));
    if (most <= impl.row_tolerance || proven || settled) break;

    impl.anchor = impl.lambda;
    impl.mark_sides();
    gamma *= 0.1;
    outcome.status = SolveStatus::iteration_limit;
  }
  if (outcome.status != SolveStatus::solved) {
    // rows without reserve may be impossible by themselves
    for (int j = 0; j < m; ++j) {
      impl.product[j] = impl.give[j] > 0.0 ? 0.0 : impl.lambda[j] - impl.anchor[j];
    }
    impl.system.multiply_transposed(impl.product.data(), impl.t.data());
    if (impl.certifies_infeasible(impl.product, impl.t)) {
      impl.lambda = impl.product;
      outcome.status = SolveStatus::infeasible;
    }
  }
  impl.publish(solution, outcome);
  // what the rows lack; no reserve where none is allowed
  double residual = 0.0;
  for (int j = 0; j < m; ++j) {
    const int k = impl.system.row_of[j];
    reserve[k] = scale[k] > 0.0 ? impl.r[j] : 0.0;
    residual = std::max(residual, std::abs(impl.r[j] - reserve[k]));
  }
  solution.residual = residual;
  return outcome.status;
}

SolveStatus extremum(
    const SeparableProgram& program,
    const Eigen::Ref<const Eigen::VectorXd>& d,
    Sense sense,
    double fraction,
    const SeparableSolution& best,
    SeparableWorkspace& work,
    SeparableSolution& solution,
    double& value) {
  SeparableWorkspace::Impl& impl = work.impl();
  const int n = impl.columns;
  require_size("d", d.size(), program.columns());
  check_finite("d", d.data(), d.size(), false);
  require(
      fraction >= 0.0 && std::isfinite(fraction), "fraction is ", fraction, "; expected 0 or more");
  require(best.status == SolveStatus::solved, "best is not a solved programme; solve it first");
  impl.load(program, program.power, 1.0);
  impl.adopt(best);
  const double sign = sense == Sense::minimise ? 1.0 : -1.0;
  double size = 0.0;  // rounding of d'x
  for (int i = 0; i < n; ++i) {
    impl.direction[i] = sign * d[impl.system.column_of[i]];
    size += std::abs(impl.direction[i] * impl.x[i]);
  }
  impl.c_base = impl.c;
  const double least = impl.cost(impl.x);
  const double room = fraction * std::abs(least);
  const double value_of_best = dot(impl.direction, impl.x);

  // how fast the cost grows with the price theta of d'x while the active set stays: least +
  // theta^2 growth / 2
  impl.stiffness(impl.x);
  double growth = 0.0;
  double uncoupled = 0.0;
  for (int i = 0; i < n; ++i) {
    impl.dx[i] = impl.d[i] * impl.direction[i];
    growth += impl.dx[i] * impl.direction[i];
    uncoupled +=
        impl.direction[i] * impl.direction[i] * (impl.d[i] > 0.0 ? impl.d[i] : impl.inverse_q[i]);
  }
  Outcome outcome;
  double result = value_of_best;
  if (room > 0.0 && uncoupled > 0.0 && impl.factor()) {
    ++outcome.iterations;
    impl.system.multiply(impl.dx.data(), impl.step.data());
    impl.product = impl.step;
    impl.system.solve(impl.product.data());
    growth = std::max(growth - dot(impl.step, impl.product), 1e-6 * uncoupled);

    // trials with cost below and above the limit; between them, on the segment, lies a point on
    // the limit
    double theta = std::sqrt(2.0 * room / growth);
    double low = 0.0;
    double high = kInfinity;
    double low_cost = 0.0;
    double high_cost = kInfinity;
    double low_value = value_of_best;
    double high_value = -kInfinity;
    double proven = -kInfinity;
    impl.x_low = impl.x;
    auto excess = [&](const std::vector<double>& at) {
      std::swap(impl.c, impl.c_base);
      const double above = impl.cost(at) - least;
      std::swap(impl.c, impl.c_base);
      return above;
    };
    for (int turn = 0; turn < 80; ++turn) {
      for (int i = 0; i < n; ++i) impl.c[i] = impl.c_base[i] + theta * impl.direction[i];
      const Outcome inner = impl.run(Start::warm);
      outcome.iterations += inner.iterations;
      outcome.status = inner.status;
      if (inner.status != SolveStatus::solved) break;
      const double above = excess(impl.x);
      const double here = dot(impl.direction, impl.x);
      // no x within the limit has a smaller value than this (weak duality)
      proven = std::max(proven, here + (above - room) / theta);
      if (above <= room) {
        low = theta;
        low_cost = above;
        low_value = here;
        impl.x_low = impl.x;
      } else {
        high = theta;
        high_cost = above;
        high_value = here;
        impl.x_high = impl.x;
      }
      impl.mark_sides();

      double share = 0.0;
      if (high < kInfinity) {
        double over = 1.0;
        for (int k = 0; k < 50; ++k) {
          const double middle = 0.5 * (share + over);
          for (int i = 0; i < n; ++i) {
            impl.trial[i] = impl.x_low[i] + middle * (impl.x_high[i] - impl.x_low[i]);
          }
          (excess(impl.trial) <= room ? share : over) = middle;
        }
      }
      result = share > 0.0 ? low_value + share * (high_value - low_value) : low_value;
      if (result - proven <= 1e-7 * std::abs(result - value_of_best) + 1e-13 * size) {
        for (int i = 0; i < n; ++i) {
          impl.x[i] = share > 0.0 ? impl.x_low[i] + share * (impl.x_high[i] - impl.x_low[i])
                                  : impl.x_low[i];
        }
        result = dot(impl.direction, impl.x);
        break;
      }
      outcome.status = SolveStatus::iteration_limit;

      // the root of the excess is almost linear in theta; where it jumps, the chord finds what
      // lies between
      const double goal = std::sqrt(room);
      if (high == kInfinity) {
        theta *= std::clamp(1.001 * goal / std::sqrt(std::max(above, 1e-300)), 1.01, 30.0);
      } else if (turn % 3 == 2) {
        theta = std::clamp((high_cost - low_cost) / (low_value - high_value), low, high);
      } else {
        const double from = std::sqrt(std::max(low_cost, 0.0));
        const double part = (goal - from) / std::max(std::sqrt(high_cost) - from, 1e-300);
        theta = low + (high - low) * std::clamp(part, 1e-9, 1.0 - 1e-9);
      }
    }
  } else {
    outcome.status = SolveStatus::solved;
  }
  impl.c = impl.c_base;
  impl.publish(solution, outcome);
  value = sign * result;
  return outcome.status;
}

SolveStatus maximise_along(
    const SeparableProgram& program,
    const Eigen::Ref<const Eigen::VectorXd>& along,
    double t_max,
    SeparableWorkspace& work,
    FeasibleLimit& limit) {
  SeparableWorkspace::Impl& impl = work.impl();
  const int n = impl.columns;
  const int m = impl.rows;
  require_size("along", along.size(), program.rows);
  check_finite("along", along.data(), along.size(), false);
  require(t_max > 0.0 && std::isfinite(t_max), "t_max is ", t_max, "; expected a positive number");
  impl.load(program, 2.0, 1.0);

  // a linear programme in units of t_max
  std::fill(impl.q.begin(), impl.q.end(), 0.0);
  std::fill(impl.c.begin(), impl.c.end(), 0.0);
  impl.powers.clear();
  impl.constant = 0.0;
  impl.moving = true;
  impl.price = 1.0;
  for (int j = 0; j < m; ++j) impl.along[j] = t_max * along[impl.system.row_of[j]];
  const double rows_size = std::max({largest(impl.b), largest(impl.along), 1e-300});
  for (int i = 0; i < n; ++i) {
    const int k = impl.system.column_of[i];
    double column = 0.0;
    for (int l = program.col_start[k]; l < program.col_start[k + 1]; ++l) {
      column = std::max(column, std::abs(program.values[l]));
    }
    const double range = impl.upper[i] - impl.lower[i];
    impl.reach[i] = range < kInfinity ? range : column > 0.0 ? rows_size / column : 1.0;
    if (impl.reach[i] == 0.0) impl.reach[i] = 1.0;
  }
  const Outcome outcome = impl.interior(Extra::along, 1e-11, 150, false);

  limit.x.resize(n);
  limit.multiplier.resize(n);
  limit.lambda.resize(m);
  limit.iterations = outcome.iterations;
  limit.t = t_max * std::clamp(impl.extra, 0.0, 1.0);
  // what y allows at most: t y'along <= max y'A x - y'b
  double most = -dot(impl.lambda, impl.b);
  impl.system.multiply_transposed(impl.lambda.data(), impl.s.data());
  for (int i = 0; i < n; ++i) {
    const int k = impl.system.column_of[i];
    const double si = impl.s[i];
    const double end = si > 0.0 ? impl.upper[i] : impl.lower[i];
    // towards infinity s is rounding
    most += si * (std::isfinite(end) ? end : impl.x[i]);
    limit.x[k] = impl.x[i] = std::clamp(impl.x[i], impl.lower[i], impl.upper[i]);
    const double reach = impl.reach[i];
    const bool at_upper = impl.zu[i] * reach * reach > impl.su[i];
    const bool at_lower = impl.zl[i] * reach * reach > impl.sl[i];
    limit.multiplier[k] = t_max * ((at_upper ? impl.zu[i] : 0.0) - (at_lower ? impl.zl[i] : 0.0));
  }
  const double rate = dot(impl.lambda, impl.along);
  limit.bound = rate > 0.0 ? std::min(t_max, t_max * most / rate) : t_max;
  for (int j = 0; j < m; ++j) limit.lambda[impl.system.row_of[j]] = -t_max * impl.lambda[j];
  impl.system.multiply(impl.x.data(), impl.r.data());
  limit.residual = 0.0;
  for (int j = 0; j < m; ++j) {
    const double rj = impl.b[j] + limit.t / t_max * impl.along[j] - impl.r[j];
    limit.residual = std::max(limit.residual, std::abs(rj));
  }
  limit.status = outcome.status;
  if (outcome.status == SolveStatus::solved
      && limit.bound - limit.t > 1e-9 * std::max(limit.t, 1e-3 * t_max)) {
    limit.status = SolveStatus::iteration_limit;
  }
  return limit.status;
}

}  // namespace coxa
