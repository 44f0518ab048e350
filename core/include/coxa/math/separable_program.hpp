#pragma once

#include <memory>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "coxa/export.hpp"

namespace coxa {

/// How a numerical method ended.
enum class SolveStatus {
  solved,           // optimal to the stated tolerance
  infeasible,       // no x meets the rows and the bounds; `lambda` proves it
  iteration_limit,  // stopped without an answer; x is the last iterate and must not be used
};

/// A convex programme with a separable cost and few linear equality constraints ("rows").
///
///     minimise    Σᵢ wᵢ xᵢ^p + cᵢ xᵢ + (eᵢ/2) (xᵢ − x0ᵢ)²
///     subject to  A x = b,   lower ≤ x ≤ upper
///
/// This is the load-sharing problem of Crowninshield & Brand (1981) with every support and actuator
/// among the unknowns. A is stored by columns: column i holds `values[k]` in row `row_index[k]` for
/// `col_start[i] ≤ k < col_start[i + 1]`. The pattern belongs to the workspace and stays fixed;
/// every other field may change from call to call.
///
/// Each unknown needs a strictly convex cost (wᵢ > 0 or eᵢ > 0) or equal bounds, so that the answer
/// is unique. Units are the caller's; a row is met in its own unit.
struct SeparableProgram {
  int rows = 0;                // m
  std::vector<int> col_start;  // [n + 1]
  std::vector<int> row_index;  // [nonzeros] ascending within a column
  std::vector<double> values;  // [nonzeros]

  Eigen::VectorXd b;          // [m]
  Eigen::VectorXd lower;      // [n] may be −inf; ≥ 0 where weight > 0
  Eigen::VectorXd upper;      // [n] may be +inf
  Eigen::VectorXd weight;     // [n] w ≥ 0 of the power term
  Eigen::VectorXd linear;     // [n] c
  Eigen::VectorXd quadratic;  // [n] e ≥ 0
  Eigen::VectorXd center;     // [n] x0

  double power = 2.0;  // p in [1, 5]

  /// At p = 1 the power term is wᵢ (xᵢ + (tie_break/2) xᵢ²): without it the answer need not be
  /// unique.
  double tie_break = 1e-3;

  int columns() const { return static_cast<int>(col_start.size()) - 1; }

  /// Sizes every vector for a pattern; values, costs and b are zero and the bounds are infinite.
  COXA_EXPORT static SeparableProgram with_pattern(
      int rows, std::vector<int> col_start, std::vector<int> row_index);
};

/// Answer of a separable programme.
struct SeparableSolution {
  Eigen::VectorXd x;       // [n]
  Eigen::VectorXd lambda;  // [m] multipliers: the cost of one more unit of b; if infeasible, a
                           // vector with lambda'b > lambda'A x for every x within the bounds
  std::vector<signed char> side;  // [n] −1 on the lower bound, +1 on the upper, 0 between
  double cost = 0.0;              // minimised objective, tie-break included
  double residual = 0.0;          // largest |A x − b|
  int iterations = 0;             // factorisations of the m × m dual Hessian
  SolveStatus status = SolveStatus::iteration_limit;
};

/// Scratch memory of the solvers for one sparsity pattern; one per thread.
///
/// Construction analyses the pattern (ordering, fill, columns with equal rows). The functions below
/// do not allocate once their result vectors have the right sizes.
class COXA_EXPORT SeparableWorkspace {
 public:
  /// @throws InvalidArgument if the pattern is not a valid compressed-column pattern
  explicit SeparableWorkspace(const SeparableProgram& program);
  ~SeparableWorkspace();
  SeparableWorkspace(SeparableWorkspace&&) noexcept;
  SeparableWorkspace& operator=(SeparableWorkspace&&) noexcept;

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// Starting point of a solver.
enum class Start {
  cold,  // ignores `solution`
  warm,  // from a solved `solution` of a similar programme; falls back to cold
};

/// Least-cost answer of a separable programme.
///
/// The dual has one unknown per row: x is a function of lambda, xᵢ = clip(φᵢ'⁻¹(Aᵢ'lambda)), and
/// lambda solves A x(lambda) = b. That root is found by semismooth Newton steps (Qi & Sun 1993)
/// with an accurate line search on the concave dual and a vanishing proximal term (Rockafellar
/// 1976); a predictor–corrector interior point (Mehrotra 1992) provides cold starts and is the
/// fallback. Where its full steps cycle, which happens at p = 5, damped ones are tried last.
///
/// On `solved`, |A x − b|∞ ≤ 1e-10 max(1, |b|∞), the bounds hold exactly, and the answer does not
/// depend on the start beyond rounding (which 1/φ'' magnifies: 1e-8 of x where a support costs
/// 1e-6 of a muscle). A warm start first solves the new rows on the old active set, which costs
/// two or three factorisations if few columns change sides. `infeasible` is only returned with a
/// certificate in `lambda`; an infinite bound there counts as 1e4 times the size at which the
/// unknown would make the largest b alone.
///
/// @throws InvalidArgument on wrong sizes, another pattern, crossed bounds, negative weights, a
///         power outside [1, 5], or an entry that is not a number (the message names it)
COXA_EXPORT SolveStatus solve(
    const SeparableProgram& program,
    SeparableWorkspace& work,
    SeparableSolution& solution,
    Start start = Start::cold);

/// Least possible maximum of some unknowns, the min-max criterion of An et al. (1984).
///
///     minimise  W max xᵢ + tie_break Σ wᵢ xᵢ² + Σ cᵢ xᵢ + (eᵢ/2) (xᵢ − x0ᵢ)²
///
/// over the same rows and bounds; the maximum and W = Σ wᵢ run over the subset.
/// The small quadratic term (tie_break relative to the maximum) decides what the maximum leaves
/// open. `program.power` and `program.tie_break` are not used. Several times slower than `solve`.
///
/// @param subset  [n] nonzero for the unknowns whose maximum counts; their weights must be positive
/// @param maximum receives max xᵢ over the subset
COXA_EXPORT SolveStatus minimise_maximum(
    const SeparableProgram& program,
    std::span<const char> subset,
    double tie_break,
    SeparableWorkspace& work,
    SeparableSolution& solution,
    double& maximum);

/// The nearest feasible programme, and its least-cost answer.
///
///     first   minimise Σⱼ (rⱼ / scaleⱼ)²  subject to  A x + r = b,  lower ≤ x ≤ upper
///     then    among the x that allow this r, the one of least cost
///
/// Both are found by one sequence of proximal dual steps, which on an infeasible programme
/// converges to exactly this pair (Chiche & Gilbert 2016, for quadratic costs). It ends when the
/// reserves are proven least to 1e-7 relative, in the norm of the first line, or have settled to
/// 1e-9 or to the ambiguity that the row tolerance leaves (1e-7 at most). The multipliers grow
/// tenfold per step, and beyond some magnitude double precision no longer resolves x. Where that
/// stops the sequence, the last step is accepted if its reserves are proven least to 1e-4, relative
/// or of one natural size; otherwise damped interior point steps are tried, and finally the penalty
/// is held at the last value that could be solved until that proof is reached. If the programme is
/// feasible, r = 0 to rounding.
///
/// @param scale    [m] natural size of a reserve in each row; 0 allows none in that row
/// @param reserve  [m] receives r
COXA_EXPORT SolveStatus least_reserves(
    const SeparableProgram& program,
    const Eigen::Ref<const Eigen::VectorXd>& scale,
    SeparableWorkspace& work,
    SeparableSolution& solution,
    Eigen::Ref<Eigen::VectorXd> reserve);

/// End of the range that `extremum` seeks.
enum class Sense { minimise, maximise };

/// Least or greatest value of a linear function over all x whose cost exceeds the minimum by at
/// most a fraction.
///
///     minimise or maximise  d'x
///     subject to            A x = b,  lower ≤ x ≤ upper,  cost(x) ≤ best + fraction |best|
///
/// The multiplier of the cost limit is a scalar: each trial value of it gives a separable
/// programme, warm-started from the last. The value is proven to 1e-7 of the range over which d'x
/// can move.
///
/// @param best      answer of `solve` for the same programme; not changed
/// @param solution  receives x, cost and status; `lambda` is that of the last trial programme
/// @param value     receives d'x
COXA_EXPORT SolveStatus extremum(
    const SeparableProgram& program,
    const Eigen::Ref<const Eigen::VectorXd>& d,
    Sense sense,
    double fraction,
    const SeparableSolution& best,
    SeparableWorkspace& work,
    SeparableSolution& solution,
    double& value);

/// How far b can move along a direction while A x = b stays feasible, and what limits it.
struct FeasibleLimit {
  double t = 0.0;              // greatest feasible value, or t_max
  double bound = 0.0;          // proven upper bound on t
  double residual = 0.0;       // largest |A x − b − t along|
  Eigen::VectorXd x;           // [n] an x that attains t
  Eigen::VectorXd lambda;      // [m] growth of t per unit of b
  Eigen::VectorXd multiplier;  // [n] growth of t per unit of the bound on which xᵢ sits: > 0 on the
                               // upper, < 0 on the lower, 0 where xᵢ does not limit t
  int iterations = 0;
  SolveStatus status = SolveStatus::iteration_limit;
};

/// Greatest t in [0, t_max] for which A x = b + t along has a solution within the bounds.
///
/// A linear programme (costs are ignored), solved by an interior point method and certified by its
/// dual bound: on `solved`, bound − t ≤ 1e-9 max(t, 1e-3 t_max).
/// `infeasible`: no t in [0, t_max] is feasible.
COXA_EXPORT SolveStatus maximise_along(
    const SeparableProgram& program,
    const Eigen::Ref<const Eigen::VectorXd>& along,
    double t_max,
    SeparableWorkspace& work,
    FeasibleLimit& limit);

}  // namespace coxa
