// Python values <-> what the board keeps, and what a write's options and results look like.

#include "encode.hpp"
#include "objects.hpp"

namespace bulletin::python {
namespace {

[[noreturn]] void refuse(std::string_view name, PyObject* value) {
  const std::string text(name);
  PyErr_Format(PyExc_TypeError,
               "attribute '%.200s' cannot hold %.100s: a board keeps None, bool, int, float, str, "
               "bytes, list, and dict with str keys, at most 64 deep; convert it, or open the "
               "namespace with pickle=True",
               text.c_str(), Py_TYPE(value)->tp_name);
  throw PythonError{};
}

/// What `dumps` makes of the value: bytes, or None: a server holds it.
std::string pickled(PyObject* dumps, PyObject* value) {
  const Ref bytes(checked(PyObject_CallOneArg(dumps, value)));
  if (bytes.get() == Py_None) return encode_held();
  char* data = nullptr;
  Py_ssize_t size = 0;
  if (PyBytes_AsStringAndSize(bytes.get(), &data, &size) != 0) throw PythonError{};
  return encode_pickled({data, static_cast<std::size_t>(size)});
}

}  // namespace

Encoded to_encoded(PyObject* dumps, std::string_view name, PyObject* value) {
  Encoded encoded;
  if (encode(value, dumps == nullptr ? Types::convertible : Types::exact, encoded.bytes))
    return encoded;
  if (dumps == nullptr) refuse(name, value);
  encoded.bytes = pickled(dumps, value);
  return encoded;
}

PyObject* to_object(PyObject* loads, std::string_view bytes) {
  std::string_view inner;
  switch (loads == nullptr ? Form::plain : form_of(bytes, inner)) {
    case Form::pickled:
      return checked(
          PyObject_CallFunction(loads, "y#", inner.data(), static_cast<Py_ssize_t>(inner.size())));
    case Form::held: return checked(PyObject_CallOneArg(loads, Py_None));
    default: return decode(bytes);
  }
}

SetOptions to_options(PyObject* ephemeral, PyObject* ttl) {
  SetOptions options;
  const int is_ephemeral = ephemeral == nullptr ? 0 : PyObject_IsTrue(ephemeral);
  if (is_ephemeral < 0) throw PythonError{};
  options.ephemeral = is_ephemeral != 0;
  if (const auto time = to_duration(ttl)) {
    options.ttl = std::chrono::ceil<std::chrono::milliseconds>(*time);
    if (options.ttl.count() == 0) {
      PyErr_SetString(PyExc_ValueError, "a time to live must be longer than 0; None: for ever");
      throw PythonError{};
    }
  }
  return options;
}

PyObject* to_tuple(const CommitResult& result) {
  Ref sums(checked(PyList_New(0)));
  for (const Value& sum : result.sums()) {
    Ref number;
    if (const auto* real = std::get_if<double>(&sum.data())) {
      number = Ref(checked(PyFloat_FromDouble(*real)));
    } else if (const auto* large = std::get_if<std::uint64_t>(&sum.data())) {
      number = Ref(checked(PyLong_FromUnsignedLongLong(*large)));
    } else {
      number = Ref(checked(PyLong_FromLongLong(sum.as<std::int64_t>())));
    }
    if (PyList_Append(sums.get(), number.get()) != 0) throw PythonError{};
  }
  return checked(Py_BuildValue("(NKNs#N)", PyBool_FromLong(result.has_value() ? 1 : 0),
                               static_cast<unsigned long long>(result.revision().value()),
                               PyBool_FromLong(result.changed() ? 1 : 0), result.lost().data(),
                               static_cast<Py_ssize_t>(result.lost().size()), sums.release()));
}

void check_count(const char* function, Py_ssize_t count, Py_ssize_t least, Py_ssize_t most) {
  if (count >= least && count <= most) return;
  PyErr_Format(PyExc_TypeError, "%s() takes %zd to %zd positional arguments, %zd were given",
               function, least, most, count);
  throw PythonError{};
}

}  // namespace bulletin::python
