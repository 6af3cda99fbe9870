// The file that says which user may do what.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/rights.hpp"

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
class Permissions {
 public:
  /// Throws Error rejected, which names `source` and the line.
  Permissions(std::string_view text, std::string_view source);

  [[nodiscard]] Rights rights_of(std::string_view user) const;
  [[nodiscard]] std::size_t rules() const noexcept { return rules_.size(); }
  /// All users that are named.
  [[nodiscard]] const std::set<std::string, std::less<>>& users() const noexcept { return users_; }

 private:
  struct UsersRule {
    std::set<std::string, std::less<>> users;
    bool everybody = false;
    Rule rule;
  };

  std::vector<UsersRule> rules_;
  std::set<std::string, std::less<>> users_;
};

/// Throws Error rejected for a file that cannot be read.
Permissions read_permissions(const std::string& path);

}  // namespace bulletin::server
