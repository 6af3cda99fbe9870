// _core.Future: what became of a write for which no thread waited.

#include "objects.hpp"

namespace bulletin::python {

PyTypeObject* future_type = nullptr;

namespace {

struct FutureObject {
  PyObject_HEAD;
  AnyFuture* future;  // null once it was got
  PyObject* result;   // or
  PyObject* error;
};

FutureObject* as_future(PyObject* object) { return reinterpret_cast<FutureObject*>(object); }

void dealloc_future(PyObject* object) {
  FutureObject* const self = as_future(object);
  delete self->future;
  Py_XDECREF(self->result);
  Py_XDECREF(self->error);
  PyTypeObject* const type = Py_TYPE(object);
  type->tp_free(object);
  Py_DECREF(type);
}

bool is_ready(FutureObject* self, std::chrono::nanoseconds time) {
  if (self->future == nullptr) return true;
  return std::visit(
      [&](const auto& future) { return future.wait_for(time) == std::future_status::ready; },
      *self->future);
}

PyObject* get(AnyFuture& future) {
  if (auto* const write = std::get_if<Future<Revision>>(&future))
    return checked(PyLong_FromUnsignedLongLong(write->get().value()));
  return to_tuple(std::get<Future<CommitResult>>(future).get());
}

/// Once it is ready: keeps the outcome, so that it can be asked for again.
void settle(FutureObject* self) {
  if (self->future == nullptr) return;
  self->result = guarded([&] { return get(*self->future); });
  if (self->result == nullptr) {
    PyObject *type = nullptr, *trace = nullptr;
    PyErr_Fetch(&type, &self->error, &trace);
    PyErr_NormalizeException(&type, &self->error, &trace);
    Py_XDECREF(type);
    Py_XDECREF(trace);
  }
  delete std::exchange(self->future, nullptr);
}

bool wait_for(FutureObject* self, PyObject* timeout) {
  const auto time = to_duration(timeout);
  if (is_ready(self, std::chrono::nanoseconds(0))) return true;
  return wait_interruptibly(time,
                            [&](std::chrono::nanoseconds some) { return is_ready(self, some); });
}

PyObject* wait(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded([&] {
    check_count("wait", count, 0, 1);
    return PyBool_FromLong(wait_for(as_future(self), count == 1 ? args[0] : nullptr) ? 1 : 0);
  });
}

PyObject* done(PyObject* self, PyObject*) {
  return guarded([&] {
    return PyBool_FromLong(is_ready(as_future(self), std::chrono::nanoseconds(0)) ? 1 : 0);
  });
}

PyObject* result(PyObject* object, PyObject* const* args, Py_ssize_t count) {
  return guarded([&]() -> PyObject* {
    check_count("result", count, 0, 1);
    FutureObject* const self = as_future(object);
    if (!wait_for(self, count == 1 ? args[0] : nullptr)) {
      PyErr_SetString(PyExc_TimeoutError, "the write is not decided within the timeout");
      return nullptr;
    }
    settle(self);
    if (self->result != nullptr) return Py_NewRef(self->result);
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(self->error)), self->error);
    return nullptr;
  });
}

PyObject* await_future(PyObject* self) {
  return guarded([&] {
    const Ref module(checked(PyImport_ImportModule("bulletin.background")));
    return checked(PyObject_CallMethod(module.get(), "await_future", "O", self));
  });
}

PyMethodDef methods[] = {
    {"wait", reinterpret_cast<PyCFunction>(wait), METH_FASTCALL,
     "wait($self, timeout=None, /)\n--\n\nWait until the write is decided; False: not within the "
     "timeout, in seconds."},
    {"done", done, METH_NOARGS, "done($self, /)\n--\n\nWhether the write is decided."},
    {"result", reinterpret_cast<PyCFunction>(result), METH_FASTCALL,
     "result($self, timeout=None, /)\n--\n\nWhat the call that waits would have returned or "
     "raised. "
     "Raises TimeoutError when it is not decided within the timeout."},
    {}};

PyType_Slot slots[] = {
    {Py_tp_dealloc, reinterpret_cast<void*>(dealloc_future)},
    {Py_tp_methods, methods},
    {Py_am_await, reinterpret_cast<void*>(await_future)},
    {Py_tp_doc, const_cast<char*>("A write under way: wait(), result(), or await it. "
                                  "Cancelling the await ends the waiting only.")},
    {0, nullptr}};

PyType_Spec spec = {"bulletin._core.Future", sizeof(FutureObject), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

}  // namespace

PyObject* make_future(AnyFuture future) {
  PyObject* const made = checked(future_type->tp_alloc(future_type, 0));
  as_future(made)->future = new AnyFuture(std::move(future));
  return made;
}

bool add_future_type(PyObject* module) {
  future_type = add_type(module, spec);
  return future_type != nullptr;
}

}  // namespace bulletin::python
