// The number of a commit.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <iosfwd>

namespace bulletin {

/// The broker-wide number of a commit. Strictly increasing until a broker without data is
/// restarted: then a new epoch begins, whose revisions cannot be compared with earlier ones (see
/// docs/consistency.md). A default-constructed Revision (0) means "never" or "does not exist".
class Revision {
 public:
  constexpr Revision() noexcept = default;
  constexpr explicit Revision(std::uint64_t value) noexcept : value_(value) {}

  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return value_; }

  /// True unless this is "never".
  constexpr explicit operator bool() const noexcept { return value_ != 0; }

  friend constexpr auto operator<=>(Revision, Revision) noexcept = default;  // NOLINT

 private:
  std::uint64_t value_ = 0;
};

/// As the expected revision of `compare_and_set` or `Transaction::require`: the attribute must not
/// exist.
inline constexpr Revision absent{};

/// Prints the number.
std::ostream& operator<<(std::ostream& out, Revision revision);

}  // namespace bulletin

template <>
struct std::hash<bulletin::Revision> {
  std::size_t operator()(bulletin::Revision revision) const noexcept {
    return std::hash<std::uint64_t>{}(revision.value());
  }
};
