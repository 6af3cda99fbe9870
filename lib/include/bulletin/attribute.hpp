// A typed handle on one attribute.
#pragma once

#include <atomic>
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
#include <bulletin/snapshot.hpp>
#include <bulletin/value.hpp>

namespace bulletin {

class Namespace;

/// One attribute as a T: what most code holds. Reading a scalar is a few loads, with no lookup and
/// no wait. From `Namespace::attribute<T>(name)`; a handle: cheap to copy, usable from every
/// thread, outlives its Client. The attribute may come, go and come again; when it holds another
/// type than T, reads throw Error wrong_type.
template <Storable T>
class Attribute {
 public:
  const std::string& name() const noexcept { return pinned_->name; }

  /// The value, or nullopt when the attribute does not exist. Throws Error wrong_type.
  std::optional<T> get() const {
    detail::notice_fork();
    if constexpr (detail::Arithmetic<T>) {
      detail::ScalarValue scalar;
      if (slot_->try_load_value(scalar)) [[likely]] {
        if (std::optional<T> value = detail::to_arithmetic<T>(scalar)) [[likely]]
          return value;
        if (scalar.kind == detail::Kind::absent) return std::nullopt;
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
        if (scalar.kind == detail::Kind::absent) return std::nullopt;
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

  /// One round trip; see Namespace::set. Takes what T holds: a bool only from a bool, an integer
  /// from every integer type (Error rejected when it does not fit), a real from every number, a
  /// string from every text, a Value from everything that can be stored; a struct also from a
  /// braced list.
  template <detail::AssignableTo<T> U = detail::braced_t<T>>
  Revision set(const U& value, SetOptions options = {}) const;
  /// See Namespace::set_async; it may block for `write_timeout` while too many writes wait.
  template <detail::AssignableTo<T> U = detail::braced_t<T>>
  Future<Revision> set_async(const U& value, SetOptions options = {}) const;
  /// See Namespace::post; it may block as `set_async` does.
  template <detail::AssignableTo<T> U = detail::braced_t<T>>
  void post(const U& value, SetOptions options = {}) const;

  /// The namespace that it belongs to.
  Namespace owner() const;

  explicit Attribute(std::shared_ptr<detail::PinnedSlot> pinned) noexcept
      : slot_(pinned->slot), pinned_(std::move(pinned)) {}

 private:
  // What is no scalar, or of another type, goes by way of the namespace.
  std::optional<T> get_any() const;
  std::optional<Versioned<T>> read_any() const;
  T at_any() const;

  const detail::Slot* slot_;
  std::shared_ptr<detail::PinnedSlot> pinned_;
};

}  // namespace bulletin
