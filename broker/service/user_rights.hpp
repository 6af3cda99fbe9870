// What each user may do.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "service/rights.hpp"

namespace bulletin::service {

/// The users that are let in, each with its rights.
class UserRights {
 public:
  void set(std::string_view user, Rights rights) {
    users_.insert_or_assign(std::string(user), std::move(rights));
  }
  [[nodiscard]] bool contains(std::string_view user) const { return users_.contains(user); }
  /// Nothing for a user that is not let in (any more).
  [[nodiscard]] const Rights& of(std::string_view user) const {
    static const Rights none;
    const auto found = users_.find(user);
    return found == users_.end() ? none : found->second;
  }
  /// Of several, the first by name.
  [[nodiscard]] const std::string& first() const noexcept { return users_.begin()->first; }

 private:
  std::map<std::string, Rights, std::less<>> users_;
};

}  // namespace bulletin::service
