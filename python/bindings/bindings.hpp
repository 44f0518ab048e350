#pragma once

#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

namespace coxa::python {

namespace py = pybind11;

/// One state per row.
using Rows = py::array_t<double, py::array::c_style | py::array::forcecast>;

void bind_errors(py::module_& m);
void bind_datasets(py::module_& m);
void bind_models(py::module_& m);
void bind_exercises(py::module_& m);
void bind_simulation(py::module_& m);

/// Array of Python that owns the memory of a vector, without a copy.
template <typename T>
py::array_t<T> to_array(std::vector<T> values, std::vector<py::ssize_t> shape) {
  auto* owned = new std::vector<T>(std::move(values));
  py::capsule owner(owned, [](void* memory) { delete static_cast<std::vector<T>*>(memory); });
  return py::array_t<T>(std::move(shape), owned->data(), owner);
}

/// Runs `work` on a thread of its own without the GIL while this one looks for Ctrl-C and calls `tick`, so
/// that a worker never needs Python. On Ctrl-C or an exception of `tick`, `stop` is called once and `work` is
/// waited for.
template <typename Work, typename Stop, typename Tick>
auto run_without_gil(Work work, Stop stop, Tick tick) {
  std::promise<decltype(work())> promise;
  auto future = promise.get_future();
  std::thread thread([&] {
    try {
      promise.set_value(work());
    } catch (...) {
      promise.set_exception(std::current_exception());
    }
  });
  const auto wait = [&](std::chrono::milliseconds most) {
    py::gil_scoped_release release;
    return future.wait_for(most) == std::future_status::ready;
  };

  try {
    bool finished = wait(std::chrono::milliseconds(5));
    while (!finished) {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      tick();
      finished = wait(std::chrono::milliseconds(50));
    }
    tick();
  } catch (...) {
    stop();
    py::gil_scoped_release release;
    thread.join();
    throw;
  }
  thread.join();
  return future.get();
}

template <typename Work>
auto run_without_gil(Work work) {
  return run_without_gil(
      std::move(work), [] {}, [] {});
}

}  // namespace coxa::python
