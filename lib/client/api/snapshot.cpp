#include <algorithm>

#include <bulletin/error.hpp>
#include <bulletin/snapshot.hpp>

#include "client/loop/snapshot_data.hpp"
#include "wire/names.hpp"
#include "wire/value_codec.hpp"

namespace bulletin {

Snapshot::Snapshot(std::shared_ptr<const detail::SnapshotData> data) noexcept
    : data_(std::move(data)) {}

Revision Snapshot::revision() const noexcept { return Revision(data_ ? data_->revision : 0); }

std::size_t Snapshot::size() const noexcept { return data_ ? data_->items.size() : 0; }

std::vector<std::string> Snapshot::names() const {
  std::vector<std::string> names;
  names.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) names.push_back(data_->items[i].name);
  return names;
}

std::optional<std::size_t> Snapshot::find(std::string_view name) const noexcept {
  if (!data_) return std::nullopt;
  const auto& items = data_->items;
  const auto place = std::lower_bound(
      items.begin(), items.end(), name,
      [](const auto& item, std::string_view wanted) { return item.name < wanted; });
  if (place == items.end() || place->name != name) return std::nullopt;
  return static_cast<std::size_t>(place - items.begin());
}

Snapshot::Entry Snapshot::entry(std::size_t index) const {
  const auto& item = data_->items[index];
  return {item.name, wire::decode_value(item.value), Revision(item.revision), item.lease};
}

Encoded Snapshot::encoded(std::size_t index) const { return {data_->items[index].value}; }

void Snapshot::throw_missing(std::string_view name) const {
  throw Error(Errc::missing,
              "the snapshot of '" + (data_ ? data_->space : std::string()) + "' has no attribute " +
                  wire::quoted(name) +
                  (wire::is_private(name) ? ": private names are in no snapshot" : ""),
              std::string(name));
}

void Snapshot::throw_wrong_type(std::size_t index, std::string_view wanted) const {
  const auto& item = data_->items[index];
  throw Error(Errc::wrong_type,
              "attribute " + wire::quoted(item.name) + " of '" + data_->space + "' holds " +
                  detail::described(entry(index).value) + "; asked for " + std::string(wanted),
              item.name);
}

}  // namespace bulletin
