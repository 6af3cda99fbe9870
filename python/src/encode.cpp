#include "encode.hpp"

#include <bit>
#include <cstdint>
#include <limits>

namespace bulletin::python {
namespace {

constexpr int most_depth = 64;  // as the broker allows

class Encoder {
 public:
  Encoder(Types types, std::string& out) noexcept : exact_(types == Types::exact), out_(out) {}

  bool value(PyObject* object, int depth) {
    if (object == Py_None) return byte(0xC0);
    if (object == Py_True) return byte(0xC3);
    if (object == Py_False) return byte(0xC2);
    if (PyFloat_CheckExact(object)) return real(PyFloat_AS_DOUBLE(object));
    if (PyLong_CheckExact(object)) return integer(object);
    if (PyUnicode_CheckExact(object)) return text(object);
    if (PyBytes_CheckExact(object))
      return binary(
          {PyBytes_AS_STRING(object), static_cast<std::size_t>(PyBytes_GET_SIZE(object))});
    if (PyList_CheckExact(object)) return sequence(object, depth);
    if (PyDict_CheckExact(object)) return map(object, depth);
    return !exact_ && convertible(object, depth);
  }

 private:
  bool convertible(PyObject* object, int depth) {
    if (PyBool_Check(object)) return byte(object == Py_True ? 0xC3 : 0xC2);
    if (PyLong_Check(object)) return integer(object);
    if (PyFloat_Check(object)) return real(PyFloat_AS_DOUBLE(object));
    if (PyUnicode_Check(object)) return text(object);
    if (PyTuple_Check(object) || PyList_Check(object)) return sequence(object, depth);
    if (PyDict_Check(object)) return map(object, depth);
    if (PyObject_CheckBuffer(object) && is_of_bytes(object)) return buffer(object);
    // Such as numpy's scalars; an array, which has these too, is no number.
    if (PyObject_CheckBuffer(object) && PySequence_Check(object)) return false;
    if (is_numpy_bool(object)) return byte(PyObject_IsTrue(object) == 1 ? 0xC3 : 0xC2);
    if (PyIndex_Check(object)) return integer(Ref(checked(PyNumber_Index(object))).get());
    if (Py_TYPE(object)->tp_as_number != nullptr &&
        Py_TYPE(object)->tp_as_number->nb_float != nullptr)
      return real(PyFloat_AsDouble(Ref(checked(PyNumber_Float(object))).get()));
    return false;
  }

  static bool is_of_bytes(PyObject* object) {
    return PyBytes_Check(object) || PyByteArray_Check(object) || PyMemoryView_Check(object);
  }
  static bool is_numpy_bool(PyObject* object) {
    const std::string_view name = Py_TYPE(object)->tp_name;
    return name == "numpy.bool_" || name == "numpy.bool";
  }

  bool byte(unsigned value) {
    out_.push_back(static_cast<char>(value));
    return true;
  }
  template <class T>
  bool big_endian(unsigned head, T value) {
    byte(head);
    for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8)
      byte(static_cast<unsigned>(value >> shift) & 0xFF);
    return true;
  }
  bool real(double value) { return big_endian(0xCB, std::bit_cast<std::uint64_t>(value)); }

  bool integer(PyObject* object) {
    int overflow = 0;
    const long long value = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (overflow != 0) return large_integer(object, overflow);
    if (value == -1 && PyErr_Occurred() != nullptr) throw PythonError{};
    return value < 0 ? negative(value) : positive(static_cast<std::uint64_t>(value));
  }

  bool large_integer(PyObject* object, int overflow) {
    if (overflow > 0) {
      const unsigned long long value = PyLong_AsUnsignedLongLong(object);
      if (PyErr_Occurred() == nullptr) return positive(value);
      PyErr_Clear();
    }
    if (exact_) return false;
    PyErr_SetString(PyExc_OverflowError, "an integer beyond 64 bits cannot be on a board");
    throw PythonError{};
  }

  bool positive(std::uint64_t value) {
    if (value < 0x80) return byte(static_cast<unsigned>(value));
    if (value <= 0xFF) return big_endian(0xCC, static_cast<std::uint8_t>(value));
    if (value <= 0xFFFF) return big_endian(0xCD, static_cast<std::uint16_t>(value));
    if (value <= 0xFFFFFFFF) return big_endian(0xCE, static_cast<std::uint32_t>(value));
    return big_endian(0xCF, value);
  }
  bool negative(std::int64_t value) {
    if (value >= -32) return byte(static_cast<unsigned>(value) & 0xFF);
    if (value >= std::numeric_limits<std::int8_t>::min())
      return big_endian(0xD0, static_cast<std::uint8_t>(value));
    if (value >= std::numeric_limits<std::int16_t>::min())
      return big_endian(0xD1, static_cast<std::uint16_t>(value));
    if (value >= std::numeric_limits<std::int32_t>::min())
      return big_endian(0xD2, static_cast<std::uint32_t>(value));
    return big_endian(0xD3, static_cast<std::uint64_t>(value));
  }

  bool head(std::size_t size, unsigned fixed, std::size_t most_fixed, unsigned longer) {
    if (size < most_fixed) return byte(fixed | static_cast<unsigned>(size));
    if (size <= 0xFFFF) return big_endian(longer, static_cast<std::uint16_t>(size));
    if (size > 0xFFFFFFFF) return false;
    return big_endian(longer + 1, static_cast<std::uint32_t>(size));
  }

  bool text(PyObject* object) {
    Py_ssize_t size = 0;
    const char* const bytes = PyUnicode_AsUTF8AndSize(object, &size);
    if (bytes == nullptr) {  // it has surrogates
      if (!exact_) throw PythonError{};
      PyErr_Clear();
      return false;
    }
    const auto length = static_cast<std::size_t>(size);
    if (length >= 32 && length <= 0xFF) {
      big_endian(0xD9, static_cast<std::uint8_t>(length));
    } else if (!head(length, 0xA0, 32, 0xDA)) {
      return false;
    }
    out_.append(bytes, length);
    return true;
  }

  bool binary(std::string_view bytes) {
    if (bytes.size() <= 0xFF) {
      big_endian(0xC4, static_cast<std::uint8_t>(bytes.size()));
    } else if (!head(bytes.size(), 0, 0, 0xC5)) {
      return false;
    }
    out_ += bytes;
    return true;
  }

  bool buffer(PyObject* object) {
    Py_buffer view;
    if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) != 0) throw PythonError{};
    const bool done =
        binary({static_cast<const char*>(view.buf), static_cast<std::size_t>(view.len)});
    PyBuffer_Release(&view);
    return done;
  }

  bool sequence(PyObject* object, int depth) {
    if (depth == most_depth) return false;
    const Ref items(checked(PySequence_Fast(object, "not a sequence")));
    const Py_ssize_t size = PySequence_Fast_GET_SIZE(items.get());
    if (!head(static_cast<std::size_t>(size), 0x90, 16, 0xDC)) return false;
    for (Py_ssize_t i = 0; i != size; ++i) {
      if (i >= PySequence_Fast_GET_SIZE(items.get())) return false;  // it shrank meanwhile
      const Ref item = Ref::share(PySequence_Fast_GET_ITEM(items.get(), i));
      if (!value(item.get(), depth + 1)) return false;
    }
    return true;
  }

  bool map(PyObject* object, int depth) {
    if (depth == most_depth) return false;
    const Ref items(checked(PyDict_Items(object)));
    const Py_ssize_t size = PyList_GET_SIZE(items.get());
    if (exact_ && depth == 0 && size == 1 && is_marker(items.get())) return false;
    if (!head(static_cast<std::size_t>(size), 0x80, 16, 0xDE)) return false;
    for (Py_ssize_t i = 0; i != size; ++i) {
      PyObject* const item = PyList_GET_ITEM(items.get(), i);
      PyObject* const key = PyTuple_GET_ITEM(item, 0);
      if (!(exact_ ? PyUnicode_CheckExact(key) : PyUnicode_Check(key))) return false;
      if (!text(key) || !value(PyTuple_GET_ITEM(item, 1), depth + 1)) return false;
    }
    return true;
  }

  /// A user's own dict that looks like a marker is itself pickled.
  static bool is_marker(PyObject* items) {
    PyObject* const key = PyTuple_GET_ITEM(PyList_GET_ITEM(items, 0), 0);
    return PyUnicode_Check(key) && (PyUnicode_CompareWithASCIIString(key, pickle_key.data()) == 0 ||
                                    PyUnicode_CompareWithASCIIString(key, held_key.data()) == 0);
  }

  const bool exact_;
  std::string& out_;
};

}  // namespace

bool encode(PyObject* object, Types types, std::string& out) {
  return Encoder(types, out).value(object, 0);
}

std::string encode_pickled(std::string_view pickled) {
  std::string out("\x81\xAA");
  out += pickle_key;
  const Ref bytes(
      checked(PyBytes_FromStringAndSize(pickled.data(), static_cast<Py_ssize_t>(pickled.size()))));
  if (!encode(bytes.get(), Types::exact, out)) throw PythonError{};
  return out;
}

std::string encode_held() {
  std::string out("\x81\xA8");
  out += held_key;
  out += '\xC0';
  return out;
}

Form form_of(std::string_view bytes, std::string_view& inner) noexcept {
  if (!bytes.starts_with('\x81')) return Form::plain;
  bytes.remove_prefix(1);
  if (bytes.starts_with('\xA8') && bytes.substr(1).starts_with(held_key)) return Form::held;
  if (!bytes.starts_with('\xAA') || !bytes.substr(1).starts_with(pickle_key)) return Form::plain;
  bytes.remove_prefix(1 + pickle_key.size());
  const std::size_t head = bytes.starts_with('\xC4')   ? 2
                           : bytes.starts_with('\xC5') ? 3
                           : bytes.starts_with('\xC6') ? 5
                                                       : 0;
  if (head == 0 || bytes.size() < head) return Form::plain;
  inner = bytes.substr(head);
  return Form::pickled;
}

}  // namespace bulletin::python
