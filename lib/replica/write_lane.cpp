#include "replica/write_lane.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "wire/decode_error.hpp"
#include "wire/names.hpp"
#include "wire/transaction.hpp"

namespace bulletin::replica {

namespace {

using Fate = FinishedWrite::Fate;

/// What one request gathers, unless its first transaction alone is larger.
constexpr std::size_t gather_bytes = std::size_t{1} << 20;
constexpr std::size_t gather_elements = 10'000;

/// A repetition gives up the answer that may be on its way: a slow one gets more time, and a large
/// request what it takes on a slow line. Otherwise repetitions would fill such a line, and the
/// answer to each would be given up by the next. (A lost connection is told, and does not wait.)
constexpr std::uint64_t most_retry_doublings = 3;

/// How late a deadline may be noticed.
constexpr std::uint64_t deadline_grain_ms = 10;

bool refuses_session(wire::Status status) noexcept {
  return status == wire::Status::unknown_session || status == wire::Status::wrong_epoch;
}

}  // namespace

bool WriteLane::Load::is_more_than_a_request() const noexcept {
  return bytes > gather_bytes || elements > gather_elements;
}

Ticket WriteLane::add(PendingWrite&& write) {
  if (write.conditional && write.history == 0) write.history = history_;
  if (write.latest && replace_older(write)) return last_ticket_;
  const PendingWrite& added = queue_.emplace_back(next_ticket(), std::move(write)).write;
  load_.add(added);
  earliest_deadline_ms_ = std::min(earliest_deadline_ms_, added.deadline_ms);
  return ++last_ticket_;
}

bool WriteLane::replace_older(PendingWrite& write) {
  if (queue_.empty()) latest_.clear();
  Ticket& newest = latest_[{write.replica, std::string(wire::name_of_set(write.transaction))}];
  const Ticket older = std::exchange(newest, next_ticket());
  const auto place =
      std::lower_bound(waiting(), queue_.end(), older,
                       [](const Item& item, Ticket ticket) { return item.ticket < ticket; });
  if (older == 0 || place == queue_.end() || place->ticket != older || place->ended) return false;
  newest = older;
  load_.remove(place->write);
  load_.add(write);
  earliest_deadline_ms_ = std::min(earliest_deadline_ms_, write.deadline_ms);
  place->write = std::move(write);
  prepared_.reset();  // it may have the older one
  return true;
}

// --- sessions -----------------------------------------------------------------------------------

void WriteLane::session_started(const wire::SessionId& session, bool follows_lost,
                                std::uint64_t now_ms) {
  assert(!request_ && "session_ended comes first");
  if (follows_lost) renew(Ephemerals::Which::all, now_ms);
  session_ = session;
  history_ = session.epoch.tag();
  number_ = 0;
}

void WriteLane::session_lives(std::uint64_t asked_ms, std::uint64_t now_ms) {
  ephemerals_.session_lives(asked_ms, now_ms);
  if (session_) renew(Ephemerals::Which::refused, now_ms);
}

// Before all that waits.
void WriteLane::renew(Ephemerals::Which which, std::uint64_t now_ms) {
  std::vector<Item> renewals;
  for (const Ephemerals::Renewal& renewal : ephemerals_.renewals(which, now_ms)) {
    PendingWrite write = to_write(*renewal.replica, renewal.transaction);
    write.renewable = true;
    write.deadline_ms = no_deadline;
    load_.add(write);
    renewals.emplace_back(Ticket{0}, std::move(write));
  }
  if (renewals.empty()) return;
  prepared_.reset();
  queue_.insert(waiting(), std::move_iterator(renewals.begin()),
                std::move_iterator(renewals.end()));
}

std::vector<FinishedWrite> WriteLane::session_ended() {
  std::vector<FinishedWrite> finished;
  if (request_) finished.reserve(request_->items);
  session_.reset();
  prepared_.reset();
  if (request_) {
    if (request_->may_apply()) {
      std::for_each(queue_.begin(), waiting(),
                    [&](Item& item) { end(item, Fate::in_doubt, finished); });
      end_request();
    } else {
      dissolve_request();
    }
  }
  // The next session begins with new ones.
  std::erase_if(queue_, [&](const Item& item) {
    if (item.ticket != 0) return false;
    load_.remove(item.write);
    return true;
  });
  return finished;
}

// --- transmitting -------------------------------------------------------------------------------

std::optional<std::string_view> WriteLane::to_transmit(std::uint64_t now_ms) {
  if (!request_) {
    if (!session_ || queue_.empty()) return std::nullopt;
    request_ = gather();
  }
  if (!request_->due && now_ms < request_->again_at_ms) return std::nullopt;
  return request_->bytes;
}

void WriteLane::end_history(PendingWrite& write) {
  const bool of_now = write.history == 0 || write.history == history_;
  if (of_now || wire::is_system(write.replica->name())) return;
  CrossThreadString now(wire::without_revisions(write.transaction));
  load_.bytes -= write.transaction.size();
  write.transaction = std::move(now);
  load_.bytes += write.transaction.size();
  write.conditional = false;
}

WriteLane::Prepared WriteLane::encode_waiting() {
  wire::Write write{*session_, 0, number_ + 1, {}};
  write.items.reserve(std::min(queue_.size(), gather_elements));
  Load load;
  for (auto place = waiting(); place != queue_.end(); ++place) {
    PendingWrite& next = place->write;
    if (next.conditional) end_history(next);
    load.add(next);
    if (load.is_more_than_a_request() && !write.items.empty()) {
      load.remove(next);
      break;
    }
    write.items.push_back({next.replica->name(), next.replica->revision(), next.transaction});
  }
  return {.bytes = wire::encode(write), .load = load};
}

void WriteLane::prepare() {
  if (!request_ || !session_ || prepared_) return;
  if (load_.is_more_than_a_request()) prepared_ = encode_waiting();
}

WriteLane::Request WriteLane::gather() {
  Prepared prepared = prepared_ ? *std::exchange(prepared_, std::nullopt) : encode_waiting();
  ++number_;
  load_.remove(prepared.load);
  return {.bytes = std::move(prepared.bytes), .items = prepared.load.writes};
}

void WriteLane::end_request() {
  queue_.erase(queue_.begin(), waiting());
  request_.reset();
}

void WriteLane::dissolve_request() {
  const auto again =
      std::remove_if(queue_.begin(), waiting(), [](const Item& i) { return i.ended; });
  const auto rest = queue_.erase(again, waiting());
  std::for_each(queue_.begin(), rest, [&](const Item& item) { load_.add(item.write); });
  request_.reset();
  prepared_.reset();
}

void WriteLane::transmitted(std::uint64_t now_ms) {
  if (!request_) return;
  const std::uint64_t doublings = std::min(request_->transmissions++, most_retry_doublings);
  request_->again_at_ms =
      now_ms + (retry_ms_ << doublings) + request_->bytes.size() / 1024 * ms_for_a_kibibyte_;
  request_->due = false;
}

void WriteLane::not_transmitted() noexcept {
  if (request_) request_->due = true;
}

// --- outcomes -----------------------------------------------------------------------------------

WriteProgress WriteLane::reply(std::string_view bytes, std::uint64_t now_ms,
                               bool& session_refused) {
  session_refused = false;
  WriteProgress progress;
  if (!request_ || request_->transmissions == 0) return progress;
  if (session_) progress.epoch = session_->epoch;
  try {
    take_outcomes(wire::decode_write_reply(bytes, request_->items), now_ms, progress);
  } catch (const wire::RefusedError& error) {
    take_refusal(error.refusal(), progress, session_refused);
  }
  return progress;
}

void WriteLane::take_outcomes(wire::WriteReply reply, std::uint64_t now_ms,
                              WriteProgress& progress) {
  if (reply.outcomes.size() != request_->items) {
    throw wire::DecodeError("write: not as many outcomes as transactions");
  }
  progress.finished.reserve(request_->items);
  note_ephemerals(reply, progress.epoch, now_ms);
  progress.tails = std::move(reply.tails);
  auto next = queue_.begin();
  for (wire::Outcome& outcome : reply.outcomes) {
    Item& item = *next++;
    const std::size_t known = progress.finished.size();
    end(item, Fate::answered, progress.finished);
    if (progress.finished.size() != known) progress.finished.back().outcome = std::move(outcome);
  }
  end_request();
}

// For a reply that comes again, as its like was lost here, it does the same again.
void WriteLane::note_ephemerals(const wire::WriteReply& reply, const wire::Epoch& epoch,
                                std::uint64_t now_ms) {
  auto next = queue_.begin();
  for (const wire::Outcome& outcome : reply.outcomes) {
    const Item& item = *next++;
    if (outcome.status == wire::Status::ok || outcome.status == wire::Status::unchanged) {
      ephemerals_.committed(item.write.replica, item.write.transaction, item.write.renewable,
                            {epoch, outcome.revision, now_ms});
    } else if (item.ticket == 0 && outcome.status == wire::Status::lost) {
      ephemerals_.taken(item.write.replica, outcome.name());
    } else if (item.ticket == 0 && outcome.status == wire::Status::overloaded) {
      ephemerals_.refused(item.write.replica, item.write.transaction);
    }
  }
}

void WriteLane::take_refusal(const wire::Refusal& refusal, WriteProgress& progress,
                             bool& session_refused) {
  if (refuses_session(refusal.status)) {
    request_->refused = true;
    session_refused = true;
    return;
  }
  std::vector<wire::Outcome> outcomes(request_->items, wire::Outcome::refused(refusal));
  progress.finished.reserve(request_->items);
  // A lower number than the last: what became of this one is not known any more.
  const bool in_doubt = refusal.status == wire::Status::old_number;
  std::for_each(queue_.begin(), waiting(), [&](Item& item) {
    if (item.ticket == 0 && refusal.status == wire::Status::overloaded)
      ephemerals_.refused(item.write.replica, item.write.transaction);
    end(item, in_doubt ? Fate::in_doubt : Fate::answered, progress.finished);
  });
  end_request();
  for (std::size_t i = 0; i != progress.finished.size(); ++i)
    progress.finished[i].outcome = std::move(outcomes[i]);
}

void WriteLane::end(Item& item, Fate fate, std::vector<FinishedWrite>& finished) noexcept {
  if (item.ended || item.ticket == 0) return;
  item.ended = true;
  finished.push_back({item.ticket,
                      fate,
                      {},
                      item.write.replica,
                      item.write.posted,
                      session_ ? session_->epoch : wire::Epoch{}});
}

// --- deadlines ----------------------------------------------------------------------------------

std::vector<FinishedWrite> WriteLane::expire(std::uint64_t now_ms) {
  std::vector<FinishedWrite> finished;
  if (now_ms < earliest_deadline_ms_) return finished;
  finished.reserve(static_cast<std::size_t>(std::count_if(
      queue_.begin(), queue_.end(),
      [now_ms](const Item& item) { return !item.ended && item.write.deadline_ms <= now_ms; })));
  expire_request(now_ms, finished);
  expire_waiting(now_ms, finished);
  note_deadlines(now_ms);
  return finished;
}

void WriteLane::expire_request(std::uint64_t now_ms, std::vector<FinishedWrite>& finished) {
  if (!request_) return;
  const Fate fate = fate_of_request();
  bool expired = false;
  for (auto place = queue_.begin(); place != waiting(); ++place) {
    Item& item = *place;
    if (item.ended || item.write.deadline_ms > now_ms) continue;
    end(item, fate, finished);
    expired = true;
  }
  if (expired) give_up_ended();
}

// Some of the request's writes have ended.
void WriteLane::give_up_ended() {
  const bool all =
      std::all_of(queue_.begin(), waiting(), [](const Item& item) { return item.ended; });
  if (all) {
    end_request();
  } else if (fate_of_request() == Fate::unsent && !request_->refused) {
    // Made again, without those.
    dissolve_request();
  }
}

FinishedWrite WriteLane::withdraw(Ticket ticket) noexcept {
  const auto place = std::find_if(queue_.begin(), queue_.end(),
                                  [ticket](const Item& item) { return item.ticket == ticket; });
  if (place == queue_.end()) return {.ticket = ticket, .fate = Fate::unsent};
  const bool requested = place < waiting();
  FinishedWrite finished{.ticket = ticket,
                         .fate = requested ? fate_of_request() : Fate::unsent,
                         .replica = place->write.replica,
                         .posted = place->write.posted,
                         .epoch = session_ ? session_->epoch : wire::Epoch{}};
  if (requested) {
    place->ended = true;
    give_up_ended();
  } else {
    load_.remove(place->write);
    queue_.erase(place);
    prepared_.reset();
  }
  return finished;
}

void WriteLane::expire_waiting(std::uint64_t now_ms, std::vector<FinishedWrite>& finished) {
  const auto expired = std::remove_if(waiting(), queue_.end(), [&](Item& item) {
    if (item.write.deadline_ms > now_ms) return false;
    load_.remove(item.write);
    end(item, Fate::unsent, finished);
    return true;
  });
  if (expired == queue_.end()) return;
  queue_.erase(expired, queue_.end());
  prepared_.reset();
}

void WriteLane::note_deadlines(std::uint64_t now_ms) noexcept {
  earliest_deadline_ms_ = no_deadline;
  const auto note = [&](const Item& item) {
    if (!item.ended) {
      earliest_deadline_ms_ = std::min(earliest_deadline_ms_, item.write.deadline_ms);
    }
  };
  std::for_each(queue_.begin(), queue_.end(), note);
  // Many that follow each other closely end together, instead of one look at all for each.
  if (earliest_deadline_ms_ != no_deadline) {
    earliest_deadline_ms_ = std::max(earliest_deadline_ms_, now_ms + deadline_grain_ms);
  }
}

void WriteLane::add_used(ReplicaSet& replicas) const {
  for (const Item& item : queue_) replicas.insert(item.write.replica);
  ephemerals_.for_each_replica([&](const NamespaceReplica* replica) { replicas.insert(replica); });
}

std::vector<FinishedWrite> WriteLane::close() {
  std::vector<FinishedWrite> finished;
  finished.reserve(queue_.size());
  if (request_) {
    const Fate fate = fate_of_request();
    std::for_each(queue_.begin(), waiting(), [&](Item& item) { end(item, fate, finished); });
    end_request();
  }
  for (Item& item : queue_) end(item, Fate::unsent, finished);
  queue_.clear();
  prepared_.reset();
  load_ = {};
  session_.reset();
  earliest_deadline_ms_ = no_deadline;
  return finished;
}

std::optional<std::uint64_t> WriteLane::next_event_ms() const {
  std::uint64_t next = idle() ? no_deadline : earliest_deadline_ms_;
  if (request_ && !request_->due) next = std::min(next, request_->again_at_ms);
  if (next == no_deadline) return std::nullopt;
  return next;
}

}  // namespace bulletin::replica
