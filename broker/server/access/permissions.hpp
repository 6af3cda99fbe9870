// The file that says which user may do what, and how much.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "authority/quota.hpp"
#include "service/rights.hpp"

namespace bulletin::server {

/// Rules in TOML (https://toml.io). Of those that are for a user and a namespace, the first
/// decides; what no rule is for is not allowed.
///
///     [groups]
///     operators = ["anna", "ben"]
///
///     [[rule]]
///     user = "robot7"              # or group = "operators"; user = "*": everybody
///     namespace = "plant/line1"    # this one and all below it; left out: all, also the broker's
///     own right = "write"              # none, read or write; who may write may read
///
/// Of the quotas that are for a user and a resource, the first decides; each user has its own.
///
///     [[quota]]
///     group = "operators"
///     sessions = 1000
class Permissions {
 public:
  /// Throws Error rejected, which names `source` and the line.
  Permissions(std::string_view text, std::string_view source);

  [[nodiscard]] service::Rights rights_of(std::string_view user) const;
  /// `usual`: what no quota is for.
  [[nodiscard]] authority::Quota quota_of(std::string_view user,
                                          const authority::Quota& usual) const;
  [[nodiscard]] bool has_quotas() const noexcept { return !quotas_.empty(); }
  [[nodiscard]] std::size_t rules() const noexcept { return rules_.size(); }
  /// All users that are named.
  [[nodiscard]] const std::set<std::string, std::less<>>& users() const noexcept { return users_; }

 private:
  /// A rule or a quota is for some users.
  struct For {
    std::set<std::string, std::less<>> users;
    bool everybody = false;

    [[nodiscard]] bool contains(std::string_view user) const {
      return everybody || users.contains(user);
    }
  };
  struct UsersRule {
    For whom;
    service::Rule rule;
  };
  struct UsersQuota {
    For whom;
    std::vector<std::pair<authority::Resource, std::uint64_t>> most;
  };

  std::vector<UsersRule> rules_;
  std::vector<UsersQuota> quotas_;
  std::set<std::string, std::less<>> users_;
};

/// Throws Error rejected for a file that cannot be read.
Permissions read_permissions(const std::string& path);

}  // namespace bulletin::server
