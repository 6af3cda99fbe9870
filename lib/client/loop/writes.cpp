#include "client/loop/writes.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include "client/loop/write_error.hpp"
#include "wire/decode_error.hpp"

namespace bulletin::client {

Writes::Writes(ClientState& state, std::shared_ptr<AsyncWriteQueue> queue)
    : state_(state), queue_(std::move(queue)) {}

// When it throws, neither knows the write.
void Writes::add(replica::PendingWrite&& write, Waiter& own) {
  absorb();  // what this thread has queued before
  own.ticket = lane_.next_ticket();
  completions_.emplace_back(own.ticket, &own, WritePromise());
  try {
    lane_.add(std::move(write));
  } catch (...) {
    completions_.pop_back();
    throw;
  }
}

void Writes::give_up(Waiter& own, Lock& lock) noexcept {
  try {
    finish(lane_.expire(now_ms()), lock);
  } catch (const std::exception&) {
    // There is no memory to end all that are overdue.
  }
  if (own.done) return;
  own.result = lane_.withdraw(own.ticket);
  tell_why_unsent(own.result);
  own.done = true;
  remove(completion_of(own.ticket));
}

// Moves to the lane what was added. When it throws, the rest stays where it is, in its order.
void Writes::absorb() {
  if (chunks_absorbed_ == absorbing_.size()) {
    absorbing_ = queue_->take();
    chunks_absorbed_ = 0;
  }
  for (; chunks_absorbed_ != absorbing_.size(); ++chunks_absorbed_) {
    std::vector<AsyncWriteQueue::Entry>& chunk = absorbing_[chunks_absorbed_];
    for (; entries_absorbed_ != chunk.size(); ++entries_absorbed_) absorb(chunk[entries_absorbed_]);
    entries_absorbed_ = 0;
  }
}

void Writes::absorb(AsyncWriteQueue::Entry& entry) {
  entry.write.posted = !entry.promise;
  if (entry.write.posted) {
    lane_.add(std::move(entry.write));
    return;
  }
  completions_.emplace_back(lane_.next_ticket(), nullptr, WritePromise());
  try {
    lane_.add(std::move(entry.write));
  } catch (...) {
    completions_.pop_back();
    throw;
  }
  completions_.back().promise = std::move(entry.promise);
}

// A lane that is full takes the rest when it has room again.
void Writes::absorb_some() {
  if (!closed_ && lane_.waiting_bytes() < unsent_bytes_bound / 2) absorb();
}

// The end of a session waits for an answer that may be on its way, and what follows with it: the
// broker that came back may be heard of before it has answered a request of the old session.
void Writes::take_events(Lock& lock) {
  std::deque<SessionEvent>& events = state_.session_events;
  while (!events.empty()) {
    const bool ends = std::holds_alternative<SessionEnded>(events.front());
    if (ends && lane_.answer_would_tell(now_ms())) return;
    std::vector<replica::FinishedWrite> ended =
        std::visit([&](const auto& what) { return take(what); }, events.front());
    events.pop_front();
    finish(std::move(ended), lock);
  }
}

std::vector<replica::FinishedWrite> Writes::take(const SessionStarted& event) {
  lane_.session_started(event.session, event.follows_lost, now_ms());
  lane_.set_retry_ms(event.retry_ms);
  session_ = event.session;
  return {};
}

std::vector<replica::FinishedWrite> Writes::take(const SessionLives& event) {
  lane_.session_lives(event.asked_ms, now_ms());
  return {};
}

std::vector<replica::FinishedWrite> Writes::take(const SessionEnded&) {
  std::vector<replica::FinishedWrite> ended = lane_.session_ended();
  session_.reset();
  return ended;
}

// --- the thread that drives ---

void Writes::connected(Lock& lock) {
  connected_ = true;
  take_events(lock);
}

void Writes::connection_lost(Lock& lock) {
  connected_ = false;
  lane_.not_transmitted();
  take_events(lock);
}

void Writes::moved() noexcept {
  connected_ = false;
  lane_.not_transmitted();
}

void Writes::serve(Lock& lock) {
  if (closed_) return;
  finish_kept(lock);
  finish(lane_.expire(now_ms()), lock);
  take_events(lock);
  absorb_some();
}

void Writes::end_overdue(Lock& lock) {
  finish_kept(lock);
  absorb_some();
  finish(lane_.expire(now_ms()), lock);
}

std::optional<std::string_view> Writes::to_transmit() { return lane_.to_transmit(now_ms()); }

void Writes::transmitted(bool taken) {
  if (taken) {
    lane_.transmitted(now_ms());
  } else {
    lane_.not_transmitted();
  }
}

void Writes::answered(std::string_view bytes, const std::function<void()>& transmit_next,
                      Lock& lock) {
  bool refused = false;
  replica::WriteProgress progress;
  try {
    progress = lane_.reply(bytes, now_ms(), refused);
  } catch (const wire::DecodeError&) {
    return;  // no reply: the request is sent again
  } catch (const std::exception&) {
    lane_.not_transmitted();  // at once: the reply is lost
    throw;
  }
  if (!refused && state_.session_events.empty()) transmit_next();
  apply_tails(progress);
  if (refused) tell_refusal();
  finish(std::move(progress.finished), lock);
  take_events(lock);
}

// If there is no memory to apply them, the replica asks for what it lacks.
void Writes::apply_tails(const replica::WriteProgress& progress) noexcept {
  try {
    for (const wire::Tail& tail : progress.tails) state_.core.write_answered(progress.epoch, tail);
  } catch (const std::exception&) {
  }
}

// Otherwise the next KEEPALIVE finds it out.
void Writes::tell_refusal() noexcept {
  try {
    if (session_) state_.core.session_refused(*session_);
  } catch (const std::exception&) {
  }
}

// --- how writes end ---

namespace {

bool reserve(std::vector<PromisedWrite>& writes, std::size_t count) noexcept {
  try {
    writes.reserve(count);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

// Tells those who wait. The promises are fulfilled without the lock.
void Writes::finish(std::vector<replica::FinishedWrite> finished, Lock& lock) noexcept {
  if (finished.empty()) return;
  std::vector<PromisedWrite> promised;
  const bool has_room = reserve(promised, std::min(finished.size(), completions_.size()));
  std::size_t kept = 0;
  for (replica::FinishedWrite& write : finished) {
    if (write.ticket == 0) continue;  // an ephemeral set again by the lane itself
    tell_why_unsent(write);
    if (write.posted) {
      note_post(write);
      continue;
    }
    const auto completion = completion_of(write.ticket);
    if (completion == completions_.end()) continue;  // it was given up
    if (completion->waiter != nullptr) {
      completion->waiter->result = std::move(write);
      completion->waiter->done = true;
    } else if (has_room) {
      promised.emplace_back(std::move(write), std::move(completion->promise));
    } else {
      std::swap(finished[kept++], write);
      continue;
    }
    remove(completion);
  }
  finished.erase(finished.begin() + static_cast<std::ptrdiff_t>(kept), finished.end());
  keep(std::move(finished));
  if (!promised.empty()) settle(std::move(promised), lock);
}

// Each promise is fulfilled once the replica holds what decided its write.
void Writes::settle(std::vector<PromisedWrite> ended, Lock& lock) noexcept {
  const auto waits = std::partition(ended.begin(), ended.end(), [](const auto& promised) {
    return !is_decided(promised.write) || is_there(promised.write);
  });
  std::vector<PromisedWrite> there;
  if (waits != ended.end()) {
    try {
      there.reserve(static_cast<std::size_t>(waits - ended.begin()));
      there.insert(there.end(), std::move_iterator(ended.begin()), std::move_iterator(waits));
      ended.erase(ended.begin(), waits);
      state_.promises.add(std::move(ended), deadline_after(state_.options.write_timeout));
      ended.clear();
    } catch (const std::exception&) {
      // There is no memory to wait for the replica.
      for (PromisedWrite& promised : ended) {
        if (is_decided(promised.write) && !is_there(promised.write))
          promised.write.fate = replica::FinishedWrite::Fate::in_doubt;
      }
    }
  }
  const InTransit transit(*this, lock);
  for (PromisedWrite& promised : there) fulfil(promised);
  for (PromisedWrite& promised : ended) fulfil(promised);
}

// Until there is memory to tell their promises.
void Writes::keep(std::vector<replica::FinishedWrite> finished) noexcept {
  if (finished.empty()) return;
  if (not_yet_told_.empty()) {
    not_yet_told_ = std::move(finished);
    return;
  }
  try {
    not_yet_told_.insert(not_yet_told_.end(), std::move_iterator(finished.begin()),
                         std::move_iterator(finished.end()));
  } catch (const std::exception&) {
    for (const replica::FinishedWrite& write : finished) remove(completion_of(write.ticket));
  }
}

void Writes::finish_kept(Lock& lock) noexcept { finish(std::exchange(not_yet_told_, {}), lock); }

// One whose time has passed: is there no broker, or is it slow?
void Writes::tell_why_unsent(replica::FinishedWrite& write) const noexcept {
  using Fate = replica::FinishedWrite::Fate;
  if (write.fate != Fate::unsent || closed_) return;
  if (has_broker()) write.fate = Fate::not_taken;
}

void Writes::note_post(const replica::FinishedWrite& write) noexcept {
  if (is_decided(write)) return;
  try {
    const auto [place, first] = post_failures_.try_emplace(
        write.replica->name(), PostFailures{*write_error(write), now_ms()});
    if (!first) ++place->second.others;
  } catch (const std::exception&) {
    lost_post_failure_ = true;
  }
}

std::optional<Error> Writes::take_post_failure(const std::string& space) {
  auto found = post_failures_.extract(space);
  if (found.empty()) {
    if (!std::exchange(lost_post_failure_, false)) return std::nullopt;
    return Error(Errc::in_doubt, "a post has failed, and there was no memory to note why");
  }
  auto& [first, since_ms, others, reported] = found.mapped();
  if (others == 0) return std::move(first);
  try {
    return Error(first.code(),
                 std::string(first.what()) + "; and " + std::to_string(others) + " more",
                 first.name());
  } catch (const std::exception&) {
    return std::move(first);
  }
}

std::vector<Error> Writes::take_unasked_failures(std::uint64_t until_ms) {
  std::vector<Error> unasked;
  for (auto& [space, failures] : post_failures_) {
    if (failures.reported || failures.since_ms > until_ms) continue;
    unasked.push_back(failures.first);
    failures.reported = true;
  }
  return unasked;
}

bool Writes::add_used(replica::ReplicaSet& replicas) const {
  const bool all_in_lane = chunks_absorbed_ == absorbing_.size() && not_yet_told_.empty();
  if (in_transit_ != 0 || !all_in_lane) return false;
  queue_->add_used(replicas);
  lane_.add_used(replicas);
  return true;
}

// As a rule it is the first.
Writes::Completions::iterator Writes::completion_of(replica::Ticket ticket) noexcept {
  const auto first = completions_.begin();
  if (first != completions_.end() && first->ticket == ticket) return first;
  const auto place =
      std::lower_bound(first, completions_.end(), ticket,
                       [](const Completion& c, replica::Ticket t) { return c.ticket < t; });
  return place != completions_.end() && place->ticket == ticket ? place : completions_.end();
}

void Writes::remove(const Completions::iterator& completion) noexcept {
  if (completion == completions_.end()) return;
  if (completion == completions_.begin()) {
    completions_.pop_front();
  } else {
    completions_.erase(completion);
  }
}

// --- the end of all ---

void Writes::close(Lock& lock) noexcept {
  closed_ = true;
  queue_->close();
  try {
    absorb();
    finish_kept(lock);
    finish(lane_.close(), lock);
  } catch (const std::exception&) {
    // There is no memory for all of them at once.
  }
  end_completions(lock);
  end_queued(lock);
}

void Writes::end_completions(Lock& lock) noexcept {
  while (!completions_.empty()) {
    Completion ending = std::move(completions_.front());
    completions_.pop_front();
    const auto kept =
        std::find_if(not_yet_told_.begin(), not_yet_told_.end(),
                     [&](const auto& write) { return write.ticket == ending.ticket; });
    replica::FinishedWrite result =
        kept != not_yet_told_.end() ? std::move(*kept) : lane_.withdraw(ending.ticket);
    if (ending.waiter != nullptr) {
      ending.waiter->result = std::move(result);
      ending.waiter->done = true;
    } else {
      end(std::move(result), std::move(ending.promise), lock);
    }
  }
}

void Writes::end_queued(Lock& lock) noexcept {
  for (; chunks_absorbed_ != absorbing_.size(); ++chunks_absorbed_, entries_absorbed_ = 0) {
    std::vector<AsyncWriteQueue::Entry>& chunk = absorbing_[chunks_absorbed_];
    for (; entries_absorbed_ != chunk.size(); ++entries_absorbed_) {
      auto& [write, promise] = chunk[entries_absorbed_];
      if (!promise) continue;
      end({.fate = replica::FinishedWrite::Fate::unsent, .replica = write.replica},
          std::move(promise), lock);
    }
  }
}

void Writes::end(replica::FinishedWrite&& result, WritePromise&& promise, Lock& lock) noexcept {
  PromisedWrite promised(std::move(result), std::move(promise));
  const InTransit transit(*this, lock);
  fulfil(promised);
}

}  // namespace bulletin::client
