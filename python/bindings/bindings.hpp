#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include "coxa/math/error.hpp"

namespace coxa::python {

namespace py = pybind11;

/// States, one per row.
using Rows = py::array_t<double, py::array::c_style | py::array::forcecast>;

void bind_errors(py::module_& m);
void bind_datasets(py::module_& m);
void bind_models(py::module_& m);
void bind_motion(py::module_& m);
void bind_setting(py::module_& m);
void bind_scenario(py::module_& m);
void bind_vocabulary(py::module_& m);
void bind_exercises(py::module_& m);
void bind_simulation(py::module_& m);

/// NumPy array that takes ownership of a vector's memory, without copying.
template <typename T>
py::array_t<T> to_array(std::vector<T> values, std::vector<py::ssize_t> shape) {
  auto* owned = new std::vector<T>(std::move(values));
  py::capsule owner(owned, [](void* memory) { delete static_cast<std::vector<T>*>(memory); });
  return py::array_t<T>(std::move(shape), owned->data(), owner);
}

/// Counts work in progress, so that the interpreter can wait for it at exit: a thread that requests
/// the GIL after that never returns, and the worker threads it should have joined would terminate
/// the process.
class Running {
 public:
  /// One piece of work.
  struct Piece {
    Piece() { change(1); }
    ~Piece() { change(-1); }
    Piece(const Piece&) = delete;
    Piece& operator=(const Piece&) = delete;
  };

  static bool ending() { return state().ending; }

  /// Asks all work to stop and waits for it, without holding the GIL.
  static void end() {
    const py::gil_scoped_release release;
    std::unique_lock lock(state().mutex);
    state().ending = true;
    // no trial takes this long; anything longer is abandoned
    state().ended.wait_for(lock, std::chrono::seconds(30), [] { return state().count == 0; });
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable ended;
    int count = 0;
    std::atomic<bool> ending = false;
  };

  static State& state() {
    static auto* const state = new State;  // outlives every thread
    return *state;
  }
  static void change(int by) {
    const std::lock_guard lock(state().mutex);
    state().count += by;
    state().ended.notify_all();
  }
};

/// Runs `work` on a new thread without the GIL, while this thread checks for Ctrl-C and calls
/// `tick`, so that workers never need Python. On Ctrl-C, an exception from `tick` or interpreter
/// shutdown, `stop` is called once and `work` is joined.
template <typename Work, typename Stop, typename Tick>
auto run_without_gil(Work work, Stop stop, Tick tick) {
  const Running::Piece piece;
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
      require<Error>(!Running::ending(), "given up: Python is shutting down");
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
