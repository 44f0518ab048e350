#include <algorithm>
#include <cmath>

#include "coxa/math/error.hpp"
#include "coxa/math/separable_program.hpp"

#include "separable_workspace.hpp"

namespace coxa {

using namespace separable;

namespace {

// reserves are reported to three or four digits: an answer that rounding keeps from a stricter
// proof is accepted at this accuracy, in the norm of the programme, relative or, below one natural
// size, absolute
constexpr double kGoodReserves = 1e-4;

// Norms of one proximal step, in the norm of the programme; all but `most` are squared.
struct Step {
  double norm = 0.0;
  double change = 0.0;  // since the last step
  double blur = 0.0;    // ambiguity due to the tolerance of the rows
  double most = 0.0;    // largest reserve
  double lack = 0.0;    // strong convexity: |r - least|^2 <= 2 lack
};

// Sequence of proximal steps with a decreasing proximal weight gamma, that is a growing penalty
// 1/gamma on reserves.
class ReserveSearch {
 public:
  ReserveSearch(SeparableWorkspace::Impl& impl, const Eigen::Ref<const Eigen::VectorXd>& scale)
      : impl_(impl), scale_(scale), gamma_(first_penalty()) {
    std::fill(impl_.anchor.begin(), impl_.anchor.end(), 0.0);
    std::fill(impl_.keep_reserve.begin(), impl_.keep_reserve.end(), 0.0);
  }

  Outcome run() {
    for (int turn = 0; turn < 30; ++turn) {
      solve(turn == 0 ? Start::cold : Start::warm);
      if (outcome_.status == SolveStatus::iteration_limit && turn > 0 && !good_ && !held_) {
        hold();
        continue;
      }
      if (outcome_.status != SolveStatus::solved || finished(step(), turn)) break;

      impl_.settled_x = impl_.x;
      impl_.anchor = impl_.lambda;
      impl_.mark_sides();
      if (!held_) gamma_ *= 0.1;
      outcome_.status = SolveStatus::iteration_limit;
    }
    if (outcome_.status == SolveStatus::iteration_limit && good_) {
      // gamma became too small for double precision; the previous turn was accurate enough
      impl_.x = impl_.settled_x;
      impl_.lambda = impl_.anchor;
      outcome_.status = SolveStatus::solved;
    }
    if (outcome_.status != SolveStatus::solved && impossible()) {
      outcome_.status = SolveStatus::infeasible;
    }
    return outcome_;
  }

 private:
  double size_of(int j) const { return scale_[impl_.system.row_of[j]]; }

  // initial gamma: covering all of b by reserves costs a hundred times as much as a least-norm
  // answer
  double first_penalty() {
    impl_.typical_diagonal();
    double as_reserve = 0.0;
    double as_answer = 0.0;
    for (int j = 0; j < impl_.rows; ++j) {
      const double size = size_of(j);
      const double bj = std::max(std::abs(impl_.b[j]), 1e-3 * impl_.row_tolerance / kRowTolerance);
      if (size > 0.0) as_reserve += bj * bj / (size * size);
      if (size > 0.0 && impl_.typical[j] > 0.0) as_answer += bj * bj / impl_.typical[j];
    }
    return as_answer > 0.0 ? 0.01 * as_reserve / as_answer : 1.0;
  }

  void solve(Start start) {
    impl_.proximal = true;
    for (int j = 0; j < impl_.rows; ++j) {
      const double size = size_of(j);
      impl_.give[j] = gamma_ * size * size;
    }
    Outcome inner = impl_.run(start);
    outcome_.iterations += inner.iterations;
    if (inner.status == SolveStatus::iteration_limit && !good_) {
      // a gamma this small leaves few significant digits for the active set; damped steps still
      // find it
      inner = impl_.from_inside(with_care());
      outcome_.iterations += inner.iterations;
    }
    outcome_.status = inner.status;
  }

  // goes back to the last gamma that could be solved and keeps it: converges more slowly
  void hold() {
    held_ = true;
    gamma_ *= 10.0;
    impl_.x = impl_.settled_x;
    impl_.lambda = impl_.anchor;
    impl_.mark_sides();
  }

  // y = gamma (lambda - anchor) is the gradient of the reserves' norm; lack is the maximum of y'A x
  // over the bounds less its present value and bounds the distance from the least reserves
  Step step() {
    Step found;
    for (int j = 0; j < impl_.rows; ++j) {
      const double size = size_of(j);
      impl_.step[j] = gamma_ * (impl_.lambda[j] - impl_.anchor[j]);
      const double rj = impl_.give[j] * (impl_.lambda[j] - impl_.anchor[j]);
      if (size > 0.0) {
        found.norm += rj * rj / (size * size);
        const double dr = rj - impl_.keep_reserve[j];
        found.change += dr * dr / (size * size);
        found.blur += impl_.row_tolerance * impl_.row_tolerance / (size * size);
      }
      found.most = std::max(found.most, std::abs(rj));
      impl_.keep_reserve[j] = rj;
    }
    impl_.system.multiply_transposed(impl_.step.data(), impl_.t.data());
    for (int i = 0; i < impl_.columns; ++i) {
      const double ti = impl_.t[i];
      if (ti == 0.0) continue;
      found.lack += ti * ((ti > 0.0 ? impl_.upper[i] : impl_.lower[i]) - impl_.x[i]);
    }
    return found;
  }

  bool finished(const Step& step, int turn) {
    const bool proven = 2.0 * step.lack <= 1e-14 * step.norm;
    const bool settled =
        turn > 0
        && step.change <= std::max(1e-18 * step.norm, std::min(step.blur, 1e-14 * step.norm));
    good_ = 2.0 * step.lack <= kGoodReserves * kGoodReserves * std::max(step.norm, 1.0);
    // while gamma is held, a small change proves nothing
    return step.most <= impl_.row_tolerance || proven || (held_ ? good_ : settled);
  }

  // whether the rows without reserve are infeasible by themselves
  bool impossible() {
    for (int j = 0; j < impl_.rows; ++j) {
      impl_.product[j] = impl_.give[j] > 0.0 ? 0.0 : impl_.lambda[j] - impl_.anchor[j];
    }
    impl_.system.multiply_transposed(impl_.product.data(), impl_.t.data());
    if (!impl_.certifies_infeasible(impl_.product, impl_.t)) return false;
    impl_.lambda = impl_.product;
    return true;
  }

  SeparableWorkspace::Impl& impl_;
  const Eigen::Ref<const Eigen::VectorXd>& scale_;
  double gamma_;       // proximal weight
  bool held_ = false;  // gamma decreases no further
  bool good_ = false;  // settled_x and anchor hold an answer whose reserves are least to
                       // kGoodReserves
  Outcome outcome_;
};

}  // namespace

SolveStatus least_reserves(
    const SeparableProgram& program,
    const Eigen::Ref<const Eigen::VectorXd>& scale,
    SeparableWorkspace& work,
    SeparableSolution& solution,
    Eigen::Ref<Eigen::VectorXd> reserve) {
  SeparableWorkspace::Impl& impl = work.impl();
  require_size("scale", scale.size(), program.rows);
  require_size("reserve", reserve.size(), program.rows);
  check_finite("scale", scale.data(), program.rows, false);
  for (int j = 0; j < program.rows; ++j) {
    require(scale[j] >= 0.0, "scale[", j, "] is ", scale[j], "; expected 0 or more");
  }
  impl.load(program, program.power, 1.0);
  const Outcome outcome = ReserveSearch(impl, scale).run();
  impl.publish(solution, outcome);

  // reserve = residual of the rows, 0 where no reserve is allowed
  double residual = 0.0;
  for (int j = 0; j < impl.rows; ++j) {
    const int k = impl.system.row_of[j];
    reserve[k] = scale[k] > 0.0 ? impl.r[j] : 0.0;
    residual = std::max(residual, std::abs(impl.r[j] - reserve[k]));
  }
  solution.residual = residual;
  return outcome.status;
}

}  // namespace coxa
