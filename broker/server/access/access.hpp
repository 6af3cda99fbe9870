// Which users may connect, and what each may do and have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <bulletin/broker.hpp>

#include "authority/quota.hpp"
#include "server/access/authorized_keys.hpp"
#include "service/rights.hpp"
#include "service/user_rights.hpp"

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
  [[nodiscard]] const std::string& everybody() const noexcept { return rights_.first(); }
  [[nodiscard]] bool has_user(std::string_view user) const { return rights_.contains(user); }
  /// Nothing for a user that is not let in (any more).
  [[nodiscard]] const service::Rights& rights_of(std::string_view user) const {
    return rights_.of(user);
  }
  /// At the same address when this is assigned to.
  [[nodiscard]] const service::UserRights& rights() const noexcept { return rights_; }

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
  service::UserRights rights_;
  authority::Quotas quotas_;
  bool has_quotas_ = false;
  std::vector<std::string> unknown_users_;
};

}  // namespace bulletin::server
