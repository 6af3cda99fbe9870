// Which connection's requests are served next.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include <absl/container/flat_hash_map.h>

namespace bulletin::authority {
struct Account;
}

namespace bulletin::server {

/// The connections whose input waits. Users take turns, and so do the connections of one user: a
/// user with many connections is not served more often than one with a single connection. Pure.
class FairQueue {
 public:
  using User = const authority::Account*;  ///< null: of connections that have not said who they are

  void push(User user, std::uint64_t connection) {
    std::deque<std::uint64_t>& waiting = waiting_[user];
    if (waiting.empty()) round_.push_back(user);
    waiting.push_back(connection);
    ++size_;
  }
  /// The next connection of a user that `may_go(user)`; nothing: there is none.
  template <class MayGo>
  std::optional<std::uint64_t> pop(const MayGo& may_go) {
    const auto next = std::find_if(round_.begin(), round_.end(), may_go);
    if (next == round_.end()) return std::nullopt;
    const User user = *next;
    round_.erase(next);
    const auto waiting = waiting_.find(user);
    const std::uint64_t connection = waiting->second.front();
    waiting->second.pop_front();
    --size_;
    if (waiting->second.empty())
      waiting_.erase(waiting);
    else
      round_.push_back(user);
    return connection;
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  template <class MayGo>
  [[nodiscard]] bool any_may_go(const MayGo& may_go) const {
    return std::any_of(round_.begin(), round_.end(), may_go);
  }

 private:
  absl::flat_hash_map<User, std::deque<std::uint64_t>> waiting_;  // none is empty
  std::deque<User> round_;                                        // each that waits, once
  std::size_t size_ = 0;
};

}  // namespace bulletin::server
