// The heart of the API: an open namespace.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <bulletin/attribute.hpp>
#include <bulletin/change.hpp>
#include <bulletin/commit_result.hpp>
#include <bulletin/detail/namespace_state.hpp>
#include <bulletin/error.hpp>
#include <bulletin/future.hpp>
#include <bulletin/options.hpp>
#include <bulletin/revision.hpp>
#include <bulletin/snapshot.hpp>
#include <bulletin/transaction.hpp>
#include <bulletin/value.hpp>

namespace bulletin {

class AttributeProxy;

/// An open namespace: a complete replica in this process's memory. A handle: cheap to copy, usable
/// from every thread, and it outlives its Client (reads then serve the last state, writes throw
/// Error disconnected).
///
/// **Reads** touch only this process's memory and never wait for another thread, nor do `revision`,
/// `size` and `freshness`; `snapshot`, `names` and `attribute` wait while an update that has
/// arrived is applied, or a repair of a whole namespace; never for the network. **Writes** are one
/// round trip to the broker and return when they are committed; when they return, this client's
/// replica has them. They throw Error rejected (illegal name, value over the limit), denied,
/// disconnected (no broker within `write_timeout`; not applied), overloaded (refused, or the broker
/// was there and busy for all of `write_timeout`; not applied) and in_doubt (sent, outcome
/// unknown). A failure of this process, such as std::bad_alloc, is thrown only before the write is
/// queued: then it is not applied either.
///
/// **Names** have 1 to 1024 bytes of UTF-8 without NUL. A name that begins with '_' is private: it
/// stays in this process, has revision 0, and takes part in get, at, get_or, contains, set (without
/// options), erase and operator[]; everything else throws Error rejected for it.
class Namespace {
 public:
  /// The path, such as "plant/line1/robot".
  const std::string& name() const noexcept;
  /// ENDPOINT#NAMESPACE, percent-encoded: for `bulletin::open` in any process. ENDPOINT is all that
  /// the client knows (Client::endpoints), so that the other process finds the broker as well.
  std::string uri() const;

  // --- reads ---

  /// The value of an attribute, or nullopt when there is none. Throws Error wrong_type.
  template <class T>
  std::optional<T> get(std::string_view name) const {
    if constexpr (detail::Arithmetic<T>) {
      const detail::ScalarValue scalar = read_scalar(name);
      if (scalar.kind == detail::Kind::absent) return std::nullopt;
      if (std::optional<T> value = detail::to_arithmetic<T>(scalar)) [[likely]]
        return value;
    }
    detail::Reading reading;
    if (!read_slot(name, reading)) return std::nullopt;
    return convert<T>(name, reading);
  }

  /// The value of an attribute. Throws Error missing, wrong_type.
  template <class T>
  T at(std::string_view name) const {
    if (std::optional<T> value = get<T>(name)) return *std::move(value);
    throw_missing(name);
  }

  /// The value of an attribute, or the fallback when there is none; `get_or("mode", "idle")`
  /// returns a std::string. Throws Error wrong_type.
  template <detail::Settable T>
  detail::stored_t<T> get_or(std::string_view name, const T& fallback) const {
    if (auto value = get<detail::stored_t<T>>(name)) return *std::move(value);
    return detail::as_stored(fallback);
  }

  /// The value and its revision, taken together. Throws Error wrong_type.
  template <class T>
  std::optional<Versioned<T>> read(std::string_view name) const {
    require_shared(name);
    detail::Reading reading;
    if (!read_slot(name, reading)) return std::nullopt;
    const Revision revision(reading.scalar.revision);
    return Versioned<T>{convert<T>(name, reading), revision};
  }

  bool contains(std::string_view name) const;
  /// How many shared attributes there are.
  std::size_t size() const noexcept;
  bool empty() const noexcept { return size() == 0; }
  /// The names of the shared attributes, in order.
  std::vector<std::string> names() const;
  /// All shared attributes at one revision.
  Snapshot snapshot() const;

  /// A typed handle: the fastest way to read one attribute again and again. The attribute need not
  /// exist yet.
  template <Storable T>
  Attribute<T> attribute(std::string_view name) const {
    return Attribute<T>(pin(name));
  }

  // --- writes: one round trip ---

  /// Returns the commit's revision (0 for a private name).
  template <detail::Settable T>
  Revision set(std::string_view name, const T& value, SetOptions options = {}) const {
    return set_value(name, detail::content_of(value), options);
  }

  /// As `set`, without waiting: calls are pipelined, and keep their order with all writes of this
  /// client. The future's get() throws what `set` would throw.
  ///
  /// Blocks while more than 64 MiB of this client's writes wait to be sent, for `write_timeout` at
  /// the most. Then it throws Error overloaded if the broker is there, but takes them more slowly
  /// than they come, and disconnected if it is not heard; the write was not queued. `post` and
  /// `commit_async` do the same.
  template <detail::Settable T>
  Future<Revision> set_async(std::string_view name, const T& value, SetOptions options = {}) const {
    return set_value_async(name, detail::content_of(value), options);
  }

  /// As `set_async`, without a future: for values that come fast, of which nobody waits for each.
  /// Throws at once what can be known at once, such as a name that is not allowed; what became of
  /// it at the broker, `flush` tells. May block, and throw overloaded, as `set_async`.
  template <detail::Settable T>
  void post(std::string_view name, const T& value, SetOptions options = {}) const {
    post_value(name, detail::content_of(value), options);
  }

  /// Waits until everything that this client has posted to the namespace before the call is
  /// decided, and can be read here. If some of it failed since the last `flush`, throws the Error
  /// of the first, once; `what()` also says how many others there were.
  /// Waits for `write_timeout` at the most, or for `timeout`.
  void flush(Timeout timeout = {}) const;

  /// Returns whether it was there; commits nothing when it was not.
  bool erase(std::string_view name) const;

  /// Sets the attribute if its revision is still `expected` (`bulletin::absent`: if it does not
  /// exist). nullopt: lost the race; the replica then holds what won it.
  template <detail::Settable T>
  std::optional<Revision> compare_and_set(std::string_view name, Revision expected, const T& value,
                                          SetOptions options = {}) const {
    return compare_and_set_value(name, expected, detail::content_of(value), options);
  }

  /// Adds to a number, atomically at the broker, and returns the sum; an absent attribute counts as
  /// 0 of the amount's type. Throws Error rejected past the range, and wrong_type when the
  /// attribute is not a number, or an integer and the amount a real, or a real and the amount an
  /// integer: no `add` changes the type of a number.
  template <detail::Integer T>
  std::int64_t add(std::string_view name, T amount) const {
    return add_value(name, Value(amount)).template as<std::int64_t>();
  }
  template <detail::Real T>
  double add(std::string_view name, T amount) const {
    return add_value(name, Value(amount)).template as<double>();
  }

  /// Sets the attribute to `change(current value)`, again and again until no other writer came
  /// between. `change` gets nullopt when the attribute does not exist, and may run more than once.
  /// Returns what was set. Throws Error overloaded when other writers came between each time until
  /// `write_timeout` had passed since the first attempt; nothing was applied then.
  template <Storable T, class F>
  requires detail::AssignableTo<std::remove_cvref_t<std::invoke_result_t<F, std::optional<T>>>, T> T
  update(std::string_view name, F&& change, SetOptions options = {})
  const {
    std::optional<std::chrono::steady_clock::time_point> deadline;
    for (std::uint64_t attempts = 1;; ++attempts) {
      std::optional<Versioned<T>> current = read<T>(name);
      const Revision expected = current ? current->revision : absent;
      T next = detail::assigned<T>(
          change(current ? std::optional<T>(std::move(current->value)) : std::nullopt), name);
      if (!deadline) deadline = write_deadline();
      if (compare_and_set(name, expected, next, options)) return next;
      give_up_after(*deadline, name, attempts);
    }
  }

  /// Commits the transaction whole if every condition holds; otherwise changes nothing. The result
  /// tells which, the revision that decided it, the sums of the additions, or the condition that
  /// did not hold.
  CommitResult commit(const Transaction& transaction) const;

  /// As `commit`, without waiting: pipelined, and in order, as `set_async` is. The future's get()
  /// returns or throws what `commit` would.
  Future<CommitResult> commit_async(const Transaction& transaction) const;

  // --- watching ---

  /// Calls back with the current value, if there is one, and then with every change, in commit
  /// order, on the client's watch thread. In the callback reading, writing and waiting are fine.
  /// Throws Error disconnected when the client is closed.
  [[nodiscard]] Subscription watch(std::string_view name, Watcher callback) const;
  /// The same for all attributes.
  [[nodiscard]] Subscription watch(Watcher callback) const;

  /// Waits until the attribute exists and `condition(value)` is true; false: it was not within the
  /// time. The condition runs on this thread, perhaps not on every value that passes by.
  bool wait_until(std::string_view name, const std::function<bool(const Value&)>& condition,
                  std::chrono::milliseconds timeout) const;

  /// Waits until the replica has everything that was committed before this call. Throws Error
  /// disconnected if that takes longer than `write_timeout`, or than `timeout`.
  void sync(Timeout timeout = {}) const;

  /// The newest commit that the replica has applied.
  Revision revision() const noexcept;
  Freshness freshness() const noexcept;

  /// Sugar: `robot["mode"] = "idle"; std::string m = robot["mode"].as<std::string>();`
  AttributeProxy operator[](std::string_view name) const;

  explicit Namespace(std::shared_ptr<detail::NamespaceState> state) noexcept
      : state_(std::move(state)) {}

 private:
  template <Storable T>
  friend class Attribute;
  friend class AttributeProxy;

  detail::ScalarValue read_scalar(std::string_view name) const;
  bool read_slot(std::string_view name, detail::Reading& out) const;
  void require_shared(std::string_view name) const;
  std::shared_ptr<detail::PinnedSlot> pin(std::string_view name) const;

  Revision set_value(std::string_view name, detail::Content value, const SetOptions& options) const;
  Future<Revision> set_value_async(std::string_view name, detail::Content value,
                                   const SetOptions& options) const;
  void post_value(std::string_view name, detail::Content value, const SetOptions& options) const;
  std::optional<Revision> compare_and_set_value(std::string_view name, Revision expected,
                                                detail::Content value,
                                                const SetOptions& options) const;
  Value add_value(std::string_view name, const Value& amount) const;

  std::chrono::steady_clock::time_point write_deadline() const;
  /// Of an `update` that has lost so often.
  void give_up_after(std::chrono::steady_clock::time_point deadline, std::string_view name,
                     std::uint64_t attempts) const;
  [[noreturn]] void throw_missing(std::string_view name) const;
  [[noreturn]] void throw_wrong_type(std::string_view name, const detail::Reading& found,
                                     std::string_view wanted) const;

  template <class T>
  T convert(std::string_view name, detail::Reading& reading) const {
    if (std::optional<T> value = detail::to_type<T>(reading)) return *std::move(value);
    throw_wrong_type(name, reading, detail::type_name<T>());
  }

  std::shared_ptr<detail::NamespaceState> state_;
};

/// What `robot["mode"]` gives. Its operations work only on the expression itself: a named proxy
/// (`auto x = robot["mode"];`) is inert, and it can be neither copied nor assigned. `robot["a"] =
/// robot["b"]` copies the value.
class AttributeProxy {
 public:
  AttributeProxy(const AttributeProxy&) = delete;

  /// Sets the attribute; see Namespace::set.
  template <detail::Settable T>
  void operator=(const T& value) && {
    namespace_.set(name_, value);
  }
  void operator=(AttributeProxy&& other) && { namespace_.set(name_, std::move(other).as<Value>()); }
  AttributeProxy& operator=(const AttributeProxy&) = delete;

  /// See Namespace::at.
  template <class T>
  T as() && {
    return namespace_.at<T>(name_);
  }

 private:
  friend class Namespace;
  AttributeProxy(const Namespace& space, std::string_view name) : namespace_(space), name_(name) {}

  Namespace namespace_;
  std::string name_;
};

inline AttributeProxy Namespace::operator[](std::string_view name) const { return {*this, name}; }

template <Storable T>
Namespace Attribute<T>::owner() const {
  return Namespace(pinned_->owner);
}

template <Storable T>
template <detail::AssignableTo<T> U>
Revision Attribute<T>::set(const U& value, SetOptions options) const {
  return owner().set_value(name(), detail::content_of(detail::assigned<T>(value, name())), options);
}

template <Storable T>
template <detail::AssignableTo<T> U>
Future<Revision> Attribute<T>::set_async(const U& value, SetOptions options) const {
  return owner().set_value_async(name(), detail::content_of(detail::assigned<T>(value, name())),
                                 options);
}

template <Storable T>
template <detail::AssignableTo<T> U>
void Attribute<T>::post(const U& value, SetOptions options) const {
  owner().post_value(name(), detail::content_of(detail::assigned<T>(value, name())), options);
}

template <Storable T>
std::optional<T> Attribute<T>::get_any() const {
  if (auto versioned = read_any()) return std::move(versioned->value);
  return std::nullopt;
}

template <Storable T>
std::optional<Versioned<T>> Attribute<T>::read_any() const {
  detail::Reading reading;
  slot_->read(reading);
  if (reading.scalar.kind == detail::Kind::absent) return std::nullopt;
  const Revision revision(reading.scalar.revision);
  if (std::optional<T> value = detail::to_type<T>(reading))
    return Versioned<T>{*std::move(value), revision};
  // Only now: `owner` counts its copies, and all readers would share that count.
  owner().throw_wrong_type(name(), reading, detail::type_name<T>());
}

template <Storable T>
T Attribute<T>::at_any() const {
  return owner().template at<T>(name());
}

}  // namespace bulletin
