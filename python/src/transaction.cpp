// _core.Transaction: a group of changes that happens whole or not at all.

#include "objects.hpp"

namespace bulletin::python {

PyTypeObject* transaction_type = nullptr;

namespace {

struct TransactionObject {
  PyObject_HEAD;
  Transaction* transaction;
  PyObject* dumps;
};

TransactionObject* as_transaction(PyObject* object) {
  return reinterpret_cast<TransactionObject*>(object);
}

void dealloc_transaction(PyObject* object) {
  delete as_transaction(object)->transaction;
  Py_XDECREF(as_transaction(object)->dumps);
  PyTypeObject* const type = Py_TYPE(object);
  type->tp_free(object);
  Py_DECREF(type);
}

PyObject* require(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded([&] {
    check_count("require", count, 2, 2);
    const unsigned long long expected = PyLong_AsUnsignedLongLong(args[1]);
    if (PyErr_Occurred() != nullptr) throw PythonError{};
    transaction_of(self).require(to_text(args[0]), Revision(expected));
    return Py_NewRef(Py_None);
  });
}

PyObject* set(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded([&] {
    check_count("set", count, 4, 4);
    const std::string_view name = to_text(args[0]);
    transaction_of(self).set(name, to_encoded(as_transaction(self)->dumps, name, args[1]),
                             to_options(args[2], args[3]));
    return Py_NewRef(Py_None);
  });
}

PyObject* add(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded([&]() -> PyObject* {
    check_count("add", count, 2, 2);
    const std::string_view name = to_text(args[0]);
    if (PyFloat_Check(args[1])) {
      transaction_of(self).add(name, PyFloat_AS_DOUBLE(args[1]));
    } else if (PyIndex_Check(args[1])) {
      const Ref number(checked(PyNumber_Index(args[1])));
      const long long amount = PyLong_AsLongLong(number.get());
      if (amount == -1 && PyErr_Occurred() != nullptr) return nullptr;
      transaction_of(self).add(name, amount);
    } else {
      const Ref number(checked(PyNumber_Float(args[1])));
      transaction_of(self).add(name, PyFloat_AS_DOUBLE(number.get()));
    }
    return Py_NewRef(Py_None);
  });
}

PyObject* erase(PyObject* self, PyObject* name) {
  return guarded([&] {
    transaction_of(self).erase(to_text(name));
    return Py_NewRef(Py_None);
  });
}

PyObject* clear(PyObject* self, PyObject*) {
  transaction_of(self).clear();
  return Py_NewRef(Py_None);
}

PyMethodDef methods[] = {
    {"require", reinterpret_cast<PyCFunction>(require), METH_FASTCALL,
     "require($self, name, revision, /)\n--\n\nOnly commit if the attribute's revision is still "
     "this "
     "one; 0: if it does not exist."},
    {"set", reinterpret_cast<PyCFunction>(set), METH_FASTCALL,
     "set($self, name, value, ephemeral, ttl, /)\n--\n\nSet the attribute."},
    {"add", reinterpret_cast<PyCFunction>(add), METH_FASTCALL,
     "add($self, name, amount, /)\n--\n\nAdd to a number, decided at the broker."},
    {"erase", erase, METH_O, "erase($self, name, /)\n--\n\nRemove the attribute, if it exists."},
    {"clear", clear, METH_NOARGS, "clear($self, /)\n--\n\nRemove all attributes."},
    {}};

PyType_Slot slots[] = {{Py_tp_dealloc, reinterpret_cast<void*>(dealloc_transaction)},
                       {Py_tp_methods, methods},
                       {0, nullptr}};

PyType_Spec spec = {"bulletin._core.Transaction", sizeof(TransactionObject), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

}  // namespace

Transaction& transaction_of(PyObject* object) {
  if (!PyObject_TypeCheck(object, transaction_type)) {
    PyErr_Format(PyExc_TypeError, "expected a transaction, not %.100s", Py_TYPE(object)->tp_name);
    throw PythonError{};
  }
  return *as_transaction(object)->transaction;
}

PyObject* make_transaction(PyObject* dumps) {
  PyObject* const made = checked(transaction_type->tp_alloc(transaction_type, 0));
  as_transaction(made)->transaction = new Transaction;
  as_transaction(made)->dumps = Py_XNewRef(dumps);
  return made;
}

bool add_transaction_type(PyObject* module) {
  transaction_type = add_type(module, spec);
  return transaction_type != nullptr;
}

}  // namespace bulletin::python
