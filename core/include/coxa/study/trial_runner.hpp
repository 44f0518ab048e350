#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coxa/exercise/exercise.hpp"
#include "coxa/exercise/parameter.hpp"
#include "coxa/export.hpp"
#include "coxa/frame/trial.hpp"
#include "coxa/muscle/model.hpp"
#include "coxa/muscle/subject.hpp"
#include "coxa/study/dataset.hpp"

namespace coxa {

/// One trial of a study: exercise, parameters, subject, and deviations from the study's defaults.
struct TrialRow {
  std::string exercise;                          // name in the registry
  std::map<std::string, GivenValue> parameters;  // declared units, words for choices
  std::map<std::string, double> offsets{};       // added to the parameters, declared units
  std::optional<Subject> subject{};              // none: the model is used unscaled
  std::map<std::string, double> changes{};       // arguments of `perturb`, applied after scaling
  std::optional<double> criterion{};             // overrides that of the options
};

/// Runs trials of a study one after another; one per thread. The model is scaled and changed for
/// each row, but only if subject or changes differ from the previous row. The result of a row does
/// not depend on earlier rows. An exercise is looked up once: replacing it in the registry later
/// has no effect here.
class COXA_EXPORT TrialRunner {
 public:
  /// @param generic        the model before scaling
  /// @param anthropometry  folder with the tables of `scale`
  TrialRunner(
      std::shared_ptr<const Model> generic,
      std::filesystem::path anthropometry,
      const SimulateOptions& options);

  /// Runs the trial of a row; returns what `simulate` does.
  ///
  /// An offset is added to the given or default value. If the value is found from the body, the
  /// exercise is built once more to obtain it (from the note with the parameter's name), and the
  /// offset is added to that. The sum is clamped to the declared range, and rounded for an integer
  /// parameter.
  /// @throws whatever `scale`, `perturb`, `build_trial` and `simulate` throw
  /// @throws InvalidArgument for an offset on a word, or on a value that the exercise finds but
  ///         does not note
  Dataset run(const TrialRow& row);

  /// Model of the last row, scaled and changed. @throws InvalidArgument before the first row
  const std::shared_ptr<const Model>& model() const;

  /// Parameters of the last row, including offsets. @throws InvalidArgument before the first row
  const Parameters& parameters() const;

 private:
  struct Known {
    std::shared_ptr<const Exercise> exercise;
    std::vector<Parameter> declared;
  };

  const Known& known(const std::string& exercise);
  void prepare(const TrialRow& row);

  std::shared_ptr<const Model> generic_;
  std::filesystem::path anthropometry_;
  SimulateOptions options_;
  std::map<std::string, Known> known_;

  std::optional<Subject> subject_;
  std::map<std::string, double> changes_;
  std::shared_ptr<const Model> scaled_;   // to subject_
  std::shared_ptr<const Model> changed_;  // by changes_
  std::optional<Parameters> parameters_;
};

}  // namespace coxa
