#pragma once

#include <initializer_list>
#include <memory>

#include "coxa/math/error.hpp"
#include "coxa/muscle/model.hpp"
#include "coxa/muscle/subject.hpp"

#include "bindings.hpp"

namespace coxa::python {

using ModelPtr = std::shared_ptr<Model>;
using ModelClass = py::class_<Model, ModelPtr>;
using ConstRow = Eigen::Map<const Eigen::VectorXd>;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// [k x n] states, one per row, referenced without copying.
class States {
 public:
  States(const char* name, const Rows& rows, std::initializer_list<py::ssize_t> widths)
      : data_(rows.data()), count_(rows.ndim() == 2 ? rows.shape(0) : -1) {
    require(count_ >= 0, name, " must have one state per row");
    width_ = rows.shape(1);
    for (const auto width : widths) {
      if (width == width_) return;
    }
    require_size(name, static_cast<long>(width_), static_cast<long>(*widths.begin()));
  }

  py::ssize_t count() const { return count_; }
  py::ssize_t width() const { return width_; }
  ConstRow operator[](py::ssize_t k) const { return {data_ + k * width_, width_}; }

 private:
  const double* data_;
  py::ssize_t count_;
  py::ssize_t width_ = 0;
};

/// A list with one dict per item, filled by `fill(row, item)`.
template <typename Items, typename Fill>
py::list rows_of(const Items& items, const Fill& fill) {
  py::list rows;
  for (const auto& item : items) {
    py::dict row;
    fill(row, item);
    rows.append(row);
  }
  return rows;
}

/// Binds the parts of a model as lists of dicts.
void bind_model_tables(ModelClass& c);
/// Binds functions of many states, one per row.
void bind_model_states(ModelClass& c);

/// A coxa.Subject, whose values Python has checked.
Subject subject_of(const py::handle& given);

}  // namespace coxa::python
