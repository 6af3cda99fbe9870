// How many requests users may send in a second.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include <absl/container/flat_hash_map.h>

#include "authority/quota.hpp"

namespace bulletin::server {

/// A token bucket for each user that has such a quota; it holds as many tokens as come in a second.
/// Pure: time is an argument.
class RequestRateLimiter {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Account = authority::Account;

  /// What follows happens at this time.
  void set_time(Time now) noexcept { now_ = now; }
  [[nodiscard]] bool allows(const Account& user) const {
    return !is_limited(user) || has_token(user);
  }
  void count(const Account& user) {
    if (!is_limited(user)) return;
    const Bucket bucket{tokens(user) - 1, now_};
    buckets_[&user] = bucket;
  }

 private:
  struct Bucket {
    double tokens = 0;
    Time at{};
  };

  static bool is_limited(const Account& user) noexcept { return rate(user) != authority::no_quota; }
  static std::uint64_t rate(const Account& user) noexcept {
    return user.quota[authority::Resource::requests_per_second];
  }
  /// Of one that is nearly whole only rounding is missing.
  bool has_token(const Account& user) const { return tokens(user) > 1 - 1e-6; }
  double tokens(const Account& user) const {
    const auto most = static_cast<double>(rate(user));
    const auto found = buckets_.find(&user);
    if (found == buckets_.end()) return most;
    const std::chrono::duration<double> passed = now_ - found->second.at;
    return std::min(most, found->second.tokens + passed.count() * most);
  }

  Time now_{};
  absl::flat_hash_map<const Account*, Bucket> buckets_;
};

}  // namespace bulletin::server
