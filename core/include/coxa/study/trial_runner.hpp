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

/// One trial of a study: who does what, and what is otherwise than usual.
struct TrialRow {
  std::string exercise;                          // of the registry
  std::map<std::string, GivenValue> parameters;  // declared units, words for choices
  std::map<std::string, double> offsets{};       // added to parameters, declared units
  std::optional<Subject> subject{};              // none: the model is taken as it is
  std::map<std::string, double> changes{};       // of `perturb`, after scaling
  std::optional<double> criterion{};             // instead of that of the options
};

/// Runs trials of a study one after another; one per thread. The model is scaled and changed for
/// each row, but not again while subject and changes stay the same from row to row. What a row
/// gives does not depend on the rows before it. An exercise is looked up once: one that is replaced
/// meanwhile stays as it was.
class COXA_EXPORT TrialRunner {
 public:
  /// @param generic        the model before scaling
  /// @param anthropometry  folder with the tables of `scale`
  TrialRunner(
      std::shared_ptr<const Model> generic,
      std::filesystem::path anthropometry,
      const SimulateOptions& options);

  /// The trial of a row, as `simulate` gives it.
  ///
  /// An offset is added to the value that is given or the default. Where the body decides the value,
  /// the exercise is built once more to see what it finds (its note of the parameter's name), and the
  /// offset is added to that. The sum is brought into the declared range, and rounded for a whole
  /// number.
  /// @throws what `scale`, `perturb`, `build_trial` and `simulate` throw; InvalidArgument for an
  ///         offset on a word, or on a value that the exercise found but does not note
  Dataset run(const TrialRow& row);

  /// Model of the last row, scaled and changed. @throws InvalidArgument before the first one
  const std::shared_ptr<const Model>& model() const;

  /// Parameters of the last row, offsets added. @throws InvalidArgument before the first one
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
