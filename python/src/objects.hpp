// The objects of the extension, and what their files share.
#pragma once

#include "python.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <bulletin/bulletin.hpp>

namespace bulletin::python {

/// Milliseconds of the steady clock; never 0.
std::int64_t steady_ms() noexcept;

// --- what the library's threads tell: they never take the GIL, they leave it here ---

/// A descriptor that is readable while something waits to be taken.
class Doorbell {
 public:
  Doorbell();
  ~Doorbell();
  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;

  void ring() const noexcept;
  void silence() const noexcept;
  /// False: not within the time.
  [[nodiscard]] bool wait(std::chrono::nanoseconds time) const noexcept;
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

/// What a client's hooks tell. Shared with them, so that it outlives the client.
struct ClientSignals {
  /// Since when the broker is not heard; 0: it is.
  std::atomic<std::int64_t> lost_since_ms{0};
  /// The client was closed, or the board has ended.
  std::atomic<bool> closed{false};

  Doorbell doorbell;
  std::mutex mutex;
  std::deque<LogEntry> log;  // guarded by mutex
};

// --- objects; what a Python object cannot hold directly, as it needs a constructor, is behind a
// pointer ---

struct ClientObject {
  PyObject_HEAD;
  std::shared_ptr<Client>* client;  // empty: closed
  std::shared_ptr<ClientSignals>* signals;
};

/// An open namespace as one Python object reads it.
struct Space {
  Namespace handle;
  std::shared_ptr<ClientSignals> signals;

  /// One attribute that code names. The name is interned, and held, so that its address is its own.
  struct Entry {
    PyObject* name = nullptr;
    std::optional<Attribute<Encoded>> attribute;
    PyObject* object = nullptr;  ///< what was made of the value in `state`, if that is immutable
    std::uint64_t state = 0;
  };
  std::array<Entry, 64> cache = {};
};

/// Attribute access and nothing else: the base of bulletin.Namespace and of the proxies.
struct AttributesObject {
  PyObject_HEAD;
  PyObject* client;    // ClientObject; null before it is attached
  PyObject* reserved;  // the public names of the Python type, a frozenset
  PyObject* dumps;     // how values without a type of the board are pickled; null: they are refused
  PyObject* loads;
  Space* space;  // null before it is attached
  /// The word of a page that all processes of a host share: the newest revision that one of them
  /// has seen. Null: reads need not wait for what others have seen.
  std::atomic<std::uint64_t>* newest;
  Py_buffer page;
};

extern PyTypeObject* client_type;
extern PyTypeObject* attributes_type;
extern PyTypeObject* future_type;
extern PyTypeObject* transaction_type;
extern PyTypeObject* watch_type;

/// Make the types and add them to the module; false: a Python exception is set.
bool add_client_type(PyObject* module);
bool add_attributes_types(PyObject* module);
bool add_attribute_type(PyObject* module);
bool add_future_type(PyObject* module);
bool add_transaction_type(PyObject* module);
bool add_watch_type(PyObject* module);
PyTypeObject* add_type(PyObject* module, PyType_Spec& spec, PyObject* base = nullptr);

inline AttributesObject* as_attributes(PyObject* object) noexcept {
  return reinterpret_cast<AttributesObject*>(object);
}

/// The namespace, or PythonError: it is not attached.
Space& space_of(AttributesObject* self);
/// Waits, if need be, until reads see what other processes have seen; throws PythonError.
void await_news(AttributesObject* self);
/// What this process has seen others must see.
void tell_news(AttributesObject* self, Revision revision) noexcept;

/// The value as the board keeps it. Throws PythonError: TypeError names the attribute.
Encoded to_encoded(PyObject* dumps, std::string_view name, PyObject* value);
/// A new reference to the value. Throws PythonError.
PyObject* to_object(PyObject* loads, std::string_view bytes);

/// Options of a write: ephemeral, and the time to live in seconds or as a timedelta.
SetOptions to_options(PyObject* ephemeral, PyObject* ttl);

/// `(committed, revision, changed, lost, sums)`.
PyObject* to_tuple(const CommitResult& result);

using AnyFuture = std::variant<Future<Revision>, Future<CommitResult>>;
PyObject* make_future(AnyFuture future);
/// Waits as `wait_interruptibly`, and gets.
template <class T>
T get_interruptibly(Future<T> future) {
  if (!(future.wait_for(std::chrono::seconds(0)) == std::future_status::ready)) {
    wait_interruptibly(std::nullopt, [&](std::chrono::nanoseconds time) {
      return future.wait_for(time) == std::future_status::ready;
    });
  }
  return future.get();
}

/// A watch on one attribute, or with None on all.
PyObject* make_watch(AttributesObject* self, PyObject* name);
/// The transaction that a TransactionObject builds.
Transaction& transaction_of(PyObject* object);
PyObject* make_transaction(PyObject* dumps);

/// Checks how many positional arguments there are; throws PythonError.
void check_count(const char* function, Py_ssize_t count, Py_ssize_t least, Py_ssize_t most);

}  // namespace bulletin::python
