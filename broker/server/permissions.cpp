#include "server/permissions.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <bulletin/error.hpp>

#include "server/log.hpp"
#include "server/text_file.hpp"
#include "store/toml_depth.hpp"
#include "wire/names.hpp"

namespace bulletin::server {
namespace {

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

  template <class Take>
  void for_each_rule(Take&& take) const {
    const toml::node* const node = table_.get("rule");
    if (node == nullptr) return;
    if (!node->is_array_of_tables()) refuse(node->source(), "a rule begins with [[rule]]");
    for (const toml::node& rule : *node->as_array()) take(*rule.as_table());
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
    if (key.str() != "groups" && key.str() != "rule")
      refuse(key.source(),
             fmt::format("there are [groups] and [[rule]], not {}", server::quoted(key.str())));
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

Right right_of(const Reading& file, const toml::table& rule) {
  const std::string word = file.text(rule, "right").value_or("");
  if (word == "none") return Right::none;
  if (word == "read") return Right::read;
  if (word == "write") return Right::write;
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
  file.for_each_rule([&](const toml::table& rule) {
    file.check_keys(rule);
    const std::optional<std::string> user = file.text(rule, "user");
    const std::optional<std::string> group = file.text(rule, "group");
    if (user.has_value() == group.has_value())
      file.refuse(rule.source(), "a rule is for a user or for a group");
    UsersRule made;
    made.rule = {prefix_of(file, rule), right_of(file, rule)};
    made.everybody = user == "*";
    if (group) {
      made.users = group_of(file, rule, groups, *group);
    } else if (!made.everybody) {
      made.users = {*user};
      users_.insert(*user);
    }
    rules_.push_back(std::move(made));
  });
}

Rights Permissions::rights_of(std::string_view user) const {
  std::vector<Rule> rules;
  for (const UsersRule& each : rules_) {
    if (each.everybody || each.users.contains(user)) rules.push_back(each.rule);
  }
  return Rights(rules);
}

Permissions read_permissions(const std::string& path) {
  return {read_text_file("permissions", path), printable(path)};
}

}  // namespace bulletin::server
