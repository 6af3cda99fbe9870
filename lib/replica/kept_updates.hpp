// Updates that arrived before what they follow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "wire/update.hpp"

namespace bulletin::replica {

/// Copies, in order of arrival. Bounded in bytes: the oldest are dropped, which is found as a hole
/// later.
class KeptUpdates {
 public:
  void keep(const wire::CommitsUpdate& update);
  [[nodiscard]] bool empty() const noexcept { return kept_.empty(); }
  /// The oldest. Valid until the next change.
  [[nodiscard]] wire::CommitsUpdate front() const noexcept;
  void pop() noexcept;
  void clear() noexcept;

 private:
  static constexpr std::size_t bound = std::size_t{16} << 20;

  struct Kept {
    wire::CommitsUpdate update;  // its bytes are those here
    std::string bytes;
  };
  static std::size_t size_of(const Kept& kept) noexcept { return sizeof(Kept) + kept.bytes.size(); }

  std::deque<Kept> kept_;
  std::size_t size_ = 0;
};

}  // namespace bulletin::replica
