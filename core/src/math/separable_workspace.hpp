#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "coxa/math/separable_program.hpp"

#include "separable_dual_system.hpp"

namespace coxa {
namespace separable {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// most steps of the interior point method with care; it gains half a digit in each once it is under
// way, and is asked for eleven
constexpr int kCarefulSteps = 150;

// callers build identities to 1e-9 on the rows; one decade better
constexpr double kRowTolerance = 1e-10;

/// Largest magnitude; NaN if any entry is not finite, so that every test against a tolerance fails.
inline double largest(const std::vector<double>& v) {
  double result = 0.0;
  double check = 0.0;
  for (double e : v) {
    result = std::max(result, std::abs(e));
    check += 0.0 * e;
  }
  return result + check;
}

inline double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// x^r for the exponents that occur most, then the general one.
inline double raise(double x, double r) {
  if (r == 1.0) return x;
  if (r == 2.0) return x * x;
  if (r == 3.0) return x * x * x;
  if (r == 4.0) return (x * x) * (x * x);
  return std::pow(x, r);
}

/// How one method ended, and the factorisations it took.
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

/// Throws InvalidArgument naming the first entry that is not a number or, unless allowed, infinite.
void check_finite(const char* name, const double* v, long size, bool infinite_allowed);

/// Throws InvalidArgument unless the pattern is a valid compressed-column pattern.
void check_pattern(const SeparableProgram& program);

}  // namespace separable

/// The programme in internal order, reduced to  φᵢ(x) = (wpᵢ/p) x^p + cᵢ x + (qᵢ/2) x², and all
/// scratch. The power term is only kept apart where p is neither 1 nor 2.
struct __attribute__((visibility("hidden"))) SeparableWorkspace::Impl {
  using Outcome = separable::Outcome;
  using Extra = separable::Extra;

  explicit Impl(const SeparableProgram& program);

  separable::DualSystem system;
  int rows;
  int columns;
  std::vector<int> col_start, row_index;

  // the programme
  std::vector<double> lower, upper, q, c, wp;
  std::vector<double> inverse_q;  // 1/q, or 0
  std::vector<int> powers;        // columns with a power term of their own
  double p = 2.0;
  double constant = 0.0;  // of the cost
  std::vector<double> b;
  double row_tolerance = 0.0;
  bool moving = false;          // whether b moves along a line
  bool proximal = false;        // whether give and anchor are in force
  bool careful = false;         // whether the interior point method keeps its steps short
  std::vector<double> typical;  // [m] diagonal of the dual Hessian with every column free

  // dual Newton
  std::vector<double> s, t;          // [n] A'λ and A'step
  std::vector<double> x, trial;      // [n]
  std::vector<double> d;             // [n] dx/ds, the weights of the dual Hessian A d A'
  std::vector<signed char> side;     // [n] active set: −1 on the lower bound, +1 on the upper
  std::vector<double> lambda, step;  // [m] λ and its step
  std::vector<double> anchor, give;  // [m] centre and weight of the proximal term
  std::vector<double> r;             // [m] what the rows lack
  std::vector<double> shift;         // [m] added to the diagonal of the dual Hessian
  std::vector<double> product;       // [m] scratch

  // interior point; l: x ≥ lower, u: x ≤ upper, y: x ≤ t
  std::vector<double> sl, su, sy, il, iu, iy;        // [n] slacks and their reciprocals
  std::vector<double> zl, zu, zy;                    // [n] multipliers
  std::vector<double> dx, dzl, dzu, dzy;             // [n] steps
  std::vector<double> target_l, target_u, target_y;  // [n] wanted change of slack · multiplier
  std::vector<double> slope, stiff;  // [n] dual residual; φ'' with the bounds' share
  std::vector<double> kappa, g;      // [n] as in Newton's equations
  std::vector<double> scale;         // [n] typical change of x; 0 if it is fixed
  std::vector<double> reach;         // [n] size of x in a linear programme
  std::vector<double> along;         // [m] direction of b
  std::vector<double> border;        // [m] k of Newton's equations
  std::vector<char> subset;          // [n] whether x ≤ t counts
  double extra = 0.0;                // t
  double extra_lower = 0.0;          // multiplier of t ≥ 0
  double extra_upper = 0.0;          // multiplier of t ≤ 1
  double price = 0.0;                // of t
  double energy = 0.0;  // typical cost of one column, sets the scale of the multipliers
  int pairs = 0;        // of slack and multiplier

  std::vector<double> keep, keep_lambda, keep_r;  // last interior iterate
  std::vector<double> keep_reserve;               // [m] of the last proximal step
  std::vector<double> settled_x;                  // after the last proximal step that was solved

  // extremum
  std::vector<double> c_base, direction;  // [n] c without the price of d'x, and d
  std::vector<double> x_low, x_high;      // [n] last answers below and above the cost limit

  // separable_workspace.cpp: the programme, its dual Hessian, and what enters and leaves
  void load(const SeparableProgram& program, double power, double power_scale);
  void adopt(const SeparableSolution& solution);
  void publish(SeparableSolution& solution, Outcome outcome);
  void mark_sides();
  double cost(const std::vector<double>& at) const;
  double derivative(int i, double at) const;  // φᵢ'
  double curvature(int i, double at) const;   // φᵢ''
  double give_at(int j) const { return proximal ? give[j] : 0.0; }
  double row_error(
      const std::vector<double>& at,
      const std::vector<double>& multipliers,
      std::vector<double>& result) const;
  void typical_diagonal();
  bool factor();
  bool contradicts(int j);
  bool certifies_infeasible(const std::vector<double>& y, const std::vector<double>& sy) const;

  // separable_newton.cpp: x as a function of λ, and Newton's method on λ
  double power_response(int i, double si) const;
  void respond(const std::vector<double>& at, std::vector<double>& result) const;
  void stiffness(const std::vector<double>& at);
  double evaluate();
  void predict();
  bool refine();
  Outcome newton(int limit);

  // separable_interior.cpp: the interior point method, also with the extra scalar t
  bool begin_interior(Extra mode);
  Outcome interior(Extra mode, double tolerance, int limit, bool resume);

  // separable_program.cpp: both methods in turns, and what decides when neither does
  Outcome run(Start start);
  Outcome from_inside();
  Outcome from_inside_with_care();
  Outcome decide();
};

inline double SeparableWorkspace::Impl::derivative(int i, double at) const {
  const double linear = c[i] + q[i] * at;
  return wp[i] > 0.0 ? linear + wp[i] * separable::raise(at, p - 1.0) : linear;
}

inline double SeparableWorkspace::Impl::curvature(int i, double at) const {
  if (wp[i] == 0.0) return q[i];
  // x^(p-2) vanishes at 0 for p > 2 and is infinite for p < 2; both ends are cut where x is
  // rounding
  return q[i] + wp[i] * (p - 1.0) * separable::raise(std::max(at, 1e-8), p - 2.0);
}

}  // namespace coxa
