// A typed handle on one attribute.
#pragma once

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <bulletin/detail/namespace_state.hpp>
#include <bulletin/future.hpp>
#include <bulletin/options.hpp>
#include <bulletin/raw_scalar.hpp>
#include <bulletin/revision.hpp>
#include <bulletin/subscription.hpp>
#include <bulletin/typed_change.hpp>
#include <bulletin/value.hpp>
#include <bulletin/versioned.hpp>
#include <bulletin/watch_options.hpp>

namespace bulletin {

class Namespace;

/// One attribute as a T: what most code holds. Reading a scalar is a few loads, with no lookup and
/// no wait. From `Namespace::attribute<T>(name)`; a handle: cheap to copy, usable from every
/// thread, outlives its Client. The attribute may come, go and come again; when it holds another
/// type than T, reads throw Error wrong_type. A default-constructed handle is empty: what it is
/// asked to do throws Error rejected.
///
///     bulletin::Attribute<double> speed = robot.attribute<double>("speed");
///     speed.set(3.2);
///     while (speed.get_or(0) > 1) brake();
template <Storable T>
class Attribute {
 public:
  Attribute() noexcept = default;
  /// False if default-constructed or moved from.
  explicit operator bool() const noexcept { return pinned_ != nullptr; }

  /// Throws Error rejected for an empty handle.
  const std::string& name() const { return pinned().name; }

  /// The value, or nullopt when the attribute does not exist. Throws Error wrong_type.
  std::optional<T> get() const {
    detail::notice_fork();
    if constexpr (detail::Arithmetic<T>) {
      detail::ScalarValue scalar;
      if (slot_->try_load_value(scalar)) [[likely]] {
        if (std::optional<T> value = detail::to_arithmetic<T>(scalar)) [[likely]]
          return value;
        if (scalar.kind == detail::Kind::absent) return nothing();
      }
    }
    return get_any();
  }

  /// The value, or the fallback when the attribute does not exist. Throws Error wrong_type.
  template <detail::AssignableTo<T> U = detail::braced_t<T>>
  T get_or(const U& fallback) const {
    if (std::optional<T> value = get()) return *std::move(value);
    return detail::assigned<T>(fallback, name());
  }

  /// The value. Throws Error missing, wrong_type.
  T at() const {
    if (std::optional<T> value = get()) return *std::move(value);
    return at_any();
  }

  /// The value and its revision, taken together. Throws Error wrong_type.
  std::optional<Versioned<T>> read() const {
    detail::notice_fork();
    if constexpr (detail::Arithmetic<T>) {
      detail::Scalar scalar;
      if (slot_->try_load(scalar)) [[likely]] {
        if (std::optional<T> value = detail::to_arithmetic<T>({scalar.kind, scalar.bits}))
            [[likely]]
          return Versioned<T>{*value, Revision(scalar.revision)};
        if (scalar.kind == detail::Kind::absent) return nothing();
      }
    }
    return read_any();
  }

  /// The value as it is held, without a type: one load for what has not changed since `state`, two
  /// more for a scalar. For language bindings and for caches of what is made from a value:
  ///
  ///     bulletin::Attribute<bulletin::Encoded> pose = robot.attribute<bulletin::Encoded>("pose");
  ///     if (const bulletin::RawScalar now = pose.scalar(); now.state != drawn.state) {
  ///       draw(now.kind == bulletin::ValueKind::encoded ? decode(pose.get()) : number(now));
  ///       drawn = now;
  ///     }
  RawScalar scalar() const {
    detail::notice_fork();
    for (;;) {
      const std::uint64_t state = slot_->state(std::memory_order_acquire);
      detail::ScalarValue value;
      if (slot_->read_value_at(state, value)) [[likely]]
        return {value.kind, value.bits, state};
    }
  }

  /// The revision of the present value; `absent` when the attribute does not exist.
  Revision revision() const {
    detail::notice_fork();
    return Revision(slot_->load().revision);
  }

  // --- writes: see Publisher ---

  /// One round trip. Takes what T holds: a bool only from a bool, an integer from every integer
  /// type (Error rejected when it does not fit), a real from every number, a string from every
  /// text, a Value from everything that can be stored; a struct also from a braced list.
  template <detail::AssignableTo<T> U = detail::braced_t<T>>
  Revision set(const U& value, SetOptions options = {}) const;
  template <detail::AssignableTo<T> U = detail::braced_t<T>>
  Future<Revision> set_async(const U& value, SetOptions options = {}) const;
  template <detail::AssignableTo<T> U = detail::braced_t<T>>
  void post(const U& value, SetOptions options = {}) const;
  template <detail::AssignableTo<T> U = detail::braced_t<T>>
  std::optional<Revision> compare_and_set(Revision expected, const U& value,
                                          SetOptions options = {}) const;
  /// Sets the attribute to `change(current value)`; see Namespace::update.
  ///
  ///     retries.update([](std::optional<int> n) { return n.value_or(0) + 1; });
  template <class F>
  T update(F&& change, SetOptions options = {}) const;
  /// Adds at the broker, and returns the sum.
  T add(T amount, Timeout timeout = {}) const requires detail::Number<T>;
  bool erase(Timeout timeout = {}) const;

  // --- watching ---

  /// Calls back with the current value, if there is one, and then with every change, on the
  /// client's watch thread. A value of another type goes to ClientOptions::on_error.
  template <class F>
  requires std::invocable < F&, const TypedChange<T>
  & > [[nodiscard]] Subscription watch(F callback, WatchOptions options = {}) const;
  /// Waits until the attribute exists and `condition(value)` is true; see Namespace::wait_for.
  template <class Condition>
  requires std::predicate<Condition&, const T&>
  bool wait_for(Condition&& condition, std::chrono::milliseconds timeout) const;
  bool wait_for_removal(std::chrono::milliseconds timeout) const;

  /// The namespace that it belongs to.
  Namespace owner() const;

  explicit Attribute(std::shared_ptr<detail::PinnedSlot> pinned) noexcept
      : slot_(pinned->slot), pinned_(std::move(pinned)) {}

 private:
  // What is no scalar, or of another type, goes by way of the namespace.
  std::optional<T> get_any() const;
  std::optional<Versioned<T>> read_any() const;
  T at_any() const;

  const detail::PinnedSlot& pinned() const {
    if (pinned_ == nullptr) detail::throw_empty_handle();
    return *pinned_;
  }
  std::nullopt_t nothing() const {
    pinned();  // an empty handle is found out only here, where no value is read
    return std::nullopt;
  }

  const detail::Slot* slot_ = &detail::empty_slot;
  std::shared_ptr<detail::PinnedSlot> pinned_;
};

}  // namespace bulletin
