#include "coxa/muscle/model.hpp"

#include "coxa/math/error.hpp"

namespace coxa {

int Model::muscle_index(const std::string& muscle_name) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < muscles.size(); ++i) {
    if (muscles[i].name == muscle_name) return static_cast<int>(i);
    names.push_back(muscles[i].name);
  }
  const std::string near = nearest_name(muscle_name, names);
  throw UnknownName(message(
      "no muscle '", muscle_name, "' in model '", name, "', which has ", names.size(),
      near.empty() ? std::string() : "; did you mean '" + near + "'?"));
}

}  // namespace coxa
