// What each user has of the broker, for operators.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include <bulletin/value.hpp>

#include "authority/quota.hpp"

namespace bulletin::service {

/// As $sys and the metrics call it, such as "network_bytes".
std::string underscored(authority::Resource resource);

class UserList {
 public:
  /// Of a user that is in several tables, all is taken together.
  void add(const authority::Accounts& accounts);

  /// The attributes of $sys/users: by the user's name, those that have something, or were refused
  /// something. Without keys nobody has a name.
  [[nodiscard]] std::map<std::string, Value, std::less<>> attributes() const;
  /// What the user has that has most of it.
  [[nodiscard]] std::uint64_t most(authority::Resource resource) const;
  /// How often a user was refused more.
  [[nodiscard]] std::uint64_t refused(authority::Resource resource) const;

 private:
  struct User {
    authority::Amounts used;
    authority::Amounts refused;
    std::uint64_t requests = 0;
  };

  std::map<std::string, User, std::less<>> users_;
};

}  // namespace bulletin::service
