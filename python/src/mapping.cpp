// _core.Mapping: Attributes with ns["name"], len() and in. The base of bulletin.Namespace.

#include "attributes.hpp"

namespace bulletin::python {
namespace {

Py_ssize_t length(PyObject* self) {
  Py_ssize_t size = -1;
  const Ref done(guarded([&] {
    size = static_cast<Py_ssize_t>(space_of(as_attributes(self)).handle.size());
    return Py_NewRef(Py_None);
  }));
  return size;
}

/// The value, or null without an exception.
PyObject* find(PyObject* self, PyObject* name) {
  (void)space_of(as_attributes(self));
  (void)to_text(name);
  return read(as_attributes(self), name);
}

PyObject* subscript(PyObject* self, PyObject* name) {
  return guarded([&] {
    if (PyObject* const value = find(self, name)) return value;
    return PyObject_CallMethodOneArg(self, names.read, name);
  });
}

int assign_subscript(PyObject* self, PyObject* name, PyObject* value) {
  const Ref done(value == nullptr ? PyObject_CallMethodOneArg(self, names.erase, name)
                                  : PyObject_CallMethod(self, "_bulletin_set", "OOOO", name, value,
                                                        Py_False, Py_None));
  return done ? 0 : -1;
}

int contains(PyObject* self, PyObject* name) {
  bool found = false;
  const Ref done(guarded([&] {
    found = PyUnicode_Check(name) && space_of(as_attributes(self)).handle.contains(to_text(name));
    return Py_NewRef(Py_None);
  }));
  return done ? static_cast<int>(found) : -1;
}

PyObject* get(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded([&] {
    check_count("get", count, 1, 2);
    if (PyObject* const value = find(self, args[0])) return value;
    return Py_NewRef(count == 2 ? args[1] : Py_None);
  });
}

PyMethodDef methods[] = {
    {"get", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(get)), METH_FASTCALL,
     "get($self, name, default=None, /)\n--\n\nThe value of an attribute, or the default when it "
     "does not exist."},
    {}};

PyType_Slot slots[] = {{Py_mp_length, reinterpret_cast<void*>(length)},
                       {Py_mp_subscript, reinterpret_cast<void*>(subscript)},
                       {Py_mp_ass_subscript, reinterpret_cast<void*>(assign_subscript)},
                       {Py_sq_contains, reinterpret_cast<void*>(contains)},
                       {Py_tp_methods, methods},
                       {0, nullptr}};

}  // namespace

PyType_Spec mapping_spec = {"bulletin._core.Mapping", sizeof(AttributesObject), 0,
                            Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};

}  // namespace bulletin::python
