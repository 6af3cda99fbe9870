#include "server/access/permissions.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <bulletin/error.hpp>

#include "server/config/text_file.hpp"
#include "server/telemetry/loggers.hpp"
#include "store/toml_depth.hpp"
#include "wire/names.hpp"

namespace bulletin::server {
namespace {

using authority::Resource;
using Users = std::set<std::string, std::less<>>;
using Groups = std::map<std::string, Users, std::less<>>;

/// One file on its way to rules: it knows what to call the place of a fault.
class Reading {
 public:
  Reading(std::string_view source, const toml::table& table) : source_(source), table_(table) {}

  [[noreturn]] void refuse(const toml::source_region& where, std::string_view fault) const {
    throw Error(Errc::rejected,
                fmt::format("permissions: {}:{}: {}", source_, where.begin.line, fault));
  }

  Groups groups() const {
    Groups groups;
    for (const auto& [key, node] : table_) check_top(key);
    const toml::node* const node = table_.get("groups");
    if (node == nullptr) return groups;
    if (!node->is_table()) refuse(node->source(), "groups: it is to be a table, [groups]");
    for (const auto& [name, members] : *node->as_table())
      groups.emplace(name.str(), members_of(members));
    return groups;
  }

  /// `kind`: "rule" or "quota".
  template <class Take>
  void for_each(std::string_view kind, Take&& take) const {
    const toml::node* const node = table_.get(kind);
    if (node == nullptr) return;
    if (!node->is_array_of_tables())
      refuse(node->source(), fmt::format("a {0} begins with [[{0}]]", kind));
    for (const toml::node& entry : *node->as_array()) take(*entry.as_table());
  }

  std::optional<std::string> text(const toml::table& rule, std::string_view key) const {
    const toml::node* const node = rule.get(key);
    if (node == nullptr) return std::nullopt;
    if (!node->is_string()) refuse(node->source(), fmt::format("{}: it is to be a string", key));
    return node->as_string()->get();
  }

  void check_keys(const toml::table& rule) const {
    constexpr std::array<std::string_view, 4> known{"user", "group", "namespace", "right"};
    for (const auto& [key, node] : rule) {
      if (std::find(known.begin(), known.end(), key.str()) == known.end())
        refuse(key.source(), fmt::format("a rule has user or group, namespace and right, not {}",
                                         server::quoted(key.str())));
    }
  }

 private:
  void check_top(const toml::key& key) const {
    if (key.str() != "groups" && key.str() != "rule" && key.str() != "quota")
      refuse(key.source(), fmt::format("there are [groups], [[rule]] and [[quota]], not {}",
                                       server::quoted(key.str())));
  }

  Users members_of(const toml::node& node) const {
    Users users;
    if (!node.is_array()) refuse(node.source(), "a group is a list of users, [\"anna\", \"ben\"]");
    for (const toml::node& member : *node.as_array()) {
      if (!member.is_string()) refuse(member.source(), "a group's member is a user's name");
      users.insert(member.as_string()->get());
    }
    return users;
  }

  std::string_view source_;
  const toml::table& table_;
};

service::Right right_of(const Reading& file, const toml::table& rule) {
  const std::string word = file.text(rule, "right").value_or("");
  if (word == "none") return service::Right::none;
  if (word == "read") return service::Right::read;
  if (word == "write") return service::Right::write;
  file.refuse(rule.source(), word.empty() ? "the rule has no right: none, read or write"
                                          : "right: it is none, read or write");
}

std::string prefix_of(const Reading& file, const toml::table& rule) {
  const std::optional<std::string> prefix = file.text(rule, "namespace");
  if (!prefix) return {};
  if (const std::string_view fault = wire::namespace_name_fault(*prefix); !fault.empty())
    file.refuse(rule.get("namespace")->source(),
                fmt::format("namespace: {} cannot be the name of one: {} (leave it out for all)",
                            server::quoted(*prefix), fault));
  return *prefix;
}

std::string known_resources() {
  std::string names;
  for (const Resource resource : authority::all_resources) {
    if (!names.empty()) names += ", ";
    names += authority::name_of(resource);
  }
  return names;
}

Resource resource_of(const Reading& file, const toml::key& key) {
  const auto found =
      std::find_if(authority::all_resources.begin(), authority::all_resources.end(),
                   [&](Resource each) { return authority::name_of(each) == key.str(); });
  if (found == authority::all_resources.end())
    file.refuse(key.source(), fmt::format("a quota has user or group, and some of {}, not {}",
                                          known_resources(), server::quoted(key.str())));
  return *found;
}

/// A user that may have no connection, no session or no request is one without a key.
std::int64_t least_of(Resource resource) noexcept {
  switch (resource) {
    case Resource::sessions:
    case Resource::connections:
    case Resource::requests_per_second:
    case Resource::network_bytes: return 1;
    default: return 0;
  }
}

std::uint64_t amount_of(const Reading& file, Resource resource, const toml::node& node) {
  constexpr std::int64_t most = 1'000'000'000'000'000;
  const auto* const number = node.as_integer();
  const std::int64_t least = least_of(resource);
  if (number == nullptr || number->get() < least || number->get() > most)
    file.refuse(node.source(), fmt::format("{}: it is to be an integer from {} to {}",
                                           authority::name_of(resource), least, most));
  return static_cast<std::uint64_t>(number->get());
}

const Users& group_of(const Reading& file, const toml::table& rule, const Groups& groups,
                      const std::string& name) {
  const auto group = groups.find(name);
  if (group == groups.end())
    file.refuse(rule.get("group")->source(),
                fmt::format("group: there is no {} in [groups]", server::quoted(name)));
  return group->second;
}

}  // namespace

Permissions::Permissions(std::string_view text, std::string_view source) {
  if (const std::size_t line = store::line_too_deep(text); line != 0)
    throw Error(Errc::rejected,
                fmt::format("permissions: {}:{}: {}", source, line, store::too_deep));
  toml::table table;
  try {
    table = toml::parse(text, source);
  } catch (const toml::parse_error& error) {
    Reading(source, table).refuse(error.source(), error.description());
  }
  const Reading file(source, table);
  const Groups groups = file.groups();
  for (const auto& [name, users] : groups) users_.insert(users.begin(), users.end());
  const auto read_for = [&](const toml::table& entry, std::string_view kind) {
    const std::optional<std::string> user = file.text(entry, "user");
    const std::optional<std::string> group = file.text(entry, "group");
    if (user.has_value() == group.has_value())
      file.refuse(entry.source(), fmt::format("a {} is for a user or for a group", kind));
    For whom;
    whom.everybody = user == "*";
    if (group) {
      whom.users = group_of(file, entry, groups, *group);
    } else if (!whom.everybody) {
      whom.users = {*user};
      users_.insert(*user);
    }
    return whom;
  };
  file.for_each("rule", [&](const toml::table& rule) {
    file.check_keys(rule);
    rules_.push_back({read_for(rule, "rule"), {prefix_of(file, rule), right_of(file, rule)}});
  });
  file.for_each("quota", [&](const toml::table& entry) {
    UsersQuota quota{read_for(entry, "quota"), {}};
    for (const auto& [key, node] : entry) {
      if (key.str() == "user" || key.str() == "group") continue;
      const Resource resource = resource_of(file, key);
      quota.most.emplace_back(resource, amount_of(file, resource, node));
    }
    if (quota.most.empty())
      file.refuse(entry.source(),
                  fmt::format("the quota says nothing: it has some of {}", known_resources()));
    quotas_.push_back(std::move(quota));
  });
}

authority::Quota Permissions::quota_of(std::string_view user, const authority::Quota& usual) const {
  authority::Quota quota = usual;
  // Backwards, so that the first has the last word.
  for (auto each = quotas_.rbegin(); each != quotas_.rend(); ++each) {
    if (!each->whom.contains(user)) continue;
    for (const auto& [resource, most] : each->most) quota[resource] = most;
  }
  return quota;
}

service::Rights Permissions::rights_of(std::string_view user) const {
  std::vector<service::Rule> rules;
  for (const UsersRule& each : rules_) {
    if (each.whom.contains(user)) rules.push_back(each.rule);
  }
  return service::Rights(rules);
}

Permissions read_permissions(const std::string& path) {
  return {read_text_file("permissions", path), printable(path)};
}

}  // namespace bulletin::server
