#include "authority/commit_builder.hpp"

#include <utility>

#include "authority/reuse.hpp"
#include "wire/digest.hpp"

namespace bulletin::authority {

void CommitBuilder::begin(Space& space, std::uint64_t revision) {
  space_ = &space;
  revision_ = revision;
  namespaces_mark_ = namespaces_.mark();
  lease_mark_ = leases_.mark();
  digest_ = space.digest;
  extent_ = space.extent;
  cleared_ = false;
  removed_ = 0;
  reuse(touched_);
}

CommitBuilder::Place CommitBuilder::find(std::string_view name) const {
  const NameIndex& names = space_->attributes.by_name();
  const HashedName hashed{name, wire::name_hash(name), names.key_of(name)};
  return {hashed, names.find(name, hashed.key)};
}

std::string_view CommitBuilder::value(const Place& place) const noexcept {
  if (!place.known() || has_outlived_session(place.handle)) return {};
  return namespaces_.at(place.handle).value();
}

std::uint64_t CommitBuilder::revision(const Place& place) const noexcept {
  if (!place.known() || has_outlived_session(place.handle)) return 0;
  const Attribute& attribute = namespaces_.at(place.handle);
  return attribute.present() ? attribute.revision : 0;
}

void CommitBuilder::set(const Place& place, std::string_view value, const Lease& lease) {
  const Handle handle = make_absent(place, value.size());
  end_lease(handle);
  namespaces_.assign(handle, value);
  if (lease.session == 0 && lease.deadline == 0) return;
  leases_.grant(handle, lease);
  ++effort_.leases;
  namespaces_.at(handle).leased = true;
}

void CommitBuilder::update(const Place& place, std::string_view value) {
  const Handle handle = make_absent(place, value.size());
  if (has_outlived_session(handle)) end_lease(handle);
  namespaces_.assign(handle, value);
}

void CommitBuilder::erase(const Place& place) {
  if (!place.known() || !namespaces_.at(place.handle).present()) return;
  touch(place.handle, place.name.hash);
  end_lease(place.handle);
}

/// What came into being in this commit ends here, and all else goes at once, however much it is.
void CommitBuilder::clear() {
  for (const Touched& touched : touched_) {
    if (touched.existed && !cleared_) continue;
    namespaces_.clear(touched.handle);
    end_lease(touched.handle);
    namespaces_.unlink(*space_, touched.handle);
  }
  touched_.clear();
  if (std::exchange(cleared_, true) || space_->attributes.empty()) return;
  removed_ = space_->attributes.size();
  digest_ = 0;
  extent_ = {};
  namespaces_.set_aside(*space_);
  ++effort_.tables;
}

bool CommitBuilder::existed_before_clear(const HashedName& name) const {
  return removed_ != 0 && namespaces_.last_aside().by_name().find(name.name, name.key) != 0;
}

Handle CommitBuilder::make_absent(const Place& place, std::size_t value_size) {
  Handle handle = place.handle;
  if (place.known()) {
    touch(handle, place.name.hash);
  } else {
    handle = namespaces_.make(*space_, place.name, value_size);
    namespaces_.at(handle).revision = revision_;
    touched_.push_back({handle, existed_before_clear(place.name), place.name.hash});
  }
  return handle;
}

/// Makes the attribute absent; the first time, what it was is saved.
void CommitBuilder::touch(Handle handle, std::uint64_t hash) {
  Attribute& attribute = namespaces_.at(handle);
  if (attribute.revision == revision_) {
    namespaces_.clear(handle);
    return;
  }
  digest_ -= wire::attribute_digest(hash, attribute.value(), attribute.revision);
  extent_.subtract(attribute.name_size, attribute.value_size, attribute.leased);
  namespaces_.save(*space_, handle);
  attribute.revision = revision_;
  touched_.push_back({handle, true, hash});
}

void CommitBuilder::end_lease(Handle handle) {
  Attribute& attribute = namespaces_.at(handle);
  if (!attribute.leased) return;
  leases_.end(handle);
  ++effort_.leases;
  attribute.leased = false;
}

bool CommitBuilder::has_changes() const { return tally().any(); }

bool CommitBuilder::finish() {
  const Tally changes = tally();
  const Extent now = extent();
  if (!changes.any()) {
    rollback();
    return false;
  }
  SpaceCommits& commits = commits_.of(*space_);
  append(changes);
  settle();
  space_->revision = revision_;
  space_->count += changes.present + changes.removed;
  space_->digest = digest_;
  total_.attributes += now.attributes - space_->extent.attributes;
  total_.bytes += now.bytes - space_->extent.bytes;
  space_->set_extent(now);
  commits.close();
  return true;
}

Extent CommitBuilder::extent() const {
  Extent extent = extent_;
  for (const Touched& touched : touched_) {
    const Attribute& attribute = namespaces_.at(touched.handle);
    if (attribute.present())
      extent.add(attribute.name_size, attribute.value_size, attribute.leased);
  }
  return extent;
}

CommitBuilder::Tally CommitBuilder::tally() const {
  Tally tally;
  tally.removed = removed_;
  for (const Touched& touched : touched_) {
    const bool present = namespaces_.at(touched.handle).present();
    if (present) ++tally.present;
    if (cleared_ && present && touched.existed) --tally.removed;
    if (!cleared_ && !present && touched.existed) ++tally.removed;
  }
  return tally;
}

void CommitBuilder::append(const Tally& tally) {
  std::string& out = commits_.of(*space_).bytes();
  const bool cleared = cleared_ && tally.removed != 0;
  const std::size_t changes = tally.present + (cleared ? 0 : tally.removed);
  wire::append_commit_header(out, {revision_, cleared, changes});
  for (const Touched& touched : touched_) {
    const Attribute& attribute = namespaces_.at(touched.handle);
    if (attribute.present() || (touched.existed && !cleared)) {
      wire::append_change(out, attribute.name(), attribute.value());
    }
  }
}

/// What is absent goes out of the table, what is present into the digest.
void CommitBuilder::settle() {
  for (const Touched& touched : touched_) {
    const Attribute& attribute = namespaces_.at(touched.handle);
    if (attribute.present()) {
      digest_ += wire::attribute_digest(touched.hash, attribute.value(), revision_);
    } else {
      namespaces_.unlink(*space_, touched.handle);
    }
  }
}

void CommitBuilder::rollback() {
  namespaces_.rollback(namespaces_mark_);
  leases_.rollback(lease_mark_);
}

}  // namespace bulletin::authority
