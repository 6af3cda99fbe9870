#include "service/user_list.hpp"

#include <algorithm>
#include <utility>

#include "wire/names.hpp"

namespace bulletin::service {

using authority::all_resources;
using authority::Amounts;
using authority::Resource;

std::string underscored(Resource resource) {
  std::string name(authority::name_of(resource));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

void UserList::add(const authority::Accounts& accounts) {
  for (const auto& [name, account] : accounts.all()) {
    User& user = users_[name];
    user.requests += account.requests;
    for (const Resource resource : all_resources) {
      user.used[resource] += account.used[resource];
      user.refused[resource] += account.refused[resource];
    }
  }
}

std::map<std::string, Value, std::less<>> UserList::attributes() const {
  std::map<std::string, Value, std::less<>> attributes;
  for (const auto& [name, user] : users_) {
    const bool has_something = user.used != Amounts() || user.refused != Amounts();
    if (!has_something || !wire::attribute_name_fault(name).empty()) continue;
    Map entry{{"requests", user.requests}};
    std::uint64_t refused = 0;
    for (const Resource resource : all_resources) {
      refused += user.refused[resource];
      if (resource != Resource::requests_per_second)
        entry.emplace(underscored(resource), user.used[resource]);
    }
    entry.emplace("refused", refused);
    attributes.emplace(name, std::move(entry));
  }
  return attributes;
}

std::uint64_t UserList::most(Resource resource) const {
  std::uint64_t most = 0;
  for (const auto& [name, user] : users_) most = std::max(most, user.used[resource]);
  return most;
}

std::uint64_t UserList::refused(Resource resource) const {
  std::uint64_t refused = 0;
  for (const auto& [name, user] : users_) refused += user.refused[resource];
  return refused;
}

}  // namespace bulletin::service
