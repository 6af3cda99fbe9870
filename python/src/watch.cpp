// _core.Watch: the changes of a namespace, in a queue that Python empties.

#include <unistd.h>

#include <algorithm>
#include <map>
#include <vector>

#include "objects.hpp"

namespace bulletin::python {

PyTypeObject* watch_type = nullptr;

namespace {

struct QueuedChange {
  std::string name;
  std::optional<std::string> value;  // nullopt: removed
  std::uint64_t revision = 0;
  std::uint64_t skipped = 0;
  bool resynced = false;
  bool last = false;
};

/// What the library's thread has told and Python has not taken. When that is too much, only the
/// newest change of each attribute stays.
class ChangeQueue {
 public:
  void push(const Change& change) {
    QueuedChange queued{std::string(change.name), std::nullopt,    change.revision.value(),
                        change.skipped,           change.resynced, change.last};
    if (change.value != nullptr)
      queued.value = ValueTraits<Encoded>::from_value(*change.value).value().bytes;
    {
      std::scoped_lock lock(mutex_);
      bytes_ += size_of(queued);
      changes_.push_back(std::move(queued));
      if (bytes_ > most_bytes_) keep_newest();
    }
    doorbell.ring();
  }

  std::vector<QueuedChange> take() {
    std::vector<QueuedChange> taken;
    doorbell.silence();
    std::scoped_lock lock(mutex_);
    taken.swap(changes_);
    bytes_ = 0;
    most_bytes_ = least_bound;
    return taken;
  }

  const Doorbell doorbell;

 private:
  static constexpr std::size_t least_bound = std::size_t{8} << 20;

  static std::size_t size_of(const QueuedChange& change) {
    return sizeof change + change.name.size() + (change.value ? change.value->size() : 0);
  }

  void keep_newest() {
    std::map<std::string_view, std::size_t> newest;
    for (std::size_t i = 0; i != changes_.size(); ++i) {
      const auto [place, added] = newest.try_emplace(changes_[i].name, i);
      if (added) continue;
      changes_[i].skipped += changes_[place->second].skipped + 1;
      changes_[i].resynced = true;
      place->second = i;
    }
    std::vector<QueuedChange> kept;
    for (std::size_t i = 0; i != changes_.size(); ++i) {
      if (newest.at(changes_[i].name) == i) kept.push_back(changes_[i]);
    }
    if (!kept.empty()) kept.back().last = true;
    changes_ = std::move(kept);
    bytes_ = 0;
    for (const QueuedChange& change : changes_) bytes_ += size_of(change);
    // So that a namespace which is itself that large is not gone through for each change.
    most_bytes_ = std::max(least_bound, 2 * bytes_);
  }

  std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<QueuedChange> changes_;
  std::size_t bytes_ = 0;
  std::size_t most_bytes_ = least_bound;
};

/// A watch belongs to the process that made it: in a forked child it has ended.
struct WatchState {
  std::shared_ptr<ChangeQueue> queue = std::make_shared<ChangeQueue>();
  Subscription subscription;
  std::shared_ptr<ClientSignals> signals;
  Ref loads;
  bool ended = false;
  const pid_t process = getpid();
};

struct WatchObject {
  PyObject_HEAD;
  WatchState* state;
};

WatchState& state_of(PyObject* object) { return *reinterpret_cast<WatchObject*>(object)->state; }

void end(WatchState& state) {
  if (std::exchange(state.ended, true)) return;
  Subscription ended = std::move(state.subscription);
  // Waits for a callback that runs; that one never asks for the GIL.
  without_gil([&] { ended.cancel(); });
  state.queue->doorbell.ring();
}

void dealloc_watch(PyObject* object) {
  WatchState* const state = reinterpret_cast<WatchObject*>(object)->state;
  if (state != nullptr) end(*state);
  delete state;
  PyTypeObject* const type = Py_TYPE(object);
  type->tp_free(object);
  Py_DECREF(type);
}

PyObject* to_tuple(const QueuedChange& change, PyObject* loads) {
  Ref value = change.value ? Ref(to_object(loads, *change.value)) : Ref::share(Py_None);
  return checked(Py_BuildValue(
      "(s#NKNKNN)", change.name.data(), static_cast<Py_ssize_t>(change.name.size()),
      value.release(), static_cast<unsigned long long>(change.revision),
      PyBool_FromLong(change.value ? 0 : 1), static_cast<unsigned long long>(change.skipped),
      PyBool_FromLong(change.resynced ? 1 : 0), PyBool_FromLong(change.last ? 1 : 0)));
}

PyObject* take(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded([&]() -> PyObject* {
    check_count("take", count, 0, 1);
    WatchState& state = state_of(self);
    const auto is_over = [&] {
      return state.ended || state.process != getpid() || state.signals->closed;
    };
    if (is_over()) return Py_NewRef(Py_None);
    const std::shared_ptr<ChangeQueue> queue = state.queue;
    bool told = queue->doorbell.wait(std::chrono::nanoseconds(0));
    if (!told) {
      told = wait_interruptibly(to_duration(count == 1 ? args[0] : nullptr),
                                [&](std::chrono::nanoseconds time) {
                                  return queue->doorbell.wait(time) || state.signals->closed;
                                });
    }
    if (told && is_over()) return Py_NewRef(Py_None);
    Ref list(checked(PyList_New(0)));
    if (!told) return list.release();
    for (const QueuedChange& change : queue->take()) {
      const Ref item(to_tuple(change, state.loads.get()));
      if (PyList_Append(list.get(), item.get()) != 0) throw PythonError{};
    }
    return list.release();
  });
}

PyObject* close_watch(PyObject* self, PyObject*) {
  return guarded([&] {
    end(state_of(self));
    return Py_NewRef(Py_None);
  });
}

PyObject* descriptor(PyObject* self, PyObject*) {
  return PyLong_FromLong(state_of(self).queue->doorbell.descriptor());
}

PyMethodDef methods[] = {
    {"take", reinterpret_cast<PyCFunction>(take), METH_FASTCALL,
     "take($self, timeout=None, /)\n--\n\nWait for changes and return all that have gathered; []: "
     "none within the timeout; None: the watch has ended."},
    {"close", close_watch, METH_NOARGS, "close($self, /)\n--\n\nEnd the watch."},
    {"fileno", descriptor, METH_NOARGS,
     "fileno($self, /)\n--\n\nA descriptor that is readable while there are changes to take."},
    {}};

PyType_Slot slots[] = {{Py_tp_dealloc, reinterpret_cast<void*>(dealloc_watch)},
                       {Py_tp_methods, methods},
                       {0, nullptr}};

PyType_Spec spec = {"bulletin._core.Watch", sizeof(WatchObject), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

}  // namespace

PyObject* make_watch(AttributesObject* self, PyObject* name) {
  Space& space = space_of(self);
  Ref made(checked(watch_type->tp_alloc(watch_type, 0)));
  auto* const state = reinterpret_cast<WatchObject*>(made.get())->state = new WatchState;
  state->signals = space.signals;
  state->loads = Ref::share(self->loads);
  const auto push = [queue = state->queue](const Change& change) { queue->push(change); };
  if (name == Py_None) {
    state->subscription = without_gil([&] { return space.handle.watch(push); });
  } else {
    const std::string text(to_text(name));
    state->subscription = without_gil([&] { return space.handle.watch(text, push); });
  }
  return made.release();
}

bool add_watch_type(PyObject* module) {
  watch_type = add_type(module, spec);
  return watch_type != nullptr;
}

}  // namespace bulletin::python
