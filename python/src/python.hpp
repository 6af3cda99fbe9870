// What every file of the extension needs of CPython's API: owning references, the GIL, errors.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#ifdef Py_GIL_DISABLED
#error "bulletin is not tested with free-threaded builds of Python: use a build with the GIL"
#endif

namespace bulletin::python {

/// Owns one reference; null when a call of Python has failed, with its exception set.
class Ref {
 public:
  Ref() noexcept = default;
  explicit Ref(PyObject* owned) noexcept : object_(owned) {}
  Ref(Ref&& other) noexcept : object_(other.release()) {}
  Ref& operator=(Ref&& other) noexcept {
    PyObject* const before = std::exchange(object_, other.release());
    Py_XDECREF(before);
    return *this;
  }
  Ref(const Ref&) = delete;
  Ref& operator=(const Ref&) = delete;
  ~Ref() { Py_XDECREF(object_); }

  static Ref share(PyObject* borrowed) noexcept { return Ref(Py_XNewRef(borrowed)); }

  [[nodiscard]] PyObject* get() const noexcept { return object_; }
  [[nodiscard]] PyObject* release() noexcept { return std::exchange(object_, nullptr); }
  explicit operator bool() const noexcept { return object_ != nullptr; }

 private:
  PyObject* object_ = nullptr;
};

/// Thrown where a call of Python has failed: its exception is set.
struct PythonError {};

/// The object, or PythonError.
inline PyObject* checked(PyObject* object) {
  if (object == nullptr) throw PythonError{};
  return object;
}

/// Sets the Python exception that belongs to the C++ exception in flight.
void set_error_in_flight();

/// From now on errors of the library in other threads than the main one are not told.
void note_exit() noexcept;

/// Runs a function that returns a new reference; what it throws becomes a Python exception.
///
/// There is no catch of everything here and below: a daemon thread that asks for the GIL after the
/// interpreter has ended is unwound by pthread_exit(), and that must not be held up.
template <class F>
PyObject* guarded(F&& function) {
  try {
    return function();
  } catch (const PythonError&) {
  } catch (const std::exception&) {
    set_error_in_flight();
  }
  return nullptr;
}

/// Runs a function without the GIL.
template <class F>
auto without_gil(F&& function) {
  using Result = std::invoke_result_t<F>;
  std::exception_ptr failure;
  PyThreadState* const state = PyEval_SaveThread();
  if constexpr (std::is_void_v<Result>) {
    try {
      function();
    } catch (const std::exception&) {
      failure = std::current_exception();
    }
    PyEval_RestoreThread(state);
    if (failure) std::rethrow_exception(failure);
  } else {
    std::optional<Result> result;
    try {
      result.emplace(function());
    } catch (const std::exception&) {
      failure = std::current_exception();
    }
    PyEval_RestoreThread(state);
    if (failure) std::rethrow_exception(failure);
    return *std::move(result);
  }
}

/// How long a wait goes on before it looks whether a signal wants this thread.
inline constexpr std::chrono::milliseconds signal_interval{50};

/// Waits, without the GIL, until `wait_some(time)` is true; false: `timeout` passed. A signal
/// handler that raises, such as that of Ctrl-C, ends it with PythonError.
bool wait_interruptibly(std::optional<std::chrono::nanoseconds> timeout,
                        const std::function<bool(std::chrono::nanoseconds)>& wait_some);

/// Runs a call that blocks on a thread of its own, and waits for it as above. A signal ends the
/// waiting; the call goes on by itself. `call` owns what it uses, and touches nothing of Python.
void call_interruptibly(std::function<void()> call);

/// Seconds, as an int, float or timedelta; None: nullopt. Throws PythonError.
std::optional<std::chrono::nanoseconds> to_duration(PyObject* seconds);

/// A str as its UTF-8, which lives as long as the object. Throws PythonError.
std::string_view to_text(PyObject* text);

}  // namespace bulletin::python
