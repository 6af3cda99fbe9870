// A part of all names, in their order.
#pragma once

#include <string>
#include <string_view>

namespace bulletin::authority {

/// The names from `begin` up to before `end`, in byte order.
struct NameRange {
  std::string begin;
  std::string end;  ///< empty: no end

  [[nodiscard]] bool ends_before(std::string_view name) const noexcept {
    return !end.empty() && end <= name;
  }

  friend bool operator==(const NameRange&, const NameRange&) = default;
};

}  // namespace bulletin::authority
