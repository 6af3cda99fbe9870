#include "simulation/history.hpp"

#include <algorithm>
#include <sstream>

#include "simulation/failure.hpp"
#include "wire/digest.hpp"
#include "wire/value_codec.hpp"

namespace bulletin::simulation {
namespace {

/// The place behind the last element not after that revision.
template <class Elements>
auto behind(const Elements& elements, std::uint64_t revision) {
  return std::upper_bound(
      elements.begin(), elements.end(), revision,
      [](std::uint64_t wanted, const auto& element) { return wanted < element.revision; });
}

}  // namespace

const Version* SpaceHistory::Attribute::at(std::uint64_t revision) const {
  const auto place = behind(versions, revision);
  return place == versions.begin() ? nullptr : &*std::prev(place);
}

void SpaceHistory::append(std::uint64_t revision, std::uint64_t count, const Delta& delta) {
  Point point = newest();
  check(revision > point.revision, "commit {} comes after {}", revision, point.revision);
  for (const auto& [name, value] : delta) {
    Attribute& attribute = attributes_[name];
    if (attribute.versions.empty()) attribute.name_hash = wire::name_hash(name);
    const Version* before = attribute.at(revision);
    if (before != nullptr && before->value) {
      point.digest -= wire::attribute_digest(attribute.name_hash, *before->value, before->revision);
      --point.size;
    }
    if (value) {
      point.digest += wire::attribute_digest(attribute.name_hash, *value, revision);
      ++point.size;
    }
    attribute.versions.push_back({revision, value});
  }
  point.changes += delta.size();
  point.revision = revision;
  point.count = count;
  points_.push_back(point);
}

Point SpaceHistory::at(std::uint64_t revision) const {
  const auto place = behind(points_, revision);
  return place == points_.begin() ? Point{} : *std::prev(place);
}

std::uint64_t SpaceHistory::next_after(std::uint64_t revision) const {
  const auto place = behind(points_, revision);
  return place == points_.end() ? 0 : place->revision;
}

Delta SpaceHistory::delta(std::uint64_t revision) const {
  Delta result;
  for (const auto& [name, attribute] : attributes_) {
    const Version* version = attribute.at(revision);
    if (version != nullptr && version->revision == revision) result.emplace(name, version->value);
  }
  return result;
}

bool SpaceHistory::same(std::uint64_t revision, std::uint64_t later) const {
  if (at(revision).revision == at(later).revision) return true;
  const auto shows = [](const Version* version) {
    return version != nullptr && version->value ? version->revision : 0;
  };
  return std::all_of(attributes_.begin(), attributes_.end(), [&](const auto& entry) {
    return shows(entry.second.at(revision)) == shows(entry.second.at(later));
  });
}

std::uint64_t SpaceHistory::changes_between(std::uint64_t revision, std::uint64_t later) const {
  return at(later).changes - at(revision).changes;
}

const Version* SpaceHistory::find(std::string_view name) const {
  const auto found = attributes_.find(name);
  if (found == attributes_.end() || !found->second.versions.back().value) return nullptr;
  return &found->second.versions.back();
}

void History::begin(const wire::Epoch& epoch) {
  numbers_.emplace(epoch, numbers_.size() + 1);
  epochs_[epoch];
}

std::size_t History::number_of(const wire::Epoch& epoch) const {
  const auto found = numbers_.find(epoch);
  return found == numbers_.end() ? 0 : found->second;
}

SpaceHistory& History::of(const wire::Epoch& epoch, std::string_view space) {
  Spaces& spaces = epochs_[epoch];
  const auto found = spaces.find(space);
  return found != spaces.end() ? found->second : spaces[std::string(space)];
}

const SpaceHistory* History::find(const wire::Epoch& epoch, std::string_view space) const {
  const auto spaces = epochs_.find(epoch);
  if (spaces == epochs_.end()) return nullptr;
  const auto found = spaces->second.find(space);
  return found == spaces->second.end() ? nullptr : &found->second;
}

Point History::newest(const wire::Epoch& epoch, std::string_view space) const {
  const SpaceHistory* past = find(epoch, space);
  return past == nullptr ? Point{} : past->newest();
}

void History::forgetting(const wire::Epoch& epoch, std::uint64_t revision) {
  forgettings_.emplace(epoch, revision);
}

bool History::forgotten_at(const wire::Epoch& epoch, std::uint64_t revision) const {
  return forgettings_.contains({epoch, revision});
}

std::string to_string(std::string_view value) {
  if (value.empty()) return "absent";
  std::ostringstream text;
  text << wire::decode_value(value);
  std::string result = std::move(text).str();
  if (result.size() > 60) result = result.substr(0, 60) + "...";
  return result;
}

}  // namespace bulletin::simulation
