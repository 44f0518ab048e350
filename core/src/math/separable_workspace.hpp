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

// one decade tighter than the 1e-9 to which callers rely on the rows
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

/// x^r, with the common integer exponents computed without pow.
inline double raise(double x, double r) {
  if (r == 1.0) return x;
  if (r == 2.0) return x * x;
  if (r == 3.0) return x * x * x;
  if (r == 4.0) return (x * x) * (x * x);
  return std::pow(x, r);
}

/// Status of one method and the number of factorisations it took.
struct Outcome {
  SolveStatus status = SolveStatus::iteration_limit;
  int iterations = 0;
};

/// The scalar unknown t that some programmes add to x, and its role.
enum class Extra {
  none,
  along,    // minimise −t, b grows by t along, 0 ≤ t ≤ 1
  maximum,  // minimise price · t, xᵢ ≤ t on the subset
};

/// Termination criteria and step lengths of the interior point method.
struct InteriorSettings {
  Extra mode = Extra::none;
  double tolerance =
      1e-11;  // of the gap, relative to the cost, and of the rows, relative to b; a hundred times as much
              // of the dual residual
  int limit = 60;       // maximum number of factorisations
  bool resume = false;  // continue from the present iterate

  double back_off = 0.99;  // largest fraction of the way to the nearest bound that a step may take

  /// Damped steps with a minimum of centring: slower, but more robust. Where one step changes the
  /// curvature many times over (p = 5), full steps may cycle between two points. With less
  /// centring, slacks and multipliers become so disparate that the equations lose all significant
  /// digits, and the dual residual grows again.
  bool careful = false;
  double damping = 0.7;       // factor on the length of a careful step
  double least_center = 0.1;  // least centring in careful steps, as a fraction of each pair's share
                              // of the final gap
};

/// For programmes in which full steps cycle or lose precision. Once under way, a careful step gains
/// half a digit; eleven are required, hence the higher limit.
inline InteriorSettings with_care(Extra mode = Extra::none) {
  return {.mode = mode, .limit = 150, .careful = true};
}

/// Optimality residuals of an interior point iterate.
struct Residuals {
  double gap = 0.0;    // sum of slack · multiplier
  double rows = 0.0;   // largest |A x − b − t along|
  double dual = 0.0;   // largest dual residual, as cost over a typical change of x
  double extra = 0.0;  // dual residual of t
  double size = 0.0;   // magnitude of the objective
  bool finite = false;
};

/// Inequalities of one kind, one per column: slack s and multiplier z, both positive.
struct Inequalities {
  std::vector<double> s, inverse;  // [n] slacks and their reciprocals
  std::vector<double> z, dz;       // [n] multipliers and their steps
  std::vector<double> target;      // [n] target change of s z
};

/// The scalar t, with the multipliers of t ≥ 0 and t ≤ 1.
struct ExtraUnknown {
  double value = 0.0, step = 0.0;
  double z_low = 0.0, dz_low = 0.0, target_low = 0.0;
  double z_high = 0.0, dz_high = 0.0, target_high = 0.0;
  double eta = 0.0;    // η of Newton's equations
  double price = 0.0;  // of t
};

/// Throws InvalidArgument naming the first entry that is not a number or, unless allowed, infinite.
void check_finite(const char* name, const double* v, long size, bool infinite_allowed);

/// Throws InvalidArgument unless the pattern is a valid compressed-column pattern.
void check_pattern(const SeparableProgram& program);

}  // namespace separable

/// The programme in internal order, reduced to  φᵢ(x) = (wpᵢ/p) x^p + cᵢ x + (qᵢ/2) x², and all
/// scratch memory. The power term is kept separately only where p is neither 1 nor 2.
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
  std::vector<int> powers;        // columns with a separate power term
  double p = 2.0;
  double constant = 0.0;  // of the cost
  std::vector<double> b;
  double row_tolerance = 0.0;
  bool moving = false;          // whether b moves along a line
  bool proximal = false;        // whether the proximal term (give, anchor) is active
  std::vector<double> typical;  // [m] diagonal of the dual Hessian with every column free

  // dual Newton
  std::vector<double> s, t;          // [n] A'λ and A'step
  std::vector<double> x, trial;      // [n]
  std::vector<double> d;             // [n] dx/ds, the weights of the dual Hessian A d A'
  std::vector<signed char> side;     // [n] active set: −1 on the lower bound, +1 on the upper
  std::vector<double> lambda, step;  // [m] λ and its step
  std::vector<double> anchor, give;  // [m] centre and weight of the proximal term
  std::vector<double> r;             // [m] residual of the rows
  std::vector<double> shift;         // [m] added to the diagonal of the dual Hessian
  std::vector<double> product;       // [m] scratch

  // interior point
  separable::Inequalities below, above, top;  // x ≥ lower, x ≤ upper, x ≤ t
  separable::ExtraUnknown extra;
  std::vector<double> dx;            // [n] step of x
  std::vector<double> slope, stiff;  // [n] dual residual; φ'' plus the contribution of the bounds
  std::vector<double> kappa, g;      // [n] see Newton's equations in `interior`
  std::vector<double> scale;         // [n] typical change of x; 0 if it is fixed
  std::vector<double> reach;         // [n] magnitude of x in a linear programme
  std::vector<double> along;         // [m] direction of b
  std::vector<double> border;        // [m] k of Newton's equations in `interior`
  std::vector<char> subset;          // [n] whether x ≤ t applies
  double energy = 0.0;  // typical cost of one column, sets the scale of the multipliers
  int pairs = 0;        // number of slack–multiplier pairs

  std::vector<double> keep, keep_lambda, keep_r;  // last interior iterate
  std::vector<double> keep_reserve;               // [m] of the last proximal step
  std::vector<double> settled_x;                  // x after the last proximal step that was solved

  // extremum
  std::vector<double> c_base, direction;  // [n] c without the price of d'x, and d
  std::vector<double> x_low, x_high;      // [n] last answers below and above the cost limit

  // separable_workspace.cpp: the programme, its dual Hessian, input and output
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
  bool same_active_set() const;
  double step_length(double start);
  Outcome newton(int limit);

  // separable_interior.cpp: the interior point method, also with the extra scalar t
  bool begin_interior(Extra mode);
  void begin_bounds();
  void begin_extra(Extra mode);
  separable::Residuals residuals(const separable::InteriorSettings& settings);
  bool factor_interior(Extra mode);
  void aim_at_zero();
  void aim_at_center(Extra mode, double center);
  void newton_step(Extra mode, double extra_residual);
  double shortness(Extra mode) const;
  double gap_after(Extra mode, double length) const;
  void advance(Extra mode, double length);
  Outcome interior(const separable::InteriorSettings& settings);

  // separable_program.cpp: the sequence of methods
  Outcome run(Start start);
  Outcome from_inside(separable::InteriorSettings settings);
  Outcome decide();
};

inline double SeparableWorkspace::Impl::derivative(int i, double at) const {
  const double linear = c[i] + q[i] * at;
  return wp[i] > 0.0 ? linear + wp[i] * separable::raise(at, p - 1.0) : linear;
}

inline double SeparableWorkspace::Impl::curvature(int i, double at) const {
  if (wp[i] == 0.0) return q[i];
  // x^(p-2) vanishes at 0 for p > 2 and is infinite for p < 2; x is cut off below at 1e-8, where it
  // is rounding error
  return q[i] + wp[i] * (p - 1.0) * separable::raise(std::max(at, 1e-8), p - 2.0);
}

}  // namespace coxa
