// Which users may connect, and what each may do and have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <bulletin/broker.hpp>

#include "authority/quota.hpp"
#include "server/access/authorized_keys.hpp"
#include "service/rights.hpp"

namespace bulletin::server {

/// As the files of a broker said when they were read. Without keys everybody is one user, "", who
/// may do everything.
class Access {
 public:
  /// Everybody, everything.
  Access();
  /// Throws Error rejected when a file is missing or says nonsense.
  static Access read(const BrokerOptions& options);

  /// The user whose public key (Z85) this is, or null: who is not let in.
  [[nodiscard]] const std::string* user_of(std::string_view key) const {
    return keys_.user_of(key);
  }
  /// Without keys there is one user, who is let in without any.
  [[nodiscard]] bool wants_keys() const noexcept { return wants_keys_; }
  [[nodiscard]] const std::string& everybody() const noexcept { return users_.begin()->first; }
  [[nodiscard]] bool has_user(std::string_view user) const { return users_.contains(user); }
  /// Nothing for a user that is not let in (any more).
  [[nodiscard]] const service::Rights& rights_of(std::string_view user) const;

  /// There are several users, or somebody may have less than all.
  [[nodiscard]] bool has_quotas() const noexcept { return has_quotas_; }
  /// How much each may have.
  [[nodiscard]] const authority::Quotas& quotas() const noexcept { return quotas_; }

  [[nodiscard]] std::size_t keys() const noexcept { return keys_.size(); }
  /// Of the permissions that there are rules for, those that have no key.
  [[nodiscard]] const std::vector<std::string>& unknown_users() const noexcept {
    return unknown_users_;
  }

 private:
  bool wants_keys_ = false;
  AuthorizedKeys keys_{"", ""};
  std::map<std::string, service::Rights, std::less<>> users_;
  authority::Quotas quotas_;
  bool has_quotas_ = false;
  std::vector<std::string> unknown_users_;
};

}  // namespace bulletin::server
