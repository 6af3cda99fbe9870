#include "replica/namespace_replica.hpp"

#include <algorithm>
#include <memory_resource>
#include <tuple>
#include <utility>
#include <variant>

#include "replica/fetch_ahead.hpp"
#include "wire/commit.hpp"
#include "wire/decode_error.hpp"
#include "wire/digest.hpp"
#include "wire/requests.hpp"

namespace bulletin::replica {

NamespaceReplica::NamespaceReplica(std::string name, ReplicaObserver& observer, std::uint64_t id,
                                   std::uint64_t hash_seed)
    : name_(std::move(name)), id_(id), observer_(observer), table_(hash_seed) {}

template <class F>
void NamespaceReplica::report_progress(F&& f) {
  const auto what_shows = [&] {
    return std::tuple(revision(), complete(), live(), refusal_.has_value());
  };
  const auto before = what_shows();
  f();
  if (what_shows() != before) observer_.progressed(*this);
}

bool NamespaceReplica::live() const noexcept {
  return subscribed_ && complete() && !intake_ && !since_due_ && revision() >= reach_;
}

void NamespaceReplica::ask_again() { set_refusal(std::nullopt); }

void NamespaceReplica::set_refusal(std::optional<wire::Refusal> refusal) {
  refusal_ = std::move(refusal);
  refused_.store(refusal_.has_value(), std::memory_order_release);
}

void NamespaceReplica::unsubscribed() {
  report_progress([&] {
    subscribed_ = false;
    if (auto* since = std::get_if<AskedSince>(&asked_)) since->proves = false;
    since_due_ = complete() || intake_;
  });
}

void NamespaceReplica::subscribed() {
  report_progress([&] {
    subscribed_ = true;
    set_refusal(std::nullopt);
  });
}

// --- requests -----------------------------------------------------------------------------------

std::optional<std::string> NamespaceReplica::next_request() {
  if (asked_.index() != 0 || refusal_) return std::nullopt;
  if (!complete() && !subscribed_) return std::nullopt;
  if (!complete() && !intake_) take_snapshot();
  if (intake_) {
    if (!intake_->parts_complete()) {
      asked_ = AskedSnapshot();
      return wire::encode(wire::SnapshotRequest{name_, intake_->last_name()});
    }
    return ask_since(intake_->epoch(), intake_->position());
  }
  const bool due = since_due_ && subscribed_;
  if (due || revision() < reach_) return ask_since(epoch_, revision());
  return std::nullopt;
}

std::string NamespaceReplica::ask_since(const wire::Epoch& epoch, std::uint64_t revision) {
  asked_ = AskedSince{.from = revision, .reach = reach(), .proves = subscribed_};
  return wire::encode(wire::Since{name_, epoch, revision});
}

void NamespaceReplica::unanswered() { asked_ = {}; }

NamespaceReplica::Reception NamespaceReplica::reply(std::string_view bytes) {
  Reception reception = Reception::taken;
  report_progress([&] {
    const auto asked = std::exchange(asked_, {});
    try {
      if (std::holds_alternative<AskedSnapshot>(asked))
        take_part(wire::decode_snapshot_reply(bytes));
      if (const auto* since = std::get_if<AskedSince>(&asked))
        take_since(wire::decode_since_reply(bytes), *since);
    } catch (const wire::RefusedError& error) {
      reception = take_refusal(error.refusal());
    }
  });
  return reception;
}

NamespaceReplica::Reception NamespaceReplica::take_refusal(const wire::Refusal& refusal) {
  if (refusal.status != wire::Status::denied && refusal.status != wire::Status::rejected) {
    return Reception::postponed;
  }
  set_refusal(refusal);
  intake_.reset();
  staged_.reset();
  return Reception::taken;
}

void NamespaceReplica::take_since(const wire::SinceReply& reply, const AskedSince& asked) {
  if (reply.take_snapshot) {
    if (!intake_ || intake_->begun()) take_snapshot();
    return;
  }
  const std::uint64_t before = position();
  take({reply.epoch, reply.run}, Way::other);
  const bool moved = position() != before;
  if (reply.more) {
    // The stream may have brought the same meanwhile.
    const bool nothing_new = reply.run.revision <= asked.from;
    if (nothing_new) throw wire::DecodeError("since: nothing new, and more to come");
    return;
  }
  if (asked.proves) since_due_ = false;
  const bool own = reply.epoch == (filling() ? filling()->epoch() : epoch_);
  if (own && !moved) forget_expected(asked.reach);
  finish_if_whole();
}

std::uint64_t NamespaceReplica::position() const noexcept {
  return filling() ? filling()->position() : revision();
}

std::uint64_t NamespaceReplica::reach() const noexcept {
  return filling() ? filling()->reach() : reach_;
}

// What the broker does not have does not exist, whoever told of it before it was asked.
void NamespaceReplica::forget_expected(std::uint64_t expected) noexcept {
  if (reach() > expected) return;
  if (intake_) {
    if (filling()) intake_->ends_here();
    return;
  }
  reach_ = revision();
  kept_.clear();
}

// --- what arrives -------------------------------------------------------------------------------

void NamespaceReplica::update(const wire::Update& update) {
  report_progress([&] {
    if (const auto* commits = std::get_if<wire::CommitsUpdate>(&update)) {
      take(*commits, Way::stream);
    } else {
      take(std::get<wire::Beat>(update));
    }
  });
}

void NamespaceReplica::answered(const wire::Epoch& epoch, const wire::Run& run) {
  report_progress([&] {
    if (epoch == epoch_ || filling(epoch)) {
      take({epoch, run}, Way::other);
    } else {
      expect(epoch, run.revision);
    }
  });
}

void NamespaceReplica::require(const wire::Epoch& epoch, std::uint64_t revision) {
  report_progress([&] { expect(epoch, revision); });
}

void NamespaceReplica::expect(const wire::Epoch& epoch, std::uint64_t revision) {
  SnapshotIntake* const intake = filling(epoch);
  if (intake) intake->expect(revision);
  if (epoch == epoch_) reach_ = std::max(reach_, revision);
  if (intake || epoch == epoch_) return;
  elsewhere_ = {epoch,
                epoch == elsewhere_.epoch ? std::max(elsewhere_.revision, revision) : revision};
  if (complete() && !intake_) take_snapshot();  // another history
}

void NamespaceReplica::take(const wire::CommitsUpdate& update, Way way) {
  const wire::Run& run = update.run;
  if (SnapshotIntake* const intake = filling(update.epoch)) intake->take(run);
  if (complete() && update.epoch == epoch_) {
    take_own(update, way);
  } else if (complete() && !intake_) {
    take_snapshot();  // another history
  }
  // Kept until the first part tells from where on they count.
  if (intake_ ? !filling() : !complete()) kept_.keep(update);
  finish_if_whole();
}

// Of the history that the table is of.
void NamespaceReplica::take_own(const wire::CommitsUpdate& update, Way way) {
  const wire::Run& run = update.run;
  if (way == Way::stream) ahead_.forget_before(run.revision);
  if (run.revision <= revision()) return;
  reach_ = std::max(reach_, run.revision);
  if (run.previous > revision()) {
    if (!intake_) kept_.keep(update);
    return;
  }
  apply(update, way);
  if (!intake_) take_kept();
}

// What now follows.
void NamespaceReplica::take_kept() {
  while (!kept_.empty()) {
    const wire::CommitsUpdate update = kept_.front();
    if (update.epoch == epoch_ && update.run.revision > revision()) {
      if (update.run.previous > revision()) return;
      apply(update, Way::stream);
    }
    kept_.pop();
  }
}

void NamespaceReplica::take(const wire::Beat& beat) {
  if (SnapshotIntake* const intake = filling(beat.epoch)) intake->expect(beat.revision);
  if (intake_ || !complete()) return;
  if (beat.epoch != epoch_) return take_snapshot();
  reach_ = std::max(reach_, beat.revision);
  if (beat.revision > revision()) return;
  const std::optional<std::uint64_t> own =
      beat.revision == revision() ? digest() : ahead_.find(beat.revision);
  ahead_.forget_before(beat.revision);
  if (own && *own != beat.digest) repair(beat);
}

void NamespaceReplica::repair(const wire::Beat& beat) {
  // A snapshot that did not help will not help the next time either.
  const bool tried = repaired_.epoch == beat.epoch && repaired_.revision == beat.revision &&
                     repaired_.digest == beat.digest;
  repaired_ = beat;
  if (!tried) take_snapshot();
}

// --- applying -----------------------------------------------------------------------------------

// Of the run, what is new. It begins at or before the own revision.
void NamespaceReplica::apply(const wire::CommitsUpdate& update, Way way) {
  const wire::Run& run = update.run;
  if (update.parsed == nullptr) run_.parse(run);
  const wire::ParsedRun& parsed = update.parsed != nullptr ? *update.parsed : run_;
  hashes_.clear();
  for (const wire::ParsedRun::Change& change : parsed.changes())
    hashes_.push_back(table_.hash_of(change.name));
  const bool tell = observer_.wants_changes(*this);
  const bool remember = way == Way::other || !ahead_.empty();
  if (remember && ahead_.empty()) ahead_.remember(revision(), digest());
  for (const wire::ParsedRun::Commit& commit : parsed.commits_after(revision())) {
    apply_commit(parsed, commit, tell);
    if (remember) ahead_.remember(revision(), digest());
  }
  count_ = run.count;
  if (way == Way::stream) ahead_.forget_before(run.revision);
}

void NamespaceReplica::apply_commit(const wire::ParsedRun& run,
                                    const wire::ParsedRun::Commit& commit, bool tell) {
  for (std::size_t i = commit.begin; i != commit.end; ++i)
    apply_change(run.changes(), i, commit.revision);
  if (!commit.cleared) return end_commit(run, commit, {}, tell);
  std::string names;
  std::vector<std::string_view> removed;
  erase_older(commit.revision, names, removed);
  end_commit(run, commit, removed, tell);
}

void NamespaceReplica::apply_change(const std::vector<wire::ParsedRun::Change>& changes,
                                    std::size_t index, std::uint64_t revision) {
  fetch_ahead(table_, index, changes.size(), [&](std::size_t i) { return hashes_[i]; });
  const wire::ParsedRun::Change& change = changes[index];
  if (change.value.empty()) {
    table_.erase(change.name, change.name_hash, revision);
  } else {
    table_.set(change.name, NameHashes{change.name_hash, hashes_[index]}, change.value, revision);
  }
}

// Erases what is older than the revision; `names` holds the names of what was removed.
void NamespaceReplica::erase_older(std::uint64_t revision, std::string& names,
                                   std::vector<std::string_view>& removed) {
  std::vector<std::size_t> sizes;
  table_.for_each([&](std::string_view name, std::uint64_t, const AttributeTable::Found& found) {
    if (found.revision >= revision) return;
    names.append(name);
    sizes.push_back(name.size());
  });
  std::size_t begin = 0;
  for (const std::size_t size : sizes) {
    removed.push_back(std::string_view(names).substr(begin, size));
    begin += size;
    table_.erase(removed.back(), wire::name_hash(removed.back()), revision);
  }
}

// `removed`: what it has cleared.
void NamespaceReplica::end_commit(const wire::ParsedRun& run, const wire::ParsedRun::Commit& commit,
                                  std::span<const std::string_view> removed, bool tell) {
  revision_.store(commit.revision, std::memory_order_release);
  if (!tell) return;
  batch_.revision = commit.revision;
  batch_.resynced = false;
  batch_.skipped = 0;
  batch_.changes.clear();
  for (const wire::ParsedRun::Change& change : run.changes_of(commit)) {
    batch_.changes.push_back({change.name, change.value, commit.revision});
  }
  for (const std::string_view name : removed) batch_.changes.push_back({name, {}, commit.revision});
  observer_.applied(*this, batch_);
}

// --- snapshots ----------------------------------------------------------------------------------

void NamespaceReplica::take_snapshot() {
  intake_.reset();
  staged_.reset();
  // The first time nobody reads yet: the parts go straight into the table.
  if (complete()) {
    staged_ = std::make_unique<AttributeTable>(table_.seed());
  } else {
    table_.clear(0);
  }
  intake_ = std::make_unique<SnapshotIntake>(staged_ ? *staged_ : table_);
  if (subscribed_) since_due_ = false;
}

void NamespaceReplica::take_part(const wire::SnapshotReply& part) {
  if (!intake_) return;
  if (intake_->begun() && part.epoch != intake_->epoch()) return take_snapshot();
  const bool first = !intake_->begun();
  intake_->take(part);
  if (first) {
    if (part.epoch == elsewhere_.epoch) intake_->expect(elsewhere_.revision);
    for (; !kept_.empty(); kept_.pop()) {
      const wire::CommitsUpdate update = kept_.front();
      if (update.epoch == part.epoch) intake_->take(update.run);
    }
  }
  finish_if_whole();
}

void NamespaceReplica::finish_if_whole() {
  if (!intake_ || !intake_->whole()) return;
  if (!complete() && since_due_) return;
  const std::unique_ptr<SnapshotIntake> intake = std::move(intake_);
  if (complete()) {
    apply_difference(*intake);
  } else {
    adopt(*intake);
    if (tells_first && observer_.wants_changes(*this)) tell_everything();
  }
  staged_.reset();
}

// Of a replica that was watched before it was complete.
void NamespaceReplica::tell_everything() {
  std::vector<std::pair<std::string, std::string>> texts;
  ChangeBatch batch{revision(), true, 0, {}};
  table_.for_each([&](std::string_view name, std::uint64_t, const AttributeTable::Found& found) {
    texts.emplace_back(name, found.value);
    batch.changes.push_back({{}, {}, found.revision});
  });
  for (std::size_t i = 0; i != texts.size(); ++i)
    std::tie(batch.changes[i].name, batch.changes[i].value) = texts[i];
  std::sort(batch.changes.begin(), batch.changes.end(),
            [](const auto& left, const auto& right) { return left.name < right.name; });
  if (!texts.empty()) observer_.applied(*this, batch);
}

void NamespaceReplica::adopt(const SnapshotIntake& intake) {
  const bool other_history = epoch_ != intake.epoch();
  epoch_ = intake.epoch();
  count_ = intake.count();
  ahead_.clear();
  if (other_history) {
    reach_ = intake.position();
    elsewhere_ = {};
  }
  revision_.store(intake.position(), std::memory_order_release);
  history_.store(epoch_.tag(), std::memory_order_release);
  complete_.store(true, std::memory_order_release);
}

// Makes the table equal to the staged one, as one batch.
void NamespaceReplica::apply_difference(const SnapshotIntake& intake) {
  const std::uint64_t missed = intake.count() - std::min(count_, intake.count());
  std::pmr::monotonic_buffer_resource memory;
  const auto keep = [&](std::string_view text) -> std::string_view {
    char* copy = static_cast<char*>(memory.allocate(std::max<std::size_t>(text.size(), 1), 1));
    return {copy, text.copy(copy, text.size())};
  };
  batch_.changes.clear();
  wire::ScalarBytes scratch;
  intake.table().for_each(
      [&](std::string_view name, std::uint64_t hash, const AttributeTable::Found& wanted) {
        AttributeTable::Found found;
        if (table_.find(name, found, scratch) && found.revision == wanted.revision &&
            found.value == wanted.value) {
          return;
        }
        table_.set(name, hash, wanted.value, wanted.revision);
        batch_.changes.push_back({name, keep(wanted.value), wanted.revision});
      });
  const std::size_t set = batch_.changes.size();
  // A broker that begins anew may know nothing of the namespace, not even a revision.
  const bool same_history = intake.epoch() == epoch_;
  const std::uint64_t removed_at = same_history || intake.position() == 0
                                       ? std::max(intake.position(), revision())
                                       : intake.position();
  table_.for_each([&](std::string_view name, std::uint64_t, const AttributeTable::Found&) {
    AttributeTable::Found found;
    if (intake.table().find(name, found, scratch)) return;
    batch_.changes.push_back({keep(name), {}, removed_at});
  });
  for (std::size_t i = set; i != batch_.changes.size(); ++i) {
    const std::string_view name = batch_.changes[i].name;
    table_.erase(name, wire::name_hash(name), intake.position());
  }
  adopt(intake);
  if (batch_.changes.empty() || !observer_.wants_changes(*this)) return;
  batch_.revision = intake.position();
  batch_.resynced = true;
  batch_.skipped = missed - std::min<std::uint64_t>(missed, batch_.changes.size());
  observer_.applied(*this, batch_);
  batch_ = {};  // it may have been large
}

}  // namespace bulletin::replica
