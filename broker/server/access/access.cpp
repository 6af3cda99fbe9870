#include "server/access/access.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <bulletin/error.hpp>

#include "server/access/default_quotas.hpp"
#include "server/access/permissions.hpp"

namespace bulletin::server {

Access::Access() { rights_.set("", service::Rights::all()); }

Access Access::read(const BrokerOptions& options) {
  Access access;
  if (options.secret_key.empty()) return access;
  access.wants_keys_ = true;
  access.rights_ = {};
  access.keys_ = read_authorized_keys(options.authorized_keys);
  access.has_quotas_ = access.keys_.users().size() > 1;
  if (access.has_quotas_) access.quotas_.usual = default_quota(options);
  std::optional<Permissions> permissions;
  if (!options.permissions.empty()) permissions.emplace(read_permissions(options.permissions));
  for (const std::string& user : access.keys_.users())
    access.rights_.set(user, permissions ? permissions->rights_of(user) : service::Rights::all());
  if (!permissions) return access;
  access.has_quotas_ = access.has_quotas_ || permissions->has_quotas();
  for (const std::string& user : access.keys_.users())
    access.quotas_.of_users.emplace(user, permissions->quota_of(user, access.quotas_.usual));
  for (const std::string& user : permissions->users()) {
    if (!access.has_user(user)) access.unknown_users_.push_back(user);
  }
  return access;
}

}  // namespace bulletin::server
