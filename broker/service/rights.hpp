// What one user may do, namespace by namespace.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "authority/name_range.hpp"

namespace bulletin::service {

/// Each holds those before it: who may write may read.
enum class Right : std::uint8_t { none, read, write };

/// A right for a namespace and all that are below it: `plant` is for `plant` and `plant/line1`, not
/// for `plants`. The empty prefix is for all.
struct Rule {
  std::string prefix;
  Right right = Right::none;
};

/// Pure. Two of them that allow the same compare as the same, in whatever way their rules said it.
class Rights {
 public:
  /// Nothing at all.
  Rights() = default;
  /// Of the rules that are for a namespace, the first decides; without one there is no right.
  explicit Rights(std::span<const Rule> rules);
  /// For everybody who is let in, where there are no rules.
  static Rights all();

  [[nodiscard]] Right of(std::string_view space) const;
  [[nodiscard]] bool may_read(std::string_view space) const { return of(space) >= Right::read; }
  [[nodiscard]] bool may_write(std::string_view space) const { return of(space) >= Right::write; }
  /// Every namespace, also those that are not there yet.
  [[nodiscard]] bool may_read_all() const noexcept;
  /// All names that may be read and no others, in order; no range touches the next one.
  [[nodiscard]] std::span<const authority::NameRange> readable() const noexcept {
    return readable_;
  }

  friend bool operator==(const Rights&, const Rights&) = default;

 private:
  using Tree = std::map<std::string, Right, std::less<>>;

  explicit Rights(const Tree& tree);

  void find_readable();

  // The right at each prefix where it differs from the one around it; the outermost is none.
  Tree tree_;
  std::vector<authority::NameRange> readable_;  // follows from it
};

}  // namespace bulletin::service
