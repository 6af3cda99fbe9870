#include "replica/write_lane.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "wire/decode_error.hpp"
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
constexpr std::uint64_t most_doublings = 3;
constexpr std::uint64_t ms_for_a_kibibyte = 32;

/// Conditions and operations. What is no transaction is the broker's to refuse.
std::size_t elements_of(std::string_view transaction) {
  try {
    return wire::element_count(transaction);
  } catch (const wire::DecodeError&) {
    return 1;
  }
}

/// How late a deadline may be noticed.
constexpr std::uint64_t deadline_grain_ms = 10;

bool refuses_session(wire::Status status) noexcept {
  return status == wire::Status::unknown_session || status == wire::Status::wrong_epoch;
}

}  // namespace

/// With what it takes beside its bytes, also at whoever waits for it.
std::size_t WriteLane::price(const PendingWrite& write) noexcept {
  constexpr std::size_t beside = 256;
  return write.transaction.size() + beside;
}

Ticket WriteLane::add(PendingWrite write) {
  push_back({++last_ticket_, std::move(write), false});
  return last_ticket_;
}

void WriteLane::push_back(Item item) {
  waiting_bytes_ += price(item.write);
  earliest_deadline_ms_ = std::min(earliest_deadline_ms_, item.write.deadline_ms);
  queue_.push_back(std::move(item));
}

void WriteLane::requeue(std::vector<Item> items) {
  std::erase_if(items, [](const Item& item) { return item.ended; });
  for (const Item& item : items) waiting_bytes_ += price(item.write);
  queue_.insert(queue_.begin(), std::move_iterator(items.begin()), std::move_iterator(items.end()));
}

// --- sessions -----------------------------------------------------------------------------------

void WriteLane::session_started(const wire::SessionId& session, bool follows_lost,
                                std::uint64_t now_ms) {
  assert(!request_ && "session_ended comes first");
  session_ = session;
  number_ = 0;
  if (!follows_lost) return;
  std::vector<Item> renewals;
  for (Ephemerals::Renewal& renewal : ephemerals_.renewals(now_ms)) {
    renewals.push_back(
        {0, {renewal.replica, std::move(renewal.transaction), no_deadline, true}, false});
    waiting_bytes_ += price(renewals.back().write);
  }
  queue_.insert(queue_.begin(), std::move_iterator(renewals.begin()),
                std::move_iterator(renewals.end()));
}

std::vector<FinishedWrite> WriteLane::session_ended() {
  std::vector<FinishedWrite> finished;
  session_.reset();
  if (request_) {
    Request request = *std::exchange(request_, std::nullopt);
    if (request.may_apply()) {
      for (Item& item : request.items) end(item, Fate::in_doubt, finished);
    } else {
      requeue(std::move(request.items));
    }
  }
  // The next session begins with new ones.
  std::erase_if(queue_, [&](const Item& item) {
    if (item.ticket != 0) return false;
    waiting_bytes_ -= price(item.write);
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

WriteLane::Request WriteLane::gather() {
  Request request;
  std::size_t bytes = 0;
  std::size_t elements = 0;
  while (!queue_.empty()) {
    Item& next = queue_.front();
    bytes += next.write.transaction.size();
    elements += elements_of(next.write.transaction);
    const bool full = bytes > gather_bytes || elements > gather_elements;
    if (full && !request.items.empty()) break;
    waiting_bytes_ -= price(next.write);
    request.items.push_back(std::move(next));
    queue_.pop_front();
  }
  wire::Write write{*session_, 0, ++number_, {}};
  write.items.reserve(request.items.size());
  for (const Item& item : request.items) {
    const NamespaceReplica& replica = *item.write.replica;
    write.items.push_back({replica.name(), replica.revision(), item.write.transaction});
  }
  request.bytes = wire::encode(write);
  return request;
}

void WriteLane::transmitted(std::uint64_t now_ms) {
  if (!request_) return;
  if (request_->transmissions == 0) request_->sent_ms = now_ms;
  const std::uint64_t doublings = std::min(request_->transmissions++, most_doublings);
  request_->again_at_ms =
      now_ms + (retry_ms_ << doublings) + request_->bytes.size() / 1024 * ms_for_a_kibibyte;
  request_->due = false;
}

void WriteLane::not_transmitted() noexcept {
  if (request_) request_->due = true;
}

// --- outcomes -----------------------------------------------------------------------------------

WriteProgress WriteLane::reply(std::string_view bytes, bool& session_refused) {
  session_refused = false;
  WriteProgress progress;
  if (!request_ || request_->transmissions == 0) return progress;
  if (session_) progress.epoch = session_->epoch;
  try {
    take_outcomes(wire::decode_write_reply(bytes), progress);
  } catch (const wire::RefusedError& error) {
    take_refusal(error.refusal(), progress, session_refused);
  }
  return progress;
}

void WriteLane::take_outcomes(wire::WriteReply reply, WriteProgress& progress) {
  if (reply.outcomes.size() != request_->items.size()) {
    throw wire::DecodeError("write: not as many outcomes as transactions");
  }
  Request request = *std::exchange(request_, std::nullopt);
  progress.tails = std::move(reply.tails);
  progress.finished.reserve(request.items.size());
  for (std::size_t i = 0; i != request.items.size(); ++i) {
    Item& item = request.items[i];
    const wire::Outcome& outcome = reply.outcomes[i];
    if (outcome.status == wire::Status::ok || outcome.status == wire::Status::unchanged) {
      ephemerals_.committed(item.write.replica, item.write.transaction, item.write.renewable,
                            {outcome.revision, request.sent_ms});
    } else if (item.ticket == 0 && outcome.status == wire::Status::lost) {
      ephemerals_.taken(item.write.replica, outcome.name);
    }
    const std::size_t known = progress.finished.size();
    end(item, Fate::answered, progress.finished);
    if (progress.finished.size() != known) {
      progress.finished.back().outcome = std::move(reply.outcomes[i]);
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
  Request request = *std::exchange(request_, std::nullopt);
  // A lower number than the last: what became of this one is not known any more.
  const bool in_doubt = refusal.status == wire::Status::old_number;
  for (Item& item : request.items) {
    end(item, in_doubt ? Fate::in_doubt : Fate::answered, progress.finished);
  }
  for (FinishedWrite& write : progress.finished) {
    write.outcome = {refusal.status, 0, {}, refusal.message, refusal.name};
  }
}

void WriteLane::end(Item& item, Fate fate, std::vector<FinishedWrite>& finished) {
  if (item.ended || item.ticket == 0) return;
  item.ended = true;
  finished.push_back({item.ticket, fate, {}, item.write.replica});
}

// --- deadlines ----------------------------------------------------------------------------------

std::vector<FinishedWrite> WriteLane::expire(std::uint64_t now_ms) {
  std::vector<FinishedWrite> finished;
  if (now_ms < earliest_deadline_ms_) return finished;
  expire_request(now_ms, finished);
  expire_waiting(now_ms, finished);
  note_deadlines(now_ms);
  return finished;
}

void WriteLane::expire_request(std::uint64_t now_ms, std::vector<FinishedWrite>& finished) {
  if (!request_) return;
  const Fate fate = request_->may_apply() ? Fate::in_doubt : Fate::unsent;
  bool expired = false;
  for (Item& item : request_->items) {
    if (item.ended || item.write.deadline_ms > now_ms) continue;
    end(item, fate, finished);
    expired = true;
  }
  if (!expired) return;
  const bool all = std::all_of(request_->items.begin(), request_->items.end(),
                               [](const Item& item) { return item.ended; });
  if (all) {
    request_.reset();
  } else if (fate == Fate::unsent && !request_->refused) {
    // Made again, without those.
    requeue(std::exchange(request_, std::nullopt)->items);
  }
}

void WriteLane::expire_waiting(std::uint64_t now_ms, std::vector<FinishedWrite>& finished) {
  std::erase_if(queue_, [&](Item& item) {
    if (item.write.deadline_ms > now_ms) return false;
    waiting_bytes_ -= price(item.write);
    end(item, Fate::unsent, finished);
    return true;
  });
}

void WriteLane::note_deadlines(std::uint64_t now_ms) noexcept {
  earliest_deadline_ms_ = no_deadline;
  const auto note = [&](const Item& item) {
    if (!item.ended) {
      earliest_deadline_ms_ = std::min(earliest_deadline_ms_, item.write.deadline_ms);
    }
  };
  if (request_) std::for_each(request_->items.begin(), request_->items.end(), note);
  std::for_each(queue_.begin(), queue_.end(), note);
  // Many that follow each other closely end together, instead of one look at all for each.
  if (earliest_deadline_ms_ != no_deadline) {
    earliest_deadline_ms_ = std::max(earliest_deadline_ms_, now_ms + deadline_grain_ms);
  }
}

std::vector<FinishedWrite> WriteLane::close() {
  std::vector<FinishedWrite> finished;
  if (request_) {
    const Fate fate = request_->may_apply() ? Fate::in_doubt : Fate::unsent;
    for (Item& item : request_->items) end(item, fate, finished);
    request_.reset();
  }
  for (Item& item : queue_) end(item, Fate::unsent, finished);
  queue_.clear();
  waiting_bytes_ = 0;
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
