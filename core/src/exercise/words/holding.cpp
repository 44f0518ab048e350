#include "coxa/exercise/words/holding.hpp"

#include "coxa/exercise/words/points.hpp"

namespace coxa {

void task(ScenarioBuilder& s, const std::string& name, const Task& task, const std::string& id) {
  s.tasks.push_back({name, task, id});
}

void hold(ScenarioBuilder& s, const std::string& name, double value) {
  task(s, name, coordinate(s, name, value), name);
  guess(s, name, value);
}

void drive(ScenarioBuilder& s, const std::string& name, double bottom, double top) {
  task(s, name, DriveCoordinate{s.skeleton().coordinate_index(name), bottom, top});
}

void wish(ScenarioBuilder& s, const std::string& name, double value, double weight) {
  const int index = s.skeleton().coordinate_index(name);
  s.wishes[index] = {index, value, weight};
  guess(s, name, value);
}

void guess(ScenarioBuilder& s, const std::string& name, double value) {
  s.first_guess[s.skeleton().coordinate_index(name)] = value;
}

void support(ScenarioBuilder& s, const Support& support) {
  s.scenario.setting.supports.push_back(support);
}

void load(ScenarioBuilder& s, const Load& load) { s.scenario.setting.loads.push_back(load); }

void furniture(ScenarioBuilder& s, const Furniture& furniture) {
  s.scenario.setting.furniture.push_back(furniture);
}

void advise(
    ScenarioBuilder& s,
    const std::string& coordinate,
    const std::string& if_low,
    const std::string& if_high) {
  for (const Side side : {Side::right, Side::left})
    s.scenario.plan.advice.push_back({coordinate + suffix(side), if_low, if_high});
}

void note(ScenarioBuilder& s, const std::string& name, const std::string& sentence) {
  s.scenario.setting.notes.emplace_back(name, sentence);
}

void note(ScenarioBuilder& s, const std::string& name, double value) {
  s.scenario.setting.notes.emplace_back(name, value);
}

}  // namespace coxa
