#include "coxa/study/limit_words.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <string_view>

namespace coxa {
namespace {

constexpr std::array<std::string_view, 2> kWords = {"right", "left"};
constexpr std::array<std::string_view, 2> kSuffixes = {"_r", "_l"};

struct MuscleName {
  std::string_view stem;
  std::string_view words;  // Terminologia Anatomica, with the part where the model has several
};

// the bundled model, whose names are those of Rajagopal et al. (2016), then those of gait2392 that
// differ
constexpr MuscleName kMuscles[] = {
    {"addbrev", "adductor brevis"},
    {"addlong", "adductor longus"},
    {"addmagDist", "adductor magnus, distal part"},
    {"addmagIsch", "adductor magnus, ischial part"},
    {"addmagMid", "adductor magnus, middle part"},
    {"addmagProx", "adductor magnus, proximal part"},
    {"bflh", "biceps femoris, long head"},
    {"bfsh", "biceps femoris, short head"},
    {"edl", "extensor digitorum longus"},
    {"ehl", "extensor hallucis longus"},
    {"ercspn", "erector spinae"},
    {"extobl", "external oblique"},
    {"fdl", "flexor digitorum longus"},
    {"fhl", "flexor hallucis longus"},
    {"gaslat", "gastrocnemius, lateral head"},
    {"gasmed", "gastrocnemius, medial head"},
    {"glmax1", "gluteus maximus, upper part"},
    {"glmax2", "gluteus maximus, middle part"},
    {"glmax3", "gluteus maximus, lower part"},
    {"glmed1", "gluteus medius, anterior part"},
    {"glmed2", "gluteus medius, middle part"},
    {"glmed3", "gluteus medius, posterior part"},
    {"glmin1", "gluteus minimus, anterior part"},
    {"glmin2", "gluteus minimus, middle part"},
    {"glmin3", "gluteus minimus, posterior part"},
    {"grac", "gracilis"},
    {"iliacus", "iliacus"},
    {"intobl", "internal oblique"},
    {"obtext", "obturator externus"},
    {"obtint", "obturator internus with gemelli"},
    {"perbrev", "peroneus brevis"},
    {"perlong", "peroneus longus"},
    {"piri", "piriformis"},
    {"psoas", "psoas major"},
    {"quadfem", "quadratus femoris"},
    {"recfem", "rectus femoris"},
    {"sart", "sartorius"},
    {"semimem", "semimembranosus"},
    {"semiten", "semitendinosus"},
    {"soleus", "soleus"},
    {"tfl", "tensor fasciae latae"},
    {"tibant", "tibialis anterior"},
    {"tibpost", "tibialis posterior"},
    {"vasint", "vastus intermedius"},
    {"vaslat", "vastus lateralis"},
    {"vasmed", "vastus medialis"},
    // gait2392
    {"add_brev", "adductor brevis"},
    {"add_long", "adductor longus"},
    {"add_mag1", "adductor magnus, upper part"},
    {"add_mag2", "adductor magnus, middle part"},
    {"add_mag3", "adductor magnus, lower part"},
    {"bifemlh", "biceps femoris, long head"},
    {"bifemsh", "biceps femoris, short head"},
    {"ext_dig", "extensor digitorum longus"},
    {"ext_hal", "extensor hallucis longus"},
    {"flex_dig", "flexor digitorum longus"},
    {"flex_hal", "flexor hallucis longus"},
    {"gem", "gemelli"},
    {"glut_max1", "gluteus maximus, upper part"},
    {"glut_max2", "gluteus maximus, middle part"},
    {"glut_max3", "gluteus maximus, lower part"},
    {"glut_med1", "gluteus medius, anterior part"},
    {"glut_med2", "gluteus medius, middle part"},
    {"glut_med3", "gluteus medius, posterior part"},
    {"glut_min1", "gluteus minimus, anterior part"},
    {"glut_min2", "gluteus minimus, middle part"},
    {"glut_min3", "gluteus minimus, posterior part"},
    {"lat_gas", "gastrocnemius, lateral head"},
    {"med_gas", "gastrocnemius, medial head"},
    {"pect", "pectineus"},
    {"per_brev", "peroneus brevis"},
    {"per_long", "peroneus longus"},
    {"per_tert", "peroneus tertius"},
    {"peri", "piriformis"},
    {"quad_fem", "quadratus femoris"},
    {"rect_fem", "rectus femoris"},
    {"tib_ant", "tibialis anterior"},
    {"tib_post", "tibialis posterior"},
    {"vas_int", "vastus intermedius"},
    {"vas_lat", "vastus lateralis"},
    {"vas_med", "vastus medialis"},
};

struct JointName {
  std::string_view stem;  // of the coordinate
  std::string_view positive;
  std::string_view negative;
};

constexpr JointName kJoints[] = {
    {"hip_flexion", "hip flexion", "hip extension"},
    {"hip_adduction", "hip adduction", "hip abduction"},
    {"hip_rotation", "internal hip rotation", "external hip rotation"},
    {"knee_angle", "knee flexion", "knee extension"},
    {"ankle_angle", "ankle dorsiflexion", "ankle plantarflexion"},
    {"subtalar_angle", "foot inversion", "foot eversion"},
    {"mtp_angle", "toe flexion", "toe extension"},
    {"lumbar_extension", "trunk extension", "trunk flexion"},
    {"lumbar_bending", "trunk bending to the right", "trunk bending to the left"},
    {"lumbar_rotation", "trunk rotation to the left", "trunk rotation to the right"},
    {"neck_extension", "neck extension", "neck flexion"},
    {"neck_bending", "neck bending to the right", "neck bending to the left"},
    {"neck_rotation", "neck rotation to the left", "neck rotation to the right"},
    {"arm_flex", "shoulder flexion", "shoulder extension"},
    {"arm_add", "shoulder adduction", "shoulder abduction"},
    {"arm_rot", "internal shoulder rotation", "external shoulder rotation"},
    {"elbow_flex", "elbow flexion", "elbow extension"},
    {"pro_sup", "forearm pronation", "forearm supination"},
    {"wrist_flex", "wrist flexion", "wrist extension"},
    {"wrist_dev", "ulnar deviation of the wrist", "radial deviation of the wrist"},
};

struct PlaceName {
  std::string_view stem;  // beginning of the site's name
  std::string_view words;
};

// the first that fits: parts of a sole have no side of their own
constexpr PlaceName kSoles[] = {
    {"heel_medial", "heel"}, {"heel_lateral", "heel"}, {"ball", "ball"}, {"toe", "toes"}};
constexpr PlaceName kPlaces[] = {
    {"heel_cord", "lower calf"},   {"knee_front", "knee"},        {"palm", "hand"},
    {"scapula", "shoulder blade"}, {"shoulder_back", "shoulder"}, {"thigh_front", "thigh"}};

std::string spaced(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}

// direction of a coordinate in words, and whether it is the negative one
std::string direction_words(const Coordinate& coordinate, bool negative) {
  const std::string stem = sided(coordinate.name).rest;
  const auto* known = std::ranges::find(kJoints, stem, &JointName::stem);
  if (known == std::end(kJoints)) return (negative ? "negative " : "") + spaced(stem);
  // in the family of gait2392 knee flexion is negative
  if (stem == "knee_angle" && coordinate.upper < -coordinate.lower) negative = !negative;
  return std::string(negative ? known->negative : known->positive);
}

}  // namespace

SidedName sided(const std::string& name) {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    const std::string word(kWords[i]);
    const std::string side = word + " ";
    if (name.ends_with(kSuffixes[i])) return {side, name.substr(0, name.size() - 2)};
    if (name.starts_with(word + "_")) return {side, name.substr(word.size() + 1)};
    if (name.ends_with("_" + word)) return {side, name.substr(0, name.size() - word.size() - 1)};
  }
  return {"", name};
}

std::string mirrored(const std::string& name) {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    const std::string word(kWords[i]);
    const std::string other(kWords[1 - i]);
    if (name.ends_with(kSuffixes[i]))
      return name.substr(0, name.size() - 2) + std::string(kSuffixes[1 - i]);
    if (name.starts_with(word + "_")) return other + name.substr(word.size());
    if (name.ends_with("_" + word)) return name.substr(0, name.size() - word.size()) + other;
  }
  return "";
}

std::string muscle_words(const std::string& name) {
  const SidedName split = sided(name);
  const auto* known = std::ranges::find(kMuscles, split.rest, &MuscleName::stem);
  return split.side
         + (known == std::end(kMuscles) ? spaced(split.rest) : std::string(known->words));
}

std::string angle_words(const Coordinate& coordinate, double angle) {
  const double degrees = std::round(std::abs(angle) * 180 / std::numbers::pi);
  char number[32];
  std::snprintf(number, sizeof number, "%.0f", degrees);
  return std::string(number) + " deg of " + direction_words(coordinate, angle < 0 && degrees > 0);
}

std::string action_words(const Coordinate& coordinate, int direction) {
  return sided(coordinate.name).side + direction_words(coordinate, direction < 0);
}

std::string place_words(const std::string& site) {
  const SidedName split = sided(site);
  for (const PlaceName& place : kSoles)
    if (split.rest.starts_with(place.stem)) return std::string(place.words);
  for (const PlaceName& place : kPlaces)
    if (split.rest.starts_with(place.stem)) return split.side + std::string(place.words);
  return split.side + spaced(split.rest);
}

std::string plain_words(const std::string& name) {
  const SidedName split = sided(name);
  return split.side + spaced(split.rest);
}

}  // namespace coxa
