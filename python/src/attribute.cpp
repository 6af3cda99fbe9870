// _core.Attribute: a typed handle on one attribute, which is called to read it.

#include "attributes.hpp"
// Needs Python.h.
#include <structmember.h>

namespace bulletin::python {
namespace {

struct AttributeObject {
  PyObject_HEAD;
  vectorcallfunc call;
  PyObject* space;  // the namespace
  PyObject* name;
  PyObject* type;  // float, int, ...; object: any
  Attribute<Encoded>* attribute;
};

AttributeObject* as_attribute(PyObject* object) {
  return reinterpret_cast<AttributeObject*>(object);
}

[[noreturn]] void refuse(AttributeObject* self, PyObject* found) {
  const Ref module(checked(PyImport_ImportModule("bulletin.errors")));
  Ref(checked(
      PyObject_CallMethod(module.get(), "raise_wrong_type", "OOO", self->name, found, self->type)));
  throw PythonError{};
}

PyObject* converted(AttributeObject* self, PyObject* value) {
  Ref owned(value);
  if (self->type == reinterpret_cast<PyObject*>(&PyBaseObject_Type) ||
      reinterpret_cast<PyObject*>(Py_TYPE(value)) == self->type)
    return owned.release();
  if (self->type == reinterpret_cast<PyObject*>(&PyFloat_Type) && PyLong_CheckExact(value))
    return checked(PyNumber_Float(value));
  const int fits = PyObject_IsInstance(value, self->type);
  if (fits < 0) throw PythonError{};
  if (fits == 0 || PyBool_Check(value)) refuse(self, value);
  return owned.release();
}

/// Null without an exception: absent.
PyObject* value_of(AttributeObject* self) {
  AttributesObject* const space = as_attributes(self->space);
  if (space->newest != nullptr) await_news(space);
  const RawScalar now = self->attribute->scalar();
  if (now.kind == ValueKind::real && self->type == reinterpret_cast<PyObject*>(&PyFloat_Type))
      [[likely]]
    return checked(PyFloat_FromDouble(now.real()));
  if (now.kind == ValueKind::absent) return nullptr;
  const std::optional<Encoded> value = self->attribute->get();
  return value ? converted(self, to_object(space->loads, value->bytes)) : nullptr;
}

PyObject* call(PyObject* object, PyObject* const* args, std::size_t count, PyObject* keywords) {
  return guarded([&]() -> PyObject* {
    if (PyVectorcall_NARGS(count) > 1 || keywords != nullptr) {
      PyErr_SetString(PyExc_TypeError,
                      "an attribute is called with a default, or without arguments");
      return nullptr;
    }
    AttributeObject* const self = as_attribute(object);
    if (PyObject* const value = value_of(self)) return value;
    if (PyVectorcall_NARGS(count) == 1) return Py_NewRef(args[0]);
    return PyObject_CallMethodOneArg(self->space, names.read, self->name);
  });
}

PyObject* make(PyTypeObject* type, PyObject* args, PyObject* keywords) {
  return guarded([&]() -> PyObject* {
    static const char* accepted[] = {"namespace", "name", "type", nullptr};
    PyObject* space = nullptr;
    PyObject* name = nullptr;
    PyObject* wanted = reinterpret_cast<PyObject*>(&PyBaseObject_Type);
    if (PyArg_ParseTupleAndKeywords(args, keywords, "O!U|O", const_cast<char**>(accepted),
                                    attributes_type, &space, &name, &wanted) == 0)
      return nullptr;
    if (!PyType_Check(wanted)) {
      PyErr_SetString(PyExc_TypeError, "the type of an attribute is a class, such as float");
      return nullptr;
    }
    Attribute<Encoded> attribute =
        space_of(as_attributes(space)).handle.attribute<Encoded>(to_text(name));
    PyObject* const made = checked(type->tp_alloc(type, 0));
    AttributeObject* const self = as_attribute(made);
    self->call = call;
    self->space = Py_NewRef(space);
    self->name = Py_NewRef(name);
    self->type = Py_NewRef(wanted);
    self->attribute = new Attribute<Encoded>(std::move(attribute));
    return made;
  });
}

int traverse(PyObject* object, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(object));
  Py_VISIT(as_attribute(object)->space);
  Py_VISIT(as_attribute(object)->type);
  return 0;
}

void dealloc(PyObject* object) {
  AttributeObject* const self = as_attribute(object);
  PyObject_GC_UnTrack(object);
  delete self->attribute;
  Py_XDECREF(self->space);
  Py_XDECREF(self->name);
  Py_XDECREF(self->type);
  PyTypeObject* const type = Py_TYPE(object);
  type->tp_free(object);
  Py_DECREF(type);
}

PyObject* set(PyObject* object, PyObject* value) {
  return guarded([&] {
    AttributeObject* const self = as_attribute(object);
    const Ref fitting(converted(self, Py_NewRef(value)));
    return PyObject_CallMethod(self->space, "_bulletin_set", "OOOO", self->name, fitting.get(),
                               Py_False, Py_None);
  });
}

PyObject* repr(PyObject* object) {
  AttributeObject* const self = as_attribute(object);
  return PyUnicode_FromFormat("<bulletin.Attribute %R of %R>", self->name, self->space);
}

PyMethodDef methods[] = {
    {"set", set, METH_O,
     "set($self, value, /)\n--\n\nSet the attribute to a value of its type; returns the revision."},
    {"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, nullptr},
    {}};

PyMemberDef members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(AttributeObject, call), READONLY, nullptr},
    {"name", T_OBJECT_EX, offsetof(AttributeObject, name), READONLY, "The attribute's name."},
    {"type", T_OBJECT_EX, offsetof(AttributeObject, type), READONLY, "The type of its values."},
    {"namespace", T_OBJECT_EX, offsetof(AttributeObject, space), READONLY,
     "The namespace that it belongs to."},
    {}};

PyType_Slot slots[] = {
    {Py_tp_new, reinterpret_cast<void*>(make)},
    {Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
    {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
    {Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
    {Py_tp_repr, reinterpret_cast<void*>(repr)},
    {Py_tp_methods, methods},
    {Py_tp_members, members},
    {Py_tp_doc,
     const_cast<char*>("Attribute(namespace, name, type=object)\n--\n\nA typed handle: call it to "
                       "read the attribute, with a default if it may not exist.")},
    {0, nullptr}};

PyType_Spec spec = {"bulletin._core.Attribute", sizeof(AttributeObject), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_HAVE_GC, slots};

}  // namespace

bool add_attribute_type(PyObject* module) { return add_type(module, spec) != nullptr; }

}  // namespace bulletin::python
