// The WRITEs that a failed store leaves behind.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "wire/requests.hpp"

namespace bulletin::service {

/// When a turn could not be kept, nobody knows whether the store has it: its WRITEs may be told
/// nothing before the store has been opened again. Those that come meanwhile are refused, which
/// says that they were not applied; so they never may be, though a copy of the request may still be
/// on its way.
class UndecidedWrites {
 public:
  /// Its turn was not kept.
  void leave_open(const wire::Write& write) { note(open_, write); }
  [[nodiscard]] bool is_open(const wire::Write& write) const {
    const auto found = open_.find(key(write));
    return found != open_.end() && found->second == write.number;
  }
  /// The store is known again.
  void settle() { open_.clear(); }

  void refuse(const wire::Write& write) { note(refused_, write); }
  [[nodiscard]] bool is_refused(const wire::Write& write) const {
    if (refused_.empty()) return false;
    const auto found = refused_.find(key(write));
    return found != refused_.end() && write.number <= found->second;
  }
  /// Forgets the sessions for which `lives(number)` is false.
  template <class Lives>
  void keep_if(Lives lives) {
    std::erase_if(refused_, [&](const auto& entry) { return !lives(entry.first.first); });
  }

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;  // session, lane
  using Numbers = std::map<Key, std::uint64_t>;

  static Key key(const wire::Write& write) { return {write.session.number, write.lane}; }
  static void note(Numbers& numbers, const wire::Write& write) {
    std::uint64_t& number = numbers[key(write)];
    number = std::max(number, write.number);
  }

  Numbers open_;
  Numbers refused_;
};

}  // namespace bulletin::service
