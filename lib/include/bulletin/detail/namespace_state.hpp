// What the templates of Namespace and Attribute call: the library's side of an open namespace.
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <bulletin/detail/slot.hpp>
#include <bulletin/encoded.hpp>
#include <bulletin/error.hpp>
#include <bulletin/options.hpp>
#include <bulletin/revision.hpp>
#include <bulletin/value.hpp>

namespace bulletin::detail {

/// One open namespace of one client; shared by all its handles, and outlives the client.
class NamespaceState;

/// What all copies of a typed handle share: keeps the slot of its attribute where it is, and the
/// namespace alive.
class PinnedSlot {
 public:
  PinnedSlot(std::shared_ptr<NamespaceState> space, std::string attribute, Slot* place) noexcept
      : owner(std::move(space)), name(std::move(attribute)), slot(place) {}
  PinnedSlot(const PinnedSlot&) = delete;
  PinnedSlot& operator=(const PinnedSlot&) = delete;
  ~PinnedSlot();

  const std::shared_ptr<NamespaceState> owner;
  const std::string name;
  Slot* const slot;
};

/// Of a handle that was default-constructed or moved from.
[[noreturn, gnu::cold]] void throw_empty_handle();

/// Brings a forked child's clients to life, in the background.
[[gnu::cold]] void resume_after_fork();

inline void notice_fork() {
  if (fork_pending.load(std::memory_order_relaxed)) [[unlikely]] {
    resume_after_fork();
  }
}

/// The value of what was read. Throws Error protocol when the bytes are no value, which a replica
/// never holds.
Value to_value(const Reading& reading);

/// The string in what was read, without a detour; false: not a string.
bool to_string(Reading& reading, std::string& out);

/// What was read as the bytes of its value, without a detour.
Encoded to_encoded(Reading& reading);

/// A scalar as a T; nullopt: of another type, or does not fit. Follows ValueTraits<T>.
template <Arithmetic T>
[[nodiscard]] std::optional<T> to_arithmetic(ScalarValue scalar) noexcept {
  const auto as_integer = [&](auto wide) -> std::optional<T> {
    if constexpr (Real<T>) {
      return static_cast<T>(wide);
    } else if constexpr (Integer<T>) {
      if (std::in_range<T>(wide)) return static_cast<T>(wide);
    }
    return std::nullopt;
  };
  if constexpr (Real<T>) {
    if (scalar.kind == Kind::real) [[likely]] {
      return static_cast<T>(std::bit_cast<double>(scalar.bits));
    }
  }
  if constexpr (std::same_as<T, bool>) {
    if (scalar.kind == Kind::boolean) return scalar.bits != 0;
    return std::nullopt;
  } else {
    if (scalar.kind == Kind::integer) return as_integer(static_cast<std::int64_t>(scalar.bits));
    if (scalar.kind == Kind::unsigned_integer) return as_integer(scalar.bits);
    return std::nullopt;
  }
}

/// Anything that was read as a T; nullopt: of another type. `reading.scalar.kind` is not absent.
template <class T>
[[nodiscard]] std::optional<T> to_type(Reading& reading) {
  if constexpr (Arithmetic<T>) {
    if (reading.scalar.kind != Kind::encoded)
      return to_arithmetic<T>({reading.scalar.kind, reading.scalar.bits});
  } else if constexpr (std::same_as<T, std::string>) {
    std::string text;
    if (!to_string(reading, text)) return std::nullopt;
    return text;
  } else if constexpr (std::same_as<T, Encoded>) {
    return to_encoded(reading);
  }
  return ValueTraits<T>::from_value(to_value(reading));
}

}  // namespace bulletin::detail
