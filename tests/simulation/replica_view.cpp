#include "simulation/replica_view.hpp"

#include <utility>

#include "simulation/failure.hpp"
#include "wire/digest.hpp"

namespace bulletin::simulation {
namespace {

const SpaceHistory nothing;

}  // namespace

ReplicaView::ReplicaView(const History& history, std::shared_ptr<replica::NamespaceReplica> replica,
                         const wire::Epoch& epoch)
    : history_(history),
      replica_(std::move(replica)),
      opened_epoch_(epoch),
      opened_revision_(history.newest(epoch, replica_->name()).revision) {}

const SpaceHistory& ReplicaView::past() const {
  const SpaceHistory* past = history_.find(replica_->epoch(), replica_->name());
  return past == nullptr ? nothing : *past;
}

void ReplicaView::applied(const replica::ChangeBatch& batch) {
  changed_ = true;
  if (mirror_) mirror_->take(*replica_, batch, past());
}

void ReplicaView::watch(bool wanted) {
  if (!wanted) {
    mirror_.reset();
  } else if (!mirror_ && replica_->complete()) {
    mirror_.emplace(*replica_);
  }
}

void ReplicaView::check_contents(bool thorough) {
  check_order();
  if (!replica_->complete() || !(changed_ || thorough)) return;
  changed_ = false;
  check_complete();
  const SpaceHistory& past = this->past();
  const Point point = past.at(replica_->revision());
  check(replica_->table().size() == point.size, "'{}' at {} has {} attributes, not {}",
        replica_->name(), replica_->revision(), replica_->table().size(), point.size);
  check_attributes(past);
  check(replica_->digest() == point.digest, "'{}' at {} has another digest", replica_->name(),
        replica_->revision());
  check_count(point);
  check_pairs();
  if (mirror_) mirror_->compare(*replica_);
}

/// Between two of its commits a namespace may have been forgotten: it was empty then, and counts
/// from 0.
void ReplicaView::check_count(const Point& point) const {
  const std::uint64_t revision = replica_->revision();
  const bool begins =
      revision != point.revision && history_.forgotten_at(replica_->epoch(), revision);
  check(revision == point.revision || revision == 0 || begins, "'{}' is at {}, where nothing was",
        replica_->name(), revision);
  const std::uint64_t count = begins ? 0 : point.count;
  check(replica_->count() == count, "'{}' at {} counts {}, not {}", replica_->name(), revision,
        replica_->count(), count);
}

/// Neither revisions nor epochs go back.
void ReplicaView::check_order() {
  const wire::Epoch& epoch = replica_->epoch();
  if (epoch == last_epoch_) {
    check(replica_->revision() >= last_revision_, "'{}' goes back from {} to {}", replica_->name(),
          last_revision_, replica_->revision());
  } else {
    check(history_.number_of(epoch) > history_.number_of(last_epoch_),
          "'{}' goes back from epoch {} to {}", replica_->name(), last_epoch_, epoch);
  }
  last_epoch_ = epoch;
  last_revision_ = replica_->revision();
}

/// What `open` returns holds everything that was committed before it was called.
void ReplicaView::check_complete() {
  if (std::exchange(was_complete_, true)) return;
  check(replica_->epoch() != opened_epoch_ || replica_->revision() >= opened_revision_,
        "'{}' was opened at {}, and is complete at {}", replica_->name(), opened_revision_,
        replica_->revision());
}

void ReplicaView::check_attributes(const SpaceHistory& past) const {
  wire::ScalarBytes scratch;
  replica::AttributeTable::Found found;
  for (const auto& [name, attribute] : past.attributes()) {
    const Version* version = attribute.at(replica_->revision());
    const bool there = replica_->table().find(name, found, scratch);
    const bool expected = version != nullptr && version->value;
    check(there == expected, "'{}' at {} {} '{}'", replica_->name(), replica_->revision(),
          there ? "has" : "lacks", name);
    if (!there) continue;
    if (found.value == *version->value && found.revision == version->revision) continue;
    fail("in '{}' at {} '{}' is {} of {}, not {} of {}", replica_->name(), replica_->revision(),
         name, to_string(found.value), found.revision, to_string(*version->value),
         version->revision);
  }
}

void ReplicaView::check_pairs() const {
  wire::ScalarBytes scratches[2];
  replica::AttributeTable::Found found[2];
  for (std::size_t i = 0; i < 2; ++i) {
    replica_->table().find(pair_names[i], found[i], scratches[i]);
  }
  check(found[0].value == found[1].value && found[0].revision == found[1].revision,
        "'{}' at {} shows half of a transaction", replica_->name(), replica_->revision());
}

}  // namespace bulletin::simulation
