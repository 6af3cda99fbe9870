#include "encode.hpp"

#include <bit>
#include <cstdint>

namespace bulletin::python {
namespace {

/// Reads bytes that a replica holds, which were checked when they arrived; a value that is not
/// whole is refused all the same.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) noexcept : rest_(bytes) {}

  PyObject* whole() {
    Ref made(value());
    if (!rest_.empty()) fail();
    return made.release();
  }

 private:
  PyObject* value() {
    const unsigned head = number<std::uint8_t>();
    if (head < 0x80) return checked(PyLong_FromLong(static_cast<long>(head)));
    if (head >= 0xE0) return checked(PyLong_FromLong(static_cast<std::int8_t>(head)));
    if (head < 0x90) return map(head & 15);
    if (head < 0xA0) return list(head & 15);
    if (head < 0xC0) return text(head & 31);
    return long_value(head);
  }

  PyObject* long_value(unsigned head) {
    switch (head) {
      case 0xC0: return Py_NewRef(Py_None);
      case 0xC2: return Py_NewRef(Py_False);
      case 0xC3: return Py_NewRef(Py_True);
      case 0xC4: return binary(number<std::uint8_t>());
      case 0xC5: return binary(number<std::uint16_t>());
      case 0xC6: return binary(number<std::uint32_t>());
      case 0xCA: return checked(PyFloat_FromDouble(std::bit_cast<float>(number<std::uint32_t>())));
      case 0xCB: return checked(PyFloat_FromDouble(std::bit_cast<double>(number<std::uint64_t>())));
      case 0xCC: return natural(number<std::uint8_t>());
      case 0xCD: return natural(number<std::uint16_t>());
      case 0xCE: return natural(number<std::uint32_t>());
      case 0xCF: return natural(number<std::uint64_t>());
      case 0xD0: return whole_number(static_cast<std::int8_t>(number<std::uint8_t>()));
      case 0xD1: return whole_number(static_cast<std::int16_t>(number<std::uint16_t>()));
      case 0xD2: return whole_number(static_cast<std::int32_t>(number<std::uint32_t>()));
      case 0xD3: return whole_number(static_cast<std::int64_t>(number<std::uint64_t>()));
      case 0xD9: return text(number<std::uint8_t>());
      case 0xDA: return text(number<std::uint16_t>());
      case 0xDB: return text(number<std::uint32_t>());
      case 0xDC: return list(number<std::uint16_t>());
      case 0xDD: return list(number<std::uint32_t>());
      case 0xDE: return map(number<std::uint16_t>());
      case 0xDF: return map(number<std::uint32_t>());
      default: fail();
    }
  }

  template <class T>
  T number() {
    std::uint64_t value = 0;
    for (const char byte : take(sizeof(T))) value = value << 8 | static_cast<unsigned char>(byte);
    return static_cast<T>(value);
  }
  static PyObject* natural(std::uint64_t value) {
    return checked(PyLong_FromUnsignedLongLong(value));
  }
  static PyObject* whole_number(std::int64_t value) { return checked(PyLong_FromLongLong(value)); }

  PyObject* text(std::size_t size) {
    const std::string_view bytes = take(size);
    return checked(PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(size), nullptr));
  }
  PyObject* binary(std::size_t size) {
    const std::string_view bytes = take(size);
    return checked(PyBytes_FromStringAndSize(bytes.data(), static_cast<Py_ssize_t>(size)));
  }
  PyObject* list(std::size_t size) {
    if (size > rest_.size()) fail();
    Ref made(checked(PyList_New(static_cast<Py_ssize_t>(size))));
    for (std::size_t i = 0; i != size; ++i)
      PyList_SET_ITEM(made.get(), static_cast<Py_ssize_t>(i), value());
    return made.release();
  }
  PyObject* map(std::size_t size) {
    if (size > rest_.size()) fail();
    Ref made(checked(PyDict_New()));
    for (std::size_t i = 0; i != size; ++i) {
      const Ref key(value());
      const Ref item(value());
      if (PyDict_SetItem(made.get(), key.get(), item.get()) != 0) throw PythonError{};
    }
    return made.release();
  }

  std::string_view take(std::size_t size) {
    if (size > rest_.size()) fail();
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  [[noreturn]] static void fail() {
    PyErr_SetString(PyExc_ValueError, "the bytes are not one value of a board");
    throw PythonError{};
  }

  std::string_view rest_;
};

}  // namespace

PyObject* decode(std::string_view bytes) { return Decoder(bytes).whole(); }

}  // namespace bulletin::python
