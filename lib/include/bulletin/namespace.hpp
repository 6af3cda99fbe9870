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
#include <bulletin/detail/namespace_state.hpp>
#include <bulletin/error.hpp>
#include <bulletin/freshness.hpp>
#include <bulletin/options.hpp>
#include <bulletin/publisher.hpp>
#include <bulletin/revision.hpp>
#include <bulletin/snapshot.hpp>
#include <bulletin/subscription.hpp>
#include <bulletin/typed_change.hpp>
#include <bulletin/value.hpp>
#include <bulletin/versioned.hpp>
#include <bulletin/watch_options.hpp>
#include <bulletin/watch_queue.hpp>

namespace bulletin {

class AttributeProxy;

/// An open namespace: a complete replica in this process's memory, from `Client::open`. A handle:
/// cheap to copy, usable from every thread, and it outlives its Client (reads then serve the last
/// state, writes throw Error disconnected). A default-constructed one is empty: it is false, and
/// what it is asked to do throws Error rejected.
///
///     bulletin::Namespace robot = client.open("plant/robot");
///     robot.set("speed", 3.2);                    // one round trip; see Publisher for all writes
///     double speed = robot.get_or("speed", 0.0);  // this process's memory
///
/// **Reads** touch only this process's memory and never wait for another thread, nor do `revision`,
/// `size` and `freshness`; `snapshot`, `names` and `attribute` wait while an update that has
/// arrived is applied, or a repair of a whole namespace; never for the network.
///
/// **Writes** are those of Publisher. When they return, this client's replica has them.
///
/// A name that begins with '_' is private: it stays in this process, has revision 0, and takes part
/// in get, at, get_or, contains, set (without options), erase and operator[]; everything else
/// throws Error rejected for it.
class Namespace : public Publisher {
 public:
  using Publisher::Publisher;

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

  // --- writes: see Publisher ---

  /// Returns the commit's revision (0 for a private name).
  template <detail::Settable T>
  Revision set(std::string_view name, const T& value, SetOptions options = {}) const {
    return set_here(name, detail::content_of(value), options);
  }
  // The type has no ValueTraits: include <bulletin/msgpack.hpp>, or see <bulletin/value.hpp>.
  template <detail::NotStorable T>
  Revision set(std::string_view name, const T& value, SetOptions options = {}) const = delete;

  bool erase(std::string_view name, Timeout timeout = {}) const;

  /// Sets the attribute to `change(current value)`, again and again until no other writer came
  /// between. `change` gets nullopt when the attribute does not exist, and may run more than once.
  /// Returns what was set.
  ///
  ///     robot.update<int>("retries", [](std::optional<int> n) { return n.value_or(0) + 1; });
  ///
  /// Throws Error overloaded when other writers came between each time until
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
      if (!deadline) deadline = write_deadline(options);
      if (compare_and_set(name, expected, next, options)) return next;
      give_up_after(*deadline, name, attempts);
    }
  }

  // --- watching ---

  /// Calls back with the current value, if there is one, and then with every change, in commit
  /// order, on the client's watch thread. In the callback reading, writing and waiting are fine.
  /// Throws Error disconnected when the client is closed.
  ///
  ///     bulletin::Subscription watch = robot.watch("speed", [](const bulletin::Change& change) {
  ///       if (change.value != nullptr) show(*change.value);
  ///     });
  [[nodiscard]] Subscription watch(std::string_view name, Watcher callback,
                                   WatchOptions options = {}) const;
  /// The same for all attributes.
  [[nodiscard]] Subscription watch(Watcher callback, WatchOptions options = {}) const;

  /// As `watch`, without a callback: the program takes the changes from the queue. For event loops,
  /// and for threads with a priority of their own.
  ///
  ///     bulletin::WatchQueue<double> speeds = robot.watch_queue<double>("speed");
  ///     while (const auto change = speeds.next(1s)) show(change->value.value_or(0));
  template <Storable T = Value>
  [[nodiscard]] WatchQueue<T> watch_queue(std::string_view name, WatchOptions options = {}) const {
    return WatchQueue<T>(queue(std::string(name), options));
  }
  template <Storable T = Value>
  [[nodiscard]] WatchQueue<T> watch_queue(WatchOptions options = {}) const {
    return WatchQueue<T>(queue(std::nullopt, options));
  }

  /// Waits until the attribute exists and `condition(value)` is true; false: it was not within the
  /// time. The condition runs on this thread, perhaps not on every value in between. Throws Error
  /// wrong_type.
  ///
  ///     robot.wait_for<double>("speed", [](double speed) { return speed > 3; }, 5s);
  ///     robot.wait_for("mode", [](const bulletin::Value& mode) { return mode == "idle"; }, 5s);
  template <class T = Value, class Condition>
  requires std::predicate<Condition&, const T&>
  bool wait_for(std::string_view name, Condition&& condition,
                std::chrono::milliseconds timeout) const {
    return wait_on(
        name,
        [&] {
          const std::optional<T> value = get<T>(name);
          return value && condition(*value);
        },
        timeout);
  }
  /// Waits until the attribute does not exist; false: it still did when the time was over.
  ///
  ///     if (plant.wait_for_removal("lock", 10s)) enter();
  bool wait_for_removal(std::string_view name, std::chrono::milliseconds timeout) const;

  /// Waits until the replica has everything that was committed before this call. Throws Error
  /// disconnected if that takes longer than `write_timeout`, or than `timeout`.
  void sync(Timeout timeout = {}) const;

  /// The newest commit that the replica has applied.
  Revision revision() const noexcept;
  Freshness freshness() const noexcept;

  /// `robot["mode"] = "idle"; std::string m = robot["mode"].as<std::string>();`
  AttributeProxy operator[](std::string_view name) const;

 private:
  template <Storable T>
  friend class Attribute;

  detail::ScalarValue read_scalar(std::string_view name) const;
  bool read_slot(std::string_view name, detail::Reading& out) const;
  void require_shared(std::string_view name) const;
  std::shared_ptr<detail::PinnedSlot> pin(std::string_view name) const;
  detail::WatchQueueHandle queue(std::optional<std::string> name,
                                 const WatchOptions& options) const;

  Revision set_here(std::string_view name, detail::Content content,
                    const SetOptions& options) const;
  bool wait_on(std::string_view name, const std::function<bool()>& condition,
               std::chrono::milliseconds timeout) const;

  std::chrono::steady_clock::time_point write_deadline(const SetOptions& options) const;
  /// Of an `update` that has lost so often.
  void give_up_after(std::chrono::steady_clock::time_point deadline, std::string_view name,
                     std::uint64_t attempts) const;
  [[noreturn]] void throw_missing(std::string_view name) const;
  [[noreturn]] void throw_wrong_type(std::string_view name, const detail::Reading& found,
                                     std::string_view wanted) const;

  template <class T>
  T convert(std::string_view name, detail::Reading& reading) const {
    static_assert(Storable<T>,
                  "this type cannot be read: include <bulletin/msgpack.hpp> if it has "
                  "MSGPACK_DEFINE, or specialise bulletin::ValueTraits for it");
    if (std::optional<T> value = detail::to_type<T>(reading)) return *std::move(value);
    throw_wrong_type(name, reading, detail::type_name<T>());
  }
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

}  // namespace bulletin

#include <bulletin/detail/attribute_calls.hpp>
