// _core.Client, and the descriptors by which the library's threads tell of something.

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <limits>
#include <system_error>

#include "objects.hpp"

namespace bulletin::python {

PyTypeObject* client_type = nullptr;

std::int64_t steady_ms() noexcept {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count() + 1;
}

Doorbell::Doorbell() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}
Doorbell::~Doorbell() { close(descriptor_); }
void Doorbell::ring() const noexcept { (void)eventfd_write(descriptor_, 1); }
void Doorbell::silence() const noexcept {
  eventfd_t ignored = 0;
  (void)eventfd_read(descriptor_, &ignored);
}
bool Doorbell::wait(std::chrono::nanoseconds time) const noexcept {
  pollfd door{descriptor_, POLLIN, 0};
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(time);
  return poll(&door, 1, static_cast<int>(milliseconds.count())) > 0;
}

namespace {

constexpr std::int64_t long_ago = std::numeric_limits<std::int64_t>::min() / 2;
constexpr std::size_t most_log_entries = 1000;

/// A signal handler has raised: the exception is set.
struct Interrupted : std::exception {};

/// Runs on the thread that waits, without the GIL. Only the main thread has signals to handle, and
/// only there it is sure that the interpreter has not ended.
void look_for_signals() {
  if (gettid() != getpid()) return;
  const PyGILState_STATE held = PyGILState_Ensure();
  const bool interrupted = PyErr_CheckSignals() != 0;
  PyGILState_Release(held);
  if (interrupted) throw Interrupted();
}

void on_state(ClientSignals& signals, ClientEvent event) {
  if (event == ClientEvent::disconnected) {
    std::int64_t heard = 0;
    signals.lost_since_ms.compare_exchange_strong(heard, steady_ms());
  } else if (event == ClientEvent::connected && !signals.closed) {
    signals.lost_since_ms = 0;
  }
}

void on_log(ClientSignals& signals, const LogEntry& entry) {
  {
    std::scoped_lock lock(signals.mutex);
    if (signals.log.size() == most_log_entries) signals.log.pop_front();
    signals.log.push_back(entry);
  }
  signals.doorbell.ring();
}

ClientObject* as_client(PyObject* object) { return reinterpret_cast<ClientObject*>(object); }

std::chrono::milliseconds to_milliseconds(PyObject* seconds, std::chrono::milliseconds fallback) {
  const auto time = to_duration(seconds);
  return time ? std::chrono::ceil<std::chrono::milliseconds>(*time) : fallback;
}

PyObject* new_client(PyTypeObject* type, PyObject* args, PyObject* keywords) {
  return guarded([&]() -> PyObject* {
    static const char* names[] = {
        "endpoint",      "server_key",       "key_file",      "key", "name", "open_timeout",
        "write_timeout", "namespace_linger", "close_timeout", "log", nullptr};
    const char *endpoint = "", *server_key = "", *key_file = "", *key = "", *name = "";
    PyObject *open = nullptr, *write = nullptr, *linger = nullptr, *close = nullptr;
    int log = 0;
    if (PyArg_ParseTupleAndKeywords(args, keywords, "|s$ssssOOOOp", const_cast<char**>(names),
                                    &endpoint, &server_key, &key_file, &key, &name, &open, &write,
                                    &linger, &close, &log) == 0) {
      return nullptr;
    }
    auto signals = std::make_shared<ClientSignals>();
    ClientOptions options;
    options.endpoint = endpoint;
    options.server_key = server_key;
    options.key_file = key_file;
    options.key = key;
    options.name = name;
    options.open_timeout = to_milliseconds(open, options.open_timeout);
    options.write_timeout = to_milliseconds(write, options.write_timeout);
    options.namespace_linger = to_milliseconds(linger, options.namespace_linger);
    options.close_timeout = to_milliseconds(close, options.close_timeout);
    options.on_state = [signals](ClientEvent event) { on_state(*signals, event); };
    if (log != 0) options.on_log = [signals](const LogEntry& entry) { on_log(*signals, entry); };
    options.on_wait = look_for_signals;
    auto client = without_gil([&] { return std::make_shared<Client>(std::move(options)); });

    PyObject* const self = checked(type->tp_alloc(type, 0));
    as_client(self)->client = new std::shared_ptr<Client>(std::move(client));
    as_client(self)->signals = new std::shared_ptr<ClientSignals>(std::move(signals));
    return self;
  });
}

void end(ClientObject* self) {
  if (self->client == nullptr || !*self->client) return;
  (*self->signals)->closed = true;
  (*self->signals)->lost_since_ms = long_ago;
  (*self->signals)->doorbell.ring();
  std::shared_ptr<Client> client = std::move(*self->client);
  // Ends threads that may be about to tell something, and may wait for the broker.
  without_gil([&] { client.reset(); });
}

void dealloc_client(PyObject* object) {
  ClientObject* const self = as_client(object);
  end(self);
  delete self->client;
  delete self->signals;
  PyTypeObject* const type = Py_TYPE(object);
  type->tp_free(object);
  Py_DECREF(type);
}

std::shared_ptr<Client> opened(PyObject* object) {
  const std::shared_ptr<Client> client = *as_client(object)->client;
  if (!client) throw Error(Errc::disconnected, "the client is closed");
  return client;
}

PyObject* close_client(PyObject* self, PyObject*) {
  return guarded([&] {
    end(as_client(self));
    return Py_NewRef(Py_None);
  });
}

PyObject* namespaces(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded([&] {
    check_count("namespaces", count, 0, 1);
    const std::string prefix(count == 1 ? to_text(args[0]) : std::string_view());
    const auto client = opened(self);
    const auto names = without_gil([&] { return client->namespaces(prefix); });
    Ref list(checked(PyList_New(0)));
    for (const std::string& name : names) {
      const Ref text(
          checked(PyUnicode_FromStringAndSize(name.data(), static_cast<Py_ssize_t>(name.size()))));
      if (PyList_Append(list.get(), text.get()) != 0) throw PythonError{};
    }
    return list.release();
  });
}

PyObject* take_log(PyObject* self, PyObject*) {
  return guarded([&] {
    ClientSignals& signals = **as_client(self)->signals;
    std::deque<LogEntry> entries;
    signals.doorbell.silence();
    {
      std::scoped_lock lock(signals.mutex);
      entries.swap(signals.log);
    }
    Ref list(checked(PyList_New(0)));
    for (const LogEntry& entry : entries) {
      const Ref item(
          checked(Py_BuildValue("(is)", static_cast<int>(entry.level), entry.text.c_str())));
      if (PyList_Append(list.get(), item.get()) != 0) throw PythonError{};
    }
    return list.release();
  });
}

PyObject* log_descriptor(PyObject* self, PyObject*) {
  return PyLong_FromLong((*as_client(self)->signals)->doorbell.descriptor());
}

PyObject* get_closed(PyObject* self, void*) {
  return PyBool_FromLong(*as_client(self)->client == nullptr ? 1 : 0);
}

PyObject* get_endpoint(PyObject* self, void*) {
  return guarded([&] {
    const std::string endpoint = opened(self)->endpoint();
    return PyUnicode_FromStringAndSize(endpoint.data(), static_cast<Py_ssize_t>(endpoint.size()));
  });
}

PyObject* get_endpoints(PyObject* self, void*) {
  return guarded([&] {
    const std::string& endpoints = opened(self)->endpoints();
    return PyUnicode_FromStringAndSize(endpoints.data(), static_cast<Py_ssize_t>(endpoints.size()));
  });
}

PyObject* get_limits(PyObject* self, void*) {
  return guarded([&] {
    const Limits limits = opened(self)->limits();
    return Py_BuildValue("{s:n,s:n,s:n,s:n,s:n}", "name_bytes", limits.name_bytes,
                         "namespace_bytes", limits.namespace_bytes, "value_bytes",
                         limits.value_bytes, "transaction_bytes", limits.transaction_bytes,
                         "transaction_operations", limits.transaction_operations);
  });
}

PyMethodDef methods[] = {{"close", close_client, METH_NOARGS,
                          "close($self, /)\n--\n\nEnd the session. Handles stay readable, writes "
                          "then raise Disconnected."},
                         {"namespaces", reinterpret_cast<PyCFunction>(namespaces), METH_FASTCALL,
                          "namespaces($self, prefix='', /)\n--\n\nThe names of the namespaces that "
                          "begin with prefix, as "
                          "the broker knows them now."},
                         {"_take_log", take_log, METH_NOARGS, nullptr},
                         {"_log_descriptor", log_descriptor, METH_NOARGS, nullptr},
                         {}};

PyGetSetDef properties[] = {
    {"closed", get_closed, nullptr, "Whether close() was called.", nullptr},
    {"endpoint", get_endpoint, nullptr, "The endpoint in use now.", nullptr},
    {"endpoints", get_endpoints, nullptr, "All endpoints that the client knows.", nullptr},
    {"limits", get_limits, nullptr, "The bounds of the broker, in bytes, as a dict.", nullptr},
    {}};

PyType_Slot slots[] = {{Py_tp_new, reinterpret_cast<void*>(new_client)},
                       {Py_tp_dealloc, reinterpret_cast<void*>(dealloc_client)},
                       {Py_tp_methods, methods},
                       {Py_tp_getset, properties},
                       {0, nullptr}};

PyType_Spec spec = {"bulletin._core.Client", sizeof(ClientObject), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};

}  // namespace

bool add_client_type(PyObject* module) {
  client_type = add_type(module, spec);
  return client_type != nullptr;
}

}  // namespace bulletin::python
