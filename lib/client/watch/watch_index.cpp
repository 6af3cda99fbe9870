#include "client/watch/watch_index.hpp"

#include <algorithm>
#include <utility>

namespace bulletin::client {

void WatchIndex::add(const std::shared_ptr<detail::Watch>& watch) {
  watch->serial = ++made_;
  Space& space = spaces_[watch->space];
  (watch->name ? space.by_name[*watch->name] : space.all).push_back(watch);
  ++size_;
}

void WatchIndex::remove(const detail::Watch& watch) {
  const auto space = spaces_.find(watch.space);
  if (space == spaces_.end()) return;
  auto& [all, by_name] = space->second;
  Watches& watches = watch.name ? by_name[*watch.name] : all;
  size_ -= std::erase_if(watches, [&](const auto& other) { return other.get() == &watch; });
  if (watch.name && watches.empty()) by_name.erase(*watch.name);
  if (all.empty() && by_name.empty()) spaces_.erase(space);
}

const replica::ChangeBatch& WatchIndex::wanted(std::uint64_t space,
                                               const replica::ChangeBatch& batch,
                                               replica::ChangeBatch& part) const {
  const auto found = spaces_.find(space);
  if (found != spaces_.end() && !found->second.all.empty()) return batch;
  part.revision = batch.revision;
  part.resynced = batch.resynced;
  part.skipped = 0;
  part.changes.clear();
  if (found == spaces_.end()) return part;
  part.skipped = batch.skipped;
  for (const replica::AttributeChange& change : batch.changes) {
    if (found->second.by_name.contains(change.name)) part.changes.push_back(change);
  }
  return part;
}

std::vector<WatchIndex::Listener> WatchIndex::of(const QueuedBatch& batch) const {
  const auto found = spaces_.find(batch.space);
  if (found == spaces_.end()) return {};
  const auto& [all, by_name] = found->second;

  // One for each watch and change.
  using Wish = std::pair<const std::shared_ptr<detail::Watch>*, std::size_t>;
  constexpr auto none = static_cast<std::size_t>(-1);
  std::vector<Wish> wishes;
  for (const auto& watch : all) {
    for (std::size_t i = 0; i != batch.changes.size(); ++i) wishes.emplace_back(&watch, i);
  }
  for (std::size_t i = 0; !by_name.empty() && i != batch.changes.size(); ++i) {
    const auto named = by_name.find(batch.changes[i].name);
    if (named == by_name.end()) continue;
    for (const auto& watch : named->second) wishes.emplace_back(&watch, i);
  }
  // What was passed over may have been any name's.
  if (!batch.skipped.empty()) {
    for (const auto& watch : all) wishes.emplace_back(&watch, none);
    for (const auto& [name, named] : by_name) {
      for (const auto& watch : named) wishes.emplace_back(&watch, none);
    }
  }
  std::stable_sort(wishes.begin(), wishes.end(), [](const Wish& left, const Wish& right) {
    return (*left.first)->serial < (*right.first)->serial;
  });
  std::vector<Listener> listeners;
  for (const auto& [watch, place] : wishes) {
    if (listeners.empty() || listeners.back().watch != *watch) listeners.push_back({*watch, {}});
    if (place != none) listeners.back().changes.push_back(place);
  }
  return listeners;
}

}  // namespace bulletin::client
