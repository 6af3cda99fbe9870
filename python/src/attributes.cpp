// _core.Attributes: a namespace whose attributes are Python attributes; and its quick read.

#include "attributes.hpp"

#include <cstring>

#include "encode.hpp"

namespace bulletin::python {

PyTypeObject* attributes_type = nullptr;

// --- reading ---

namespace {

/// What was made of the value stays with the entry, to be given again while the value is the same.
PyObject* keep(Space::Entry& entry, PyObject* made, std::uint64_t state) noexcept {
  PyObject* const before = std::exchange(entry.object, Py_XNewRef(made));
  entry.state = state;
  Py_XDECREF(before);
  return made;
}

bool is_immutable(PyObject* object) noexcept {
  return PyUnicode_CheckExact(object) || PyBytes_CheckExact(object);
}

PyObject* to_value(AttributesObject* self, PyObject* name, const Encoded& value) {
  std::string_view inner;
  if (self->loads != nullptr && form_of(value.bytes, inner) == Form::held)
    return checked(PyObject_CallMethodOneArg(reinterpret_cast<PyObject*>(self), names.fetch, name));
  return to_object(self->loads, value.bytes);
}

PyObject* decoded(AttributesObject* self, Space::Entry& entry, std::uint64_t state) {
  // The entry may serve another name by the time that the pickle of a value was read.
  const Attribute<Encoded> attribute = *entry.attribute;
  const Ref name = Ref::share(entry.name);
  const std::optional<Encoded> value = attribute.get();
  if (!value) return nullptr;
  PyObject* const made = to_value(self, name.get(), *value);
  if (!is_immutable(made) || entry.name != name.get() || attribute.scalar().state != state)
    return made;
  return keep(entry, made, state);
}

/// Null without an exception: absent.
PyObject* read(AttributesObject* self, Space::Entry& entry) {
  const RawScalar now = entry.attribute->scalar();
  if (entry.object != nullptr && entry.state == now.state) return Py_NewRef(entry.object);
  switch (now.kind) {
    case ValueKind::absent: return nullptr;
    case ValueKind::nil: return Py_NewRef(Py_None);
    case ValueKind::boolean: return PyBool_FromLong(now.boolean() ? 1 : 0);
    case ValueKind::integer:
      return keep(entry, checked(PyLong_FromLongLong(now.integer())), now.state);
    case ValueKind::unsigned_integer:
      return keep(entry, checked(PyLong_FromUnsignedLongLong(now.unsigned_integer())), now.state);
    case ValueKind::real: return keep(entry, checked(PyFloat_FromDouble(now.real())), now.state);
    default: return decoded(self, entry, now.state);
  }
}

void forget(Space::Entry& entry) noexcept {
  entry.attribute.reset();
  entry.state = 0;
  PyObject* const name = std::exchange(entry.name, nullptr);
  PyObject* const object = std::exchange(entry.object, nullptr);
  Py_XDECREF(name);
  Py_XDECREF(object);
}

/// The same text, of the same kind.
bool is_same(PyObject* left, PyObject* right) noexcept {
  const Py_ssize_t length = PyUnicode_GET_LENGTH(left);
  return length == PyUnicode_GET_LENGTH(right) && PyUnicode_KIND(left) == PyUnicode_KIND(right) &&
         std::memcmp(PyUnicode_DATA(left), PyUnicode_DATA(right),
                     static_cast<std::size_t>(length) *
                         static_cast<std::size_t>(PyUnicode_KIND(left))) == 0;
}

bool is_of(const Space::Entry& entry, PyObject* name) noexcept {
  return entry.name == name || (entry.name != nullptr && is_same(entry.name, name));
}

/// The type has something of this name.
bool is_reserved(AttributesObject* self, PyObject* name) {
  return self->reserved != nullptr && PySet_Contains(self->reserved, name) == 1;
}

Space::Entry& entry_of(Space& space, PyObject* name) {
  const Py_hash_t hash = PyObject_Hash(name);
  return space.cache[static_cast<std::size_t>(hash) % space.cache.size()];
}

}  // namespace

PyObject* read(AttributesObject* self, PyObject* name) {
  Space& space = *self->space;
  if (self->newest != nullptr) await_news(self);
  Space::Entry& entry = entry_of(space, name);
  if (is_of(entry, name)) return read(self, entry);
  const std::string_view text = to_text(name);
  // Names that programs compute come in any number: they are looked up, and nothing of them is
  // kept. Nor of those by which the type's own methods are found, or the private ones.
  if (!PyUnicode_CHECK_INTERNED(name) || text.starts_with('_') || is_reserved(self, name)) {
    const std::optional<Encoded> value = space.handle.get<Encoded>(text);
    return value ? to_value(self, name, *value) : nullptr;
  }
  forget(entry);
  entry.attribute = space.handle.attribute<Encoded>(text);
  entry.name = Py_NewRef(name);
  return read(self, entry);
}

namespace {

PyObject* getattro(PyObject* object, PyObject* name) {
  return guarded([&]() -> PyObject* {
    AttributesObject* const self = as_attributes(object);
    if (!PyUnicode_Check(name) || PyUnicode_GET_LENGTH(name) == 0 ||
        PyUnicode_READ_CHAR(name, 0) == '_')
      return PyObject_GenericGetAttr(object, name);
    // What is in the cache is no name of the type.
    const bool is_cached = self->space != nullptr && is_of(entry_of(*self->space, name), name);
    if (!is_cached && is_reserved(self, name)) return PyObject_GenericGetAttr(object, name);
    if (self->space != nullptr) {
      if (PyObject* const value = read(self, name)) return value;
    }
    return PyObject_CallMethodOneArg(object, names.read, name);
  });
}

int setattro(PyObject* object, PyObject* name, PyObject* value) {
  if (!PyUnicode_Check(name) || PyUnicode_GET_LENGTH(name) == 0 ||
      PyUnicode_READ_CHAR(name, 0) == '_')
    return PyObject_GenericSetAttr(object, name, value);
  const Ref done(value == nullptr
                     ? PyObject_CallMethodOneArg(object, names.erase, name)
                     : PyObject_CallMethodObjArgs(object, names.write, name, value, nullptr));
  return done ? 0 : -1;
}

// --- life ---

void detach(AttributesObject* self) {
  Space* const space = std::exchange(self->space, nullptr);
  if (space != nullptr) {
    for (Space::Entry& entry : space->cache) forget(entry);
    delete space;
  }
  if (self->newest != nullptr) {
    self->newest = nullptr;
    PyBuffer_Release(&self->page);
  }
  Py_CLEAR(self->client);
  Py_CLEAR(self->reserved);
  Py_CLEAR(self->dumps);
  Py_CLEAR(self->loads);
}

int traverse(PyObject* object, visitproc visit, void* arg) {
  AttributesObject* const self = as_attributes(object);
  Py_VISIT(Py_TYPE(object));
  Py_VISIT(self->client);
  Py_VISIT(self->dumps);
  Py_VISIT(self->loads);
  return 0;
}

/// Of a cycle, and of what an object is when it is attached again.
int clear(PyObject* object) {
  detach(as_attributes(object));
  return 0;
}

void dealloc(PyObject* object) {
  PyObject_GC_UnTrack(object);
  detach(as_attributes(object));
  PyTypeObject* const type = Py_TYPE(object);
  type->tp_free(object);
  Py_DECREF(type);
}

PyType_Slot slots[] = {{Py_tp_traverse, reinterpret_cast<void*>(traverse)},
                       {Py_tp_clear, reinterpret_cast<void*>(clear)},
                       {Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
                       {Py_tp_getattro, reinterpret_cast<void*>(getattro)},
                       {Py_tp_setattro, reinterpret_cast<void*>(setattro)},
                       {Py_tp_new, reinterpret_cast<void*>(PyType_GenericNew)},
                       {Py_tp_methods, attributes_methods},
                       {0, nullptr}};

PyType_Spec spec = {"bulletin._core.Attributes", sizeof(AttributesObject), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, slots};

}  // namespace

HookNames names;

Space& space_of(AttributesObject* self) {
  if (self->space != nullptr) return *self->space;
  PyErr_SetString(PyExc_RuntimeError, "the namespace is not open");
  throw PythonError{};
}

void attach(AttributesObject* self, const Attachment& to) {
  auto* const client = reinterpret_cast<ClientObject*>(to.client);
  const std::shared_ptr<Client> open = *client->client;
  if (!open) throw Error(Errc::disconnected, "the client is closed");
  Namespace handle = without_gil([&] { return open->open(to.name); });
  detach(self);
  if (to.page != Py_None) {
    if (PyObject_GetBuffer(to.page, &self->page, PyBUF_WRITABLE) != 0) throw PythonError{};
    if ((to.word + 1) * static_cast<Py_ssize_t>(sizeof(std::uint64_t)) > self->page.len) {
      PyBuffer_Release(&self->page);
      PyErr_SetString(PyExc_ValueError, "the page has no such word");
      throw PythonError{};
    }
    self->newest = static_cast<std::atomic<std::uint64_t>*>(self->page.buf) + to.word;
  }
  self->client = Py_NewRef(to.client);
  self->reserved = to.reserved == Py_None ? nullptr : Py_NewRef(to.reserved);
  self->dumps = to.dumps == Py_None ? nullptr : Py_NewRef(to.dumps);
  self->loads = to.loads == Py_None ? nullptr : Py_NewRef(to.loads);
  self->space = new Space{std::move(handle), *client->signals, {}};
}

bool add_attributes_types(PyObject* module) {
  names.read = PyUnicode_InternFromString("_bulletin_read");
  names.write = PyUnicode_InternFromString("_bulletin_write");
  names.fetch = PyUnicode_InternFromString("_bulletin_fetch");
  names.erase = PyUnicode_InternFromString("_bulletin_erase");
  attributes_type = add_type(module, spec);
  return attributes_type != nullptr &&
         add_type(module, mapping_spec, reinterpret_cast<PyObject*>(attributes_type)) != nullptr;
}

}  // namespace bulletin::python
