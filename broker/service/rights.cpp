#include "service/rights.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace bulletin::service {
namespace {

bool covers(std::string_view prefix, std::string_view space) {
  if (prefix.empty() || prefix == space) return true;
  return space.size() > prefix.size() && space.starts_with(prefix) && space[prefix.size()] == '/';
}

/// The next prefix around it; false: there is none.
bool widen(std::string_view& prefix) {
  if (prefix.empty()) return false;
  const std::size_t slash = prefix.rfind('/');
  prefix = slash == std::string_view::npos ? std::string_view() : prefix.substr(0, slash);
  return true;
}

Right first_that_covers(std::span<const Rule> rules, std::string_view space) {
  const auto found = std::find_if(rules.begin(), rules.end(),
                                  [&](const Rule& rule) { return covers(rule.prefix, space); });
  return found == rules.end() ? Right::none : found->right;
}

}  // namespace

Rights::Rights(std::span<const Rule> rules) {
  Tree tree;
  for (const Rule& rule : rules) tree.emplace(rule.prefix, first_that_covers(rules, rule.prefix));
  *this = Rights(tree);
}

/// What says the same as what is around it goes; a prefix comes before those that it is around.
Rights::Rights(const Tree& tree) {
  for (const auto& [prefix, right] : tree) {
    std::string_view around = prefix;
    const Right outer = widen(around) ? of(around) : Right::none;
    if (right != outer) tree_.emplace(prefix, right);
  }
  find_readable();
}

Rights Rights::all() {
  const std::vector<Rule> rules{{"", Right::write}};
  return Rights(rules);
}

Right Rights::of(std::string_view space) const {
  std::string_view prefix = space;
  do {
    if (const auto found = tree_.find(prefix); found != tree_.end()) return found->second;
  } while (widen(prefix));
  return Right::none;
}

bool Rights::may_read_all() const noexcept {
  const bool outermost = !tree_.empty() && tree_.begin()->first.empty();
  return outermost && std::all_of(tree_.begin(), tree_.end(),
                                  [](const auto& entry) { return entry.second >= Right::read; });
}

/// A prefix is for itself and for the names from `prefix/` up to before `prefix0`: by their bytes
/// there are others between, such as `prefix!`. Between two such borders all names have one right.
void Rights::find_readable() {
  std::set<std::string> borders{""};
  for (const auto& [prefix, right] : tree_) {
    if (prefix.empty()) continue;
    borders.insert(prefix);
    borders.insert(prefix + '\0');
    borders.insert(prefix + '/');
    borders.insert(prefix + '0');
  }
  bool readable = false;
  for (const std::string& border : borders) {
    if (may_read(border) == readable) continue;
    readable = !readable;
    if (readable)
      readable_.push_back({border, {}});
    else
      readable_.back().end = border;
  }
}

}  // namespace bulletin::service
