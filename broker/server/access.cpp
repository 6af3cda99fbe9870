#include "server/access.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <bulletin/error.hpp>

#include "server/permissions.hpp"

namespace bulletin::server {

Access::Access() { add("", Rights::all()); }

Access Access::read(const BrokerOptions& options, const Access* before) {
  Access access;
  if (options.secret_key.empty()) return access;
  access.wants_keys_ = true;
  access.users_.clear();
  access.audiences_.clear();
  access.keys_ = read_authorized_keys(options.authorized_keys);
  std::optional<Permissions> permissions;
  if (!options.permissions.empty()) permissions.emplace(read_permissions(options.permissions));
  for (const std::string& user : access.keys_.users())
    access.add(user, permissions ? permissions->rights_of(user) : Rights::all());
  // Nobody is let in: there is a socket nevertheless.
  if (access.audiences_.empty()) access.audiences_.push_back({});
  access.number_audiences(before);
  if (!permissions) return access;
  for (const std::string& user : permissions->users()) {
    if (!access.has_user(user)) access.unknown_users_.push_back(user);
  }
  return access;
}

void Access::add(const std::string& user, Rights rights) {
  const Rights to_read = rights.to_read();
  auto audience = std::find_if(audiences_.begin(), audiences_.end(),
                               [&](const Audience& each) { return each.rights == to_read; });
  if (audience == audiences_.end()) {
    if (audiences_.size() == most_audiences)
      throw Error(
          Errc::rejected,
          fmt::format("permissions: the users have more than {} different sets of namespaces "
                      "that they may read, and each takes a socket; make groups",
                      most_audiences));
    audience = audiences_.insert(audiences_.end(), Audience{to_read, {}, next_id_++});
  }
  audience->users.push_back(user);
  const auto place = static_cast<std::size_t>(audience - audiences_.begin());
  users_.emplace(user, User{std::move(rights), place});
}

void Access::number_audiences(const Access* before) {
  if (before == nullptr) return;
  next_id_ = before->next_id_;
  for (Audience& audience : audiences_) {
    const auto same =
        std::find_if(before->audiences_.begin(), before->audiences_.end(),
                     [&](const Audience& each) { return each.rights == audience.rights; });
    audience.id = same == before->audiences_.end() ? next_id_++ : same->id;
  }
}

const Rights& Access::rights_of(std::string_view user) const {
  static const Rights none;
  const auto found = users_.find(user);
  return found == users_.end() ? none : found->second.rights;
}

std::size_t Access::audience_of(std::string_view user) const {
  const auto found = users_.find(user);
  return found == users_.end() ? 0 : found->second.audience;
}

}  // namespace bulletin::server
