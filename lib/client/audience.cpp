#include "client/audience.hpp"

#include <algorithm>

namespace bulletin::client {

void Audience::add(const std::shared_ptr<detail::Watch>& watch) {
  watch->serial = ++made_;
  Space& space = spaces_[watch->space];
  (watch->name ? space.by_name[*watch->name] : space.all).push_back(watch);
  ++size_;
}

void Audience::remove(const detail::Watch& watch) {
  const auto space = spaces_.find(watch.space);
  if (space == spaces_.end()) return;
  auto& [all, by_name] = space->second;
  Watches& watches = watch.name ? by_name[*watch.name] : all;
  size_ -= std::erase_if(watches, [&](const auto& other) { return other.get() == &watch; });
  if (watch.name && watches.empty()) by_name.erase(*watch.name);
  if (all.empty() && by_name.empty()) spaces_.erase(space);
}

Audience::Watches Audience::of(const QueuedRow& row) const {
  const auto found = spaces_.find(row.space);
  if (found == spaces_.end()) return {};
  const auto& [all, by_name] = found->second;
  Watches watches = all;
  const auto append = [&](const Watches& more) {
    watches.insert(watches.end(), more.begin(), more.end());
  };
  // What was passed over may have been any name's.
  if (!row.skipped.empty()) {
    for (const auto& [name, named] : by_name) append(named);
  } else if (!by_name.empty()) {
    for (const QueuedChange& change : row.changes) {
      if (const auto named = by_name.find(change.name); named != by_name.end()) {
        append(named->second);
      }
    }
  }
  std::sort(watches.begin(), watches.end(),
            [](const auto& left, const auto& right) { return left->serial < right->serial; });
  watches.erase(std::unique(watches.begin(), watches.end()), watches.end());
  return watches;
}

}  // namespace bulletin::client
