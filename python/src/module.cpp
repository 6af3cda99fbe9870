// bulletin._core: the extension module.

#include "encode.hpp"
#include "objects.hpp"

namespace bulletin::python {

PyTypeObject* add_type(PyObject* module, PyType_Spec& spec, PyObject* base) {
  PyObject* const type = PyType_FromModuleAndSpec(module, &spec, base);
  if (type == nullptr) return nullptr;
  if (PyModule_AddType(module, reinterpret_cast<PyTypeObject*>(type)) != 0) {
    Py_DECREF(type);
    return nullptr;
  }
  return reinterpret_cast<PyTypeObject*>(type);  // lives as long as the process
}

namespace {

PyObject* encode_value(PyObject*, PyObject* value) {
  return guarded([&]() -> PyObject* {
    const Encoded encoded = to_encoded(nullptr, "", value);
    return PyBytes_FromStringAndSize(encoded.bytes.data(),
                                     static_cast<Py_ssize_t>(encoded.bytes.size()));
  });
}

PyObject* decode_value(PyObject*, PyObject* bytes) {
  return guarded([&]() -> PyObject* {
    char* data = nullptr;
    Py_ssize_t size = 0;
    if (PyBytes_AsStringAndSize(bytes, &data, &size) != 0) return nullptr;
    return decode({data, static_cast<std::size_t>(size)});
  });
}

PyObject* note_exit(PyObject*, PyObject*) {
  python::note_exit();
  return Py_NewRef(Py_None);
}

PyMethodDef functions[] = {
    {"_note_exit", note_exit, METH_NOARGS, nullptr},
    {"encode", encode_value, METH_O,
     "encode(value, /)\n--\n\nThe MessagePack bytes in which a board keeps the value."},
    {"decode", decode_value, METH_O, "decode(bytes, /)\n--\n\nThe value of MessagePack bytes."},
    {}};

/// The library's threads and caches belong to the process: there is one of each.
int execute(PyObject* module) {
  if (PyInterpreterState_Get() != PyInterpreterState_Main()) {
    PyErr_SetString(PyExc_ImportError,
                    "bulletin works in the main interpreter only: it is not tested in "
                    "sub-interpreters; use processes");
    return -1;
  }
  const bool added = add_client_type(module) && add_attributes_types(module) &&
                     add_attribute_type(module) && add_future_type(module) &&
                     add_transaction_type(module) && add_watch_type(module);
  return added ? 0 : -1;
}

PyModuleDef_Slot slots[] = {
    {Py_mod_exec, reinterpret_cast<void*>(execute)},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
    {0, nullptr}};

PyModuleDef definition = {PyModuleDef_HEAD_INIT,
                          "bulletin._core",
                          "The extension on the C++ library. Use the package bulletin.",
                          0,
                          functions,
                          slots,
                          nullptr,
                          nullptr,
                          nullptr};

}  // namespace
}  // namespace bulletin::python

PyMODINIT_FUNC PyInit__core() { return PyModuleDef_Init(&bulletin::python::definition); }
