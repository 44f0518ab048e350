#include "coxa/setting/bands.hpp"

#include <algorithm>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

// one strand of a blue Thera-Band, means measured by Uchida et al. (2016) J Phys Ther Sci
// 28:1266-1271, whose regression is F[kgf] = 1.14 + 1.216 elongation
constexpr double kElongation[] = {0.25, 0.50, 0.75, 1.00, 1.25, 1.50, 1.75, 2.00, 2.25, 2.50};
constexpr double kBlueForce[] = {11.28, 16.67, 20.99, 24.62, 27.95,
                                 30.30, 32.56, 34.52, 37.76, 39.03};  // N

// force of one strand at 100 % elongation, manufacturer's chart (The Hygenic Corporation),
// pounds-force. Uchida et al. found its slopes too steep (measured blue is 4 % below it at 100 %
// and 10 % below it at 200 %), so only the ratios between colours are used
struct Colour {
  const char* name;
  double pounds;
};
constexpr Colour kColours[] = {{"tan", 2.4},  {"yellow", 3.0}, {"red", 3.7},     {"green", 4.6},
                               {"blue", 5.8}, {"black", 7.3},  {"silver", 10.2}, {"gold", 14.2}};
constexpr double kBluePounds = 5.8;

}  // namespace

double strand_tension(const BandMaterial& material, double elongation) {
  const std::vector<double>& x = material.elongation;
  const std::vector<double>& y = material.force;
  const int n = static_cast<int>(x.size());  // points without the origin, which has index -1
  if (!(elongation > 0) || n == 0) return 0;
  const auto at_x = [&](int i) { return i < 0 ? 0 : x[i]; };
  const auto at_y = [&](int i) { return i < 0 ? 0 : y[i]; };
  const auto width = [&](int i) { return at_x(i) - at_x(i - 1); };
  const auto chord = [&](int i) { return (at_y(i) - at_y(i - 1)) / width(i); };
  const int i = static_cast<int>(std::upper_bound(x.begin(), x.end(), elongation) - x.begin());
  if (i == n) return y.back() + chord(n - 1) * (elongation - x.back());

  // slope at a point: weighted harmonic mean of the adjacent chords; at either end, the chord's
  // slope
  const auto slope = [&](int k) {
    if (k < 0) return chord(0);
    if (k == n - 1) return chord(k);
    const double before = chord(k);
    const double after = chord(k + 1);
    if (before <= 0 || after <= 0) return 0.0;
    const double w_before = 2 * width(k + 1) + width(k);
    const double w_after = width(k + 1) + 2 * width(k);
    return (w_before + w_after) / (w_before / before + w_after / after);
  };
  const double h = width(i);
  const double t = (elongation - at_x(i - 1)) / h;
  const double u = 1 - t;
  return u * u * ((1 + 2 * t) * at_y(i - 1) + t * h * slope(i - 1))
         + t * t * ((1 + 2 * u) * at_y(i) - u * h * slope(i));
}

BandMaterial thera_band(const std::string& colour) {
  std::vector<std::string> names;
  std::string list;
  for (const Colour& c : kColours) {
    if (colour == c.name) {
      BandMaterial band{
          "thera-band " + colour, {std::begin(kElongation), std::end(kElongation)}, {}};
      for (const double force : kBlueForce) band.force.push_back(force * c.pounds / kBluePounds);
      return band;
    }
    names.push_back(c.name);
    list += " " + names.back();
  }
  const std::string nearest = nearest_name(colour, names);
  throw UnknownName(message(
      "no Thera-Band of colour '", colour, "'; there are", list,
      nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
}

}  // namespace coxa
