#include "python.hpp"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <condition_variable>
#include <csignal>
#include <future>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <thread>

#include <bulletin/error.hpp>

namespace bulletin::python {
namespace {

std::atomic<bool> exiting{false};

/// The program ends and has closed the clients: that is no error of its daemon threads. They stay
/// here until the process is gone.
void park_at_exit() {
  if (!exiting || gettid() == getpid()) return;
  PyEval_SaveThread();
  for (;;) pause();
}

void set_bulletin_error(const Error& error) {
  park_at_exit();
  const std::string_view code = to_string(error.code());
  const Ref module(PyImport_ImportModule("bulletin.errors"));
  if (!module) return;
  const Ref made(PyObject_CallMethod(
      module.get(), "from_code", "s#s#s#", code.data(), static_cast<Py_ssize_t>(code.size()),
      error.what(), static_cast<Py_ssize_t>(std::string_view(error.what()).size()),
      error.name().data(), static_cast<Py_ssize_t>(error.name().size())));
  if (made) PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(made.get())), made.get());
}

/// Between a call on a thread of its own and the thread that waits for it.
struct Call {
  std::mutex mutex;
  std::condition_variable ended;
  bool has_ended = false;  // guarded by mutex
  std::exception_ptr failure;

  void run(const std::function<void()>& call) noexcept {
    std::exception_ptr caught;
    try {
      call();
    } catch (...) {
      caught = std::current_exception();
    }
    std::scoped_lock lock(mutex);
    failure = std::move(caught);
    has_ended = true;
    ended.notify_all();
  }

  bool wait(std::chrono::nanoseconds time) {
    std::unique_lock lock(mutex);
    return ended.wait_for(lock, time, [this] { return has_ended; });
  }
};

/// No signal handler runs on the threads that begin during its life.
class SignalsBlocked {
 public:
  SignalsBlocked() noexcept {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

void note_exit() noexcept { exiting = true; }

void set_error_in_flight() {
  if (PyErr_Occurred() != nullptr) return;  // such as a signal handler's, which has ended a wait
  try {
    throw;
  } catch (const Error& error) {
    set_bulletin_error(error);
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
  }
}

bool wait_interruptibly(std::optional<std::chrono::nanoseconds> timeout,
                        const std::function<bool(std::chrono::nanoseconds)>& wait_some) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  for (;;) {
    std::chrono::nanoseconds left = signal_interval;
    if (timeout) left = std::min(left, *timeout - (Clock::now() - begin));
    if (without_gil([&] { return wait_some(std::max(left, std::chrono::nanoseconds(0))); }))
      return true;
    if (PyErr_CheckSignals() != 0) throw PythonError{};
    if (timeout && Clock::now() - begin >= *timeout) return false;
  }
}

void call_interruptibly(std::function<void()> call) {
  auto shared = std::make_shared<Call>();
  {
    const SignalsBlocked blocked;
    std::thread([shared, call = std::move(call)] { shared->run(call); }).detach();
  }
  wait_interruptibly(std::nullopt,
                     [shared](std::chrono::nanoseconds time) { return shared->wait(time); });
  if (shared->failure) std::rethrow_exception(shared->failure);
}

std::optional<std::chrono::nanoseconds> to_duration(PyObject* seconds) {
  if (seconds == nullptr || seconds == Py_None) return std::nullopt;
  Ref number = Ref::share(seconds);
  if (PyObject_HasAttrString(seconds, "total_seconds") != 0)
    number = Ref(checked(PyObject_CallMethod(seconds, "total_seconds", nullptr)));
  const double value = PyFloat_AsDouble(number.get());
  if (value == -1.0 && PyErr_Occurred() != nullptr) throw PythonError{};
  if (std::isnan(value)) {
    PyErr_SetString(PyExc_ValueError, "a time cannot be NaN");
    throw PythonError{};
  }
  constexpr double longest = 100.0 * 365 * 24 * 3600;  // a century, so that no clock overflows
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(std::min(std::max(value, -1.0), longest)));
}

std::string_view to_text(PyObject* text) {
  if (!PyUnicode_Check(text)) {
    PyErr_Format(PyExc_TypeError, "a name must be str, not %.100s", Py_TYPE(text)->tp_name);
    throw PythonError{};
  }
  Py_ssize_t size = 0;
  const char* const bytes = PyUnicode_AsUTF8AndSize(text, &size);
  if (bytes == nullptr) throw PythonError{};
  return {bytes, static_cast<std::size_t>(size)};
}

}  // namespace bulletin::python
