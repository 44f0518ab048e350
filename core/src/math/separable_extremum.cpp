#include <algorithm>
#include <cmath>
#include <utility>

#include "coxa/math/error.hpp"
#include "coxa/math/separable_program.hpp"

#include "separable_workspace.hpp"

namespace coxa {

using namespace separable;

namespace {

// A trial programme in which d'x has the price theta: cost above the minimum, and d'x.
struct PricedTrial {
  double theta = 0.0, excess = 0.0, value = 0.0;
};

// Search for the price theta at which the cost meets its limit.
class ExtremumSearch {
 public:
  ExtremumSearch(
      SeparableWorkspace::Impl& impl,
      const Eigen::Ref<const Eigen::VectorXd>& d,
      double sign,
      double fraction)
      : impl_(impl) {
    for (int i = 0; i < impl_.columns; ++i) {
      impl_.direction[i] = sign * d[impl_.system.column_of[i]];
      size_ += std::abs(impl_.direction[i] * impl_.x[i]);
    }
    impl_.c_base = impl_.c;
    least_ = impl_.cost(impl_.x);
    room_ = fraction * std::abs(least_);
    value_of_best_ = dot(impl_.direction, impl_.x);
    result_ = value_of_best_;
  }

  Outcome run() {
    const double growth = room_ > 0.0 ? growth_of_cost() : 0.0;
    if (growth != 0.0) {
      search(std::sqrt(2.0 * room_ / growth));
    } else {
      outcome_.status = SolveStatus::solved;
    }
    impl_.c = impl_.c_base;
    return outcome_;
  }

  double result() const { return result_; }

 private:
  // growth of the cost with the price theta of d'x on a fixed active set, cost = least + theta^2
  // growth / 2; 0 if no unknown can move
  double growth_of_cost() {
    impl_.stiffness(impl_.x);
    double growth = 0.0;
    double uncoupled = 0.0;
    for (int i = 0; i < impl_.columns; ++i) {
      const double di = impl_.direction[i];
      impl_.dx[i] = impl_.d[i] * di;
      growth += impl_.dx[i] * di;
      uncoupled += di * di * (impl_.d[i] > 0.0 ? impl_.d[i] : impl_.inverse_q[i]);
    }
    if (!(uncoupled > 0.0) || !impl_.factor()) return 0.0;
    ++outcome_.iterations;
    impl_.system.multiply(impl_.dx.data(), impl_.step.data());
    impl_.product = impl_.step;
    impl_.system.solve(impl_.product.data());
    return std::max(growth - dot(impl_.step, impl_.product), 1e-6 * uncoupled);
  }

  // brackets the limit by trials with cost below and above it; a point on the segment between them
  // meets the limit
  void search(double theta) {
    low_ = {0.0, 0.0, value_of_best_};
    high_ = {kInfinity, kInfinity, -kInfinity};
    impl_.x_low = impl_.x;
    double proven = -kInfinity;
    for (int turn = 0; turn < 80; ++turn) {
      for (int i = 0; i < impl_.columns; ++i) {
        impl_.c[i] = impl_.c_base[i] + theta * impl_.direction[i];
      }
      const Outcome inner = impl_.run(Start::warm);
      outcome_.iterations += inner.iterations;
      outcome_.status = inner.status;
      if (inner.status != SolveStatus::solved) return;
      const PricedTrial trial{theta, excess(impl_.x), dot(impl_.direction, impl_.x)};
      // lower bound on d'x over all x within the limit (weak duality)
      proven = std::max(proven, trial.value + (trial.excess - room_) / theta);
      if (trial.excess <= room_) {
        low_ = trial;
        impl_.x_low = impl_.x;
      } else {
        high_ = trial;
        impl_.x_high = impl_.x;
      }
      impl_.mark_sides();

      const double share = share_of_high();
      result_ = share > 0.0 ? low_.value + share * (high_.value - low_.value) : low_.value;
      if (result_ - proven <= 1e-7 * std::abs(result_ - value_of_best_) + 1e-13 * size_) {
        for (int i = 0; i < impl_.columns; ++i) {
          impl_.x[i] = share > 0.0 ? impl_.x_low[i] + share * (impl_.x_high[i] - impl_.x_low[i])
                                   : impl_.x_low[i];
        }
        result_ = dot(impl_.direction, impl_.x);
        return;
      }
      outcome_.status = SolveStatus::iteration_limit;
      theta = next_price(theta, trial.excess, turn);
    }
  }

  double excess(const std::vector<double>& at) {
    std::swap(impl_.c, impl_.c_base);
    const double above = impl_.cost(at) - least_;
    std::swap(impl_.c, impl_.c_base);
    return above;
  }

  // fraction of the segment from the trial below to the trial above at which the cost meets the
  // limit
  double share_of_high() {
    double share = 0.0;
    if (high_.theta == kInfinity) return share;
    double over = 1.0;
    for (int k = 0; k < 50; ++k) {
      const double middle = 0.5 * (share + over);
      for (int i = 0; i < impl_.columns; ++i) {
        impl_.trial[i] = impl_.x_low[i] + middle * (impl_.x_high[i] - impl_.x_low[i]);
      }
      (excess(impl_.trial) <= room_ ? share : over) = middle;
    }
    return share;
  }

  // the square root of the excess is almost linear in theta; where it jumps, every third turn takes
  // the slope of the chord in (d'x, cost) instead
  double next_price(double theta, double above, int turn) const {
    const double goal = std::sqrt(room_);
    if (high_.theta == kInfinity) {
      return theta * std::clamp(1.001 * goal / std::sqrt(std::max(above, 1e-300)), 1.01, 30.0);
    }
    if (turn % 3 == 2) {
      return std::clamp(
          (high_.excess - low_.excess) / (low_.value - high_.value), low_.theta, high_.theta);
    }
    const double from = std::sqrt(std::max(low_.excess, 0.0));
    const double part = (goal - from) / std::max(std::sqrt(high_.excess) - from, 1e-300);
    return low_.theta + (high_.theta - low_.theta) * std::clamp(part, 1e-9, 1.0 - 1e-9);
  }

  SeparableWorkspace::Impl& impl_;
  double size_ = 0.0;           // sum of |d_i x_i|, which scales the rounding error of d'x
  double least_ = 0.0;          // least cost
  double room_ = 0.0;           // allowed excess of cost
  double value_of_best_ = 0.0;  // d'x of the least-cost answer
  double result_ = 0.0;
  PricedTrial low_, high_;
  Outcome outcome_;
};

}  // namespace

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
  require_size("d", d.size(), program.columns());
  check_finite("d", d.data(), d.size(), false);
  require(
      fraction >= 0.0 && std::isfinite(fraction), "fraction is ", fraction, "; expected 0 or more");
  require(best.status == SolveStatus::solved, "best is not a solved programme; solve it first");
  impl.load(program, program.power, 1.0);
  impl.adopt(best);
  const double sign = sense == Sense::minimise ? 1.0 : -1.0;
  ExtremumSearch search(impl, d, sign, fraction);
  const Outcome outcome = search.run();
  impl.publish(solution, outcome);
  value = sign * search.result();
  return outcome.status;
}

}  // namespace coxa
