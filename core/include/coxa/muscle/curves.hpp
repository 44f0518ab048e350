#pragma once

#include <array>
#include <map>
#include <memory>
#include <vector>

#include "coxa/export.hpp"
#include "coxa/math/function.hpp"

namespace coxa {

/// A smooth curve of quintic Bezier pieces with straight ends (Millard et al. 2013, appendix; the
/// C2 construction of OpenSim's SmoothSegmentedFunction). Dimensionless; immutable.
///
/// Each piece is a pair of quintics x(u), y(u) on 0 <= u <= 1 with x increasing; y(x) is found by
/// Newton's method on u from a tabulated start, to rounding (about 1e-15 of the piece's width).
class COXA_EXPORT BezierCurve {
 public:
  using ControlPoints = std::array<double, 6>;

  /// A corner between two tangents: the piece starts at (x0, y0) with slope0 and ends at (x1, y1)
  /// with slope1. `pull` in (0, 1) is how far the curve is drawn into the corner where the tangents
  /// meet.
  struct Corner {
    double x0, y0, slope0;
    double x1, y1, slope1;
    double pull;
  };

  /// Corners in order of x, each starting where the previous one ends, with the same slope.
  /// @throws InvalidArgument for an S-shaped corner, decreasing x, or corners that do not meet
  explicit BezierCurve(const std::vector<Corner>& corners);

  /// y(x)
  double value(double x) const;

  /// y(x) and its first two derivatives with respect to x; straight beyond the ends.
  Derivatives operator()(double x) const;

  /// Start of the straight ends.
  double lower() const { return pieces_.front().x_lower; }
  double upper() const { return pieces_.back().x_upper; }

 private:
  static constexpr int kCells = 16;

  struct Piece {
    double x_lower;
    double x_upper;
    double cells_per_x;
    std::array<double, 6> x;  // coefficients of x(u) - x_lower, lowest power first
    std::array<double, 6> y;
    std::array<std::array<double, 2>, kCells + 1> start;  // u and du/d(cell) at equal steps of x
  };

  double solve(const Piece& piece, double x) const;
  const Piece& piece_at(double x) const;

  std::vector<Piece> pieces_;
  double y_lower_, slope_lower_;
  double y_upper_, slope_upper_;
};

/// Active force-length curve. The parameters of all four curves are named as in OpenSim's files.
struct ActiveForceLengthParameters {
  double min_norm_active_fiber_length = 0.4441;
  double transition_norm_fiber_length = 0.73;
  double max_norm_active_fiber_length = 1.8123;
  double shallow_ascending_slope = 0.8616;
  double minimum_value = 0.1;
};
/// Force-velocity curve; slopes per unit of normalised velocity.
struct ForceVelocityParameters {
  double concentric_slope_at_vmax = 0;
  double concentric_slope_near_vmax = 0.25;
  double isometric_slope = 5;
  double eccentric_slope_at_vmax = 0;
  double eccentric_slope_near_vmax = 0.15;
  double max_eccentric_velocity_force_multiplier = 1.4;
  double concentric_curviness = 0.6;
  double eccentric_curviness = 0.9;
};
/// Passive fibre curve; strains relative to the optimal length.
struct PassiveForceLengthParameters {
  double strain_at_zero_force = 0;
  double strain_at_one_norm_force = 0.7;
  double stiffness_at_low_force = 0.2;             // NaN: OpenSim's default
  double stiffness_at_one_norm_force = 2.0 / 0.7;  // NaN: OpenSim's default
  double curviness = 0.75;                         // NaN: OpenSim's default
};
/// Tendon curve; strains relative to the slack length.
struct TendonForceLengthParameters {
  double strain_at_one_norm_force = 0.049;
  double stiffness_at_one_norm_force = 1.375 / 0.049;
  double norm_force_at_toe_end = 2.0 / 3.0;
  double curviness = 0.5;
};

/// Active force-length multiplier of normalised fibre length, OpenSim's five corners.
/// @throws InvalidArgument naming the parameter that is out of its range, as do the others below
COXA_EXPORT std::shared_ptr<const BezierCurve> active_force_length_curve(
    const ActiveForceLengthParameters& parameters);

/// Force-velocity multiplier of fibre velocity in units of the maximum contraction velocity,
/// lengthening positive; four corners.
COXA_EXPORT std::shared_ptr<const BezierCurve> force_velocity_curve(
    const ForceVelocityParameters& parameters);

/// Passive force-length multiplier of normalised fibre length; two corners. A stiffness or
/// curviness of NaN takes OpenSim's default: 0.2 at low force, 2 / (strain at one - strain at
/// zero), curviness 0.75.
COXA_EXPORT std::shared_ptr<const BezierCurve> passive_force_length_curve(
    const PassiveForceLengthParameters& parameters);

/// Tendon force multiplier of normalised tendon length; two corners, straight beyond the end of the
/// toe. A parameter of NaN, other than the strain, takes OpenSim's default: stiffness 1.375 /
/// strain, toe end 2/3, curviness 0.5.
COXA_EXPORT std::shared_ptr<const BezierCurve> tendon_force_length_curve(
    const TendonForceLengthParameters& parameters);

/// The four curves of one muscle. Muscles with equal parameters may share them.
struct COXA_EXPORT MuscleCurves {
  std::shared_ptr<const BezierCurve> active_force_length;   // of normalised fibre length
  std::shared_ptr<const BezierCurve> force_velocity;        // of fibre velocity over its maximum,
                                                            // lengthening +
  std::shared_ptr<const BezierCurve> passive_force_length;  // of normalised fibre length
  std::shared_ptr<const BezierCurve> tendon_force_length;   // of normalised tendon length

  // the parameters of these curves, for writing a file
  ActiveForceLengthParameters active_parameters{};
  ForceVelocityParameters velocity_parameters{};
  PassiveForceLengthParameters passive_parameters{};
  TendonForceLengthParameters tendon_parameters{};
};

/// Makes curves and returns the same object for equal parameters.
class COXA_EXPORT CurveCache {
 public:
  /// The curves of a muscle with a rigid or a damped tendon. As in OpenSim for these, the active
  /// curve's minimum value and the force-velocity curve's slopes at vmax are set to 0 whatever is
  /// given, because no curve is inverted.
  MuscleCurves curves(
      ActiveForceLengthParameters active,
      ForceVelocityParameters velocity,
      const PassiveForceLengthParameters& passive,
      const TendonForceLengthParameters& tendon);

  /// A passive curve alone.
  std::shared_ptr<const BezierCurve> passive_force_length(
      const PassiveForceLengthParameters& parameters);

  /// Number of distinct curves made.
  std::size_t size() const { return curves_.size(); }

 private:
  template <typename Make>
  std::shared_ptr<const BezierCurve> once(std::vector<double> key, Make make);

  std::map<std::vector<double>, std::shared_ptr<const BezierCurve>> curves_;
};

}  // namespace coxa
