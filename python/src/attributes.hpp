// The parts of _core.Attributes and _core.Mapping.
#pragma once

#include "objects.hpp"

namespace bulletin::python {

/// The methods of the Python class that do what is not quick.
struct HookNames {
  PyObject* read = nullptr;   // _bulletin_read(name): what read() does not find
  PyObject* write = nullptr;  // _bulletin_write(name, value)
  PyObject* fetch = nullptr;  // _bulletin_fetch(name): a value that a server holds
  PyObject* erase = nullptr;  // _bulletin_erase(name)
};
extern HookNames names;

/// The value of an attribute; null without an exception: absent. Throws PythonError.
PyObject* read(AttributesObject* self, PyObject* name);

/// What an object is to show from now on. Borrowed; None where there is nothing.
struct Attachment {
  PyObject* client;
  std::string name;
  PyObject* reserved;
  PyObject* dumps;
  PyObject* loads;
  PyObject* page;
  Py_ssize_t word;
};
void attach(AttributesObject* self, const Attachment& to);

extern PyMethodDef attributes_methods[];
extern PyType_Spec mapping_spec;

}  // namespace bulletin::python
