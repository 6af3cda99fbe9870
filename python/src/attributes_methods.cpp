// What the Python classes call: their own methods are made of these. Positional arguments only.

#include "attributes.hpp"

namespace bulletin::python {

// --- reads that see what was said elsewhere ---

namespace {

/// How long a connection may be broken before reads of a private board say so.
constexpr std::chrono::milliseconds patience{1500};

[[noreturn]] void throw_connection_lost() {
  const Ref module(checked(PyImport_ImportModule("bulletin.errors")));
  Ref(checked(PyObject_CallMethod(module.get(), "raise_connection_lost", nullptr)));
  throw PythonError{};
}

}  // namespace

void await_news(AttributesObject* self) {
  const Space& space = *self->space;
  const std::int64_t lost_since = space.signals->lost_since_ms.load(std::memory_order_relaxed);
  if (lost_since != 0 && steady_ms() - lost_since > patience.count()) [[unlikely]]
    throw_connection_lost();
  const std::uint64_t newest = self->newest->load(std::memory_order_acquire);
  const std::uint64_t here = space.handle.revision().value();
  if (here == newest) [[likely]]
    return;
  if (here > newest) return tell_news(self, Revision(here));
  const Namespace handle = space.handle;
  try {
    without_gil([&] { handle.sync(); });
  } catch (const Error& error) {
    if (error.code() != Errc::disconnected) throw;
    throw_connection_lost();
  }
}

void tell_news(AttributesObject* self, Revision revision) noexcept {
  if (self->newest == nullptr) return;
  std::uint64_t known = self->newest->load(std::memory_order_relaxed);
  while (known < revision.value() &&
         !self->newest->compare_exchange_weak(known, revision.value(), std::memory_order_acq_rel)) {
  }
}

namespace {

PyObject* attach_method(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded([&]() -> PyObject* {
    check_count("_bulletin_attach", count, 7, 7);
    if (!PyObject_TypeCheck(args[0], client_type)) {
      PyErr_Format(PyExc_TypeError, "expected a Client, not %.100s", Py_TYPE(args[0])->tp_name);
      return nullptr;
    }
    const Py_ssize_t word = PyLong_AsSsize_t(args[6]);
    if (word < 0) {
      if (PyErr_Occurred() == nullptr) PyErr_SetString(PyExc_ValueError, "a word below 0");
      return nullptr;
    }
    attach(as_attributes(self),
           {args[0], std::string(to_text(args[1])), args[2], args[3], args[4], args[5], word});
    return Py_NewRef(Py_None);
  });
}

PyObject* is_attached(PyObject* self, PyObject*) {
  return PyBool_FromLong(as_attributes(self)->space != nullptr ? 1 : 0);
}

// --- reads ---

PyObject* get(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded([&]() -> PyObject* {
    check_count("_bulletin_get", count, 1, 2);
    (void)space_of(as_attributes(self));
    (void)to_text(args[0]);
    if (PyObject* const value = read(as_attributes(self), args[0])) return value;
    return Py_NewRef(count == 2 ? args[1] : Py_None);
  });
}

PyObject* versioned(PyObject* self, PyObject* name) {
  return guarded([&]() -> PyObject* {
    AttributesObject* const object = as_attributes(self);
    const Space& space = space_of(object);
    if (object->newest != nullptr) await_news(object);
    const auto found = space.handle.read<Encoded>(to_text(name));
    if (!found) return Py_NewRef(Py_None);
    return checked(Py_BuildValue("(NK)", to_object(object->loads, found->value.bytes),
                                 static_cast<unsigned long long>(found->revision.value())));
  });
}

PyObject* attribute_names(PyObject* self, PyObject*) {
  return guarded([&] {
    AttributesObject* const object = as_attributes(self);
    const Namespace handle = space_of(object).handle;
    if (object->newest != nullptr) await_news(object);
    const auto found = without_gil([&] { return handle.names(); });
    Ref list(checked(PyList_New(0)));
    for (const std::string& name : found) {
      const Ref text(
          checked(PyUnicode_FromStringAndSize(name.data(), static_cast<Py_ssize_t>(name.size()))));
      if (PyList_Append(list.get(), text.get()) != 0) throw PythonError{};
    }
    return list.release();
  });
}

PyObject* snapshot(PyObject* self, PyObject*) {
  return guarded([&] {
    AttributesObject* const object = as_attributes(self);
    const Namespace handle = space_of(object).handle;
    if (object->newest != nullptr) await_news(object);
    const Ref loads = Ref::share(object->loads);
    const Snapshot taken = without_gil([&] { return handle.snapshot(); });
    Ref items(checked(PyDict_New()));
    for (const std::string& name : taken.names()) {
      const auto found = taken.read<Encoded>(name);
      const Ref key(
          checked(PyUnicode_FromStringAndSize(name.data(), static_cast<Py_ssize_t>(name.size()))));
      const Ref item(
          checked(Py_BuildValue("(NK)", to_object(loads.get(), found->value.bytes),
                                static_cast<unsigned long long>(found->revision.value()))));
      if (PyDict_SetItem(items.get(), key.get(), item.get()) != 0) throw PythonError{};
    }
    return checked(Py_BuildValue("(KN)", static_cast<unsigned long long>(taken.revision().value()),
                                 items.release()));
  });
}

PyObject* state(PyObject* self, PyObject*) {
  return guarded([&] {
    const Namespace& handle = space_of(as_attributes(self)).handle;
    const Freshness freshness = handle.freshness();
    const char* const text = freshness.state == Freshness::State::connected ? "connected"
                             : freshness.state == Freshness::State::syncing ? "syncing"
                                                                            : "stale";
    const std::chrono::duration<double> since = freshness.since.time_since_epoch();
    const std::string& name = handle.name();
    const std::string uri = handle.uri();
    return checked(Py_BuildValue("(s#s#Ksd)", name.data(), static_cast<Py_ssize_t>(name.size()),
                                 uri.data(), static_cast<Py_ssize_t>(uri.size()),
                                 static_cast<unsigned long long>(handle.revision().value()), text,
                                 since.count()));
  });
}

// --- writes ---

Future<Revision> begin_set(AttributesObject* self, PyObject* const* args) {
  const Namespace handle = space_of(self).handle;
  const std::string name(to_text(args[0]));
  const SetOptions options = to_options(args[2], args[3]);
  const Encoded value = to_encoded(self->dumps, name, args[1]);
  return without_gil([&] { return handle.set_async(name, value, options); });
}

PyObject* set(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded([&] {
    check_count("_bulletin_set", count, 4, 4);
    AttributesObject* const object = as_attributes(self);
    Revision revision;
    if (to_text(args[0]).starts_with('_')) {  // private to this process: never waits
      revision = space_of(object).handle.set(to_text(args[0]),
                                             to_encoded(object->dumps, to_text(args[0]), args[1]),
                                             to_options(args[2], args[3]));
    } else {
      revision = get_interruptibly(begin_set(object, args));
    }
    tell_news(object, revision);
    return checked(PyLong_FromUnsignedLongLong(revision.value()));
  });
}

PyObject* set_async(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded([&] {
    check_count("_bulletin_set_async", count, 4, 4);
    return make_future(begin_set(as_attributes(self), args));
  });
}

PyObject* post(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded([&] {
    check_count("_bulletin_post", count, 4, 4);
    AttributesObject* const object = as_attributes(self);
    const Namespace handle = space_of(object).handle;
    const std::string name(to_text(args[0]));
    const SetOptions options = to_options(args[2], args[3]);
    const Encoded value = to_encoded(object->dumps, name, args[1]);
    without_gil([&] { handle.post(name, value, options); });
    return Py_NewRef(Py_None);
  });
}

Future<CommitResult> begin_commit(AttributesObject* self, PyObject* transaction) {
  const Namespace handle = space_of(self).handle;
  const Transaction& built = transaction_of(transaction);
  return without_gil([&] { return handle.commit_async(built); });
}

PyObject* commit(PyObject* self, PyObject* transaction) {
  return guarded([&] {
    const CommitResult result = get_interruptibly(begin_commit(as_attributes(self), transaction));
    tell_news(as_attributes(self), result.revision());
    return to_tuple(result);
  });
}

PyObject* commit_async(PyObject* self, PyObject* transaction) {
  return guarded([&] { return make_future(begin_commit(as_attributes(self), transaction)); });
}

PyObject* erase_private(PyObject* self, PyObject* name) {
  return guarded([&] {
    return PyBool_FromLong(space_of(as_attributes(self)).handle.erase(to_text(name)) ? 1 : 0);
  });
}

PyObject* transaction(PyObject* self, PyObject*) {
  return guarded([&] { return make_transaction(as_attributes(self)->dumps); });
}

PyObject* flush(PyObject* self, PyObject*) {
  return guarded([&] {
    const Namespace handle = space_of(as_attributes(self)).handle;
    call_interruptibly([handle] { handle.flush(); });
    tell_news(as_attributes(self), handle.revision());
    return Py_NewRef(Py_None);
  });
}

PyObject* sync(PyObject* self, PyObject*) {
  return guarded([&] {
    const Namespace handle = space_of(as_attributes(self)).handle;
    without_gil([&] { handle.sync(); });
    return Py_NewRef(Py_None);
  });
}

PyObject* watch(PyObject* self, PyObject* name) {
  return guarded([&] { return make_watch(as_attributes(self), name); });
}

template <class Function>
PyCFunction quick(Function* function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

}  // namespace

PyMethodDef attributes_methods[] = {
    {"_bulletin_attach", quick(attach_method), METH_FASTCALL,
     "(client, name, reserved, dumps, loads, page, word): what this object shows from now on."},
    {"_bulletin_attached", is_attached, METH_NOARGS, nullptr},
    {"_bulletin_get", quick(get), METH_FASTCALL, "(name[, default])"},
    {"_bulletin_versioned", versioned, METH_O, "(name): (value, revision) or None"},
    {"_bulletin_names", attribute_names, METH_NOARGS, nullptr},
    {"_bulletin_snapshot", snapshot, METH_NOARGS, "(revision, {name: (value, revision)})"},
    {"_bulletin_state", state, METH_NOARGS, "(name, uri, revision, freshness, since)"},
    {"_bulletin_set", quick(set), METH_FASTCALL, "(name, value, ephemeral, ttl): the revision"},
    {"_bulletin_set_async", quick(set_async), METH_FASTCALL, "as _bulletin_set: a Future"},
    {"_bulletin_post", quick(post), METH_FASTCALL, "as _bulletin_set: None"},
    {"_bulletin_commit", commit, METH_O,
     "(transaction): (committed, revision, changed, lost, sums)"},
    {"_bulletin_commit_async", commit_async, METH_O, "as _bulletin_commit: a Future"},
    {"_bulletin_erase_private", erase_private, METH_O, "(name): whether it existed"},
    {"_bulletin_transaction", transaction, METH_NOARGS, nullptr},
    {"_bulletin_flush", flush, METH_NOARGS, nullptr},
    {"_bulletin_sync", sync, METH_NOARGS, nullptr},
    {"_bulletin_watch", watch, METH_O, "(name or None): a Watch"},
    {}};

}  // namespace bulletin::python
