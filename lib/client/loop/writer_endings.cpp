// How the writer's writes end, and whom it tells.

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include "client/loop/write_error.hpp"
#include "client/loop/writer.hpp"

namespace bulletin::client {
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

void Writer::end_all(Lock& lock) noexcept {
  try {
    absorb();
    finish_kept(lock);
    finish(lane_.close(), lock);
  } catch (const std::exception&) {
    // There is no memory for all of them at once.
  }
  while (!completions_.empty()) {
    Completion ending = std::move(completions_.front());
    completions_.pop_front();
    const auto kept =
        std::find_if(not_yet_told_.begin(), not_yet_told_.end(),
                     [&](const auto& write) { return write.ticket == ending.ticket; });
    replica::FinishedWrite result =
        kept != not_yet_told_.end() ? std::move(*kept) : lane_.withdraw(ending.ticket);
    if (ending.waiter != nullptr) {
      end(*ending.waiter, std::move(result));
    } else {
      end(std::move(result), std::move(ending.promise), lock);
    }
  }
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

void Writer::end(Waiter& waiter, replica::FinishedWrite&& result) noexcept {
  waiter.result = std::move(result);
  waiter.done = true;
  waiter.changed.notify_one();
}

void Writer::end(replica::FinishedWrite&& result, WritePromise&& promise, Lock& lock) noexcept {
  PromisedWrite promised(std::move(result), std::move(promise));
  const InTransit transit(*this);
  lock.unlock();
  fulfil(promised);
  lock.lock();
}

// If there is no memory to apply them, the replica asks for what it lacks.
void Writer::tell_tails(const replica::WriteProgress& progress) noexcept {
  if (progress.tails.empty()) return;
  try {
    host_.apply_tails(progress);
  } catch (const std::exception&) {
  }
}

// Otherwise the next KEEPALIVE finds it out.
void Writer::tell_refusal(const wire::SessionId& session) noexcept {
  try {
    host_.session_refused(session);
  } catch (const std::exception&) {
  }
}

// Tells those who wait. The promises are fulfilled without the lock.
void Writer::finish(std::vector<replica::FinishedWrite> finished, Lock& lock) noexcept {
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
      end(*completion->waiter, std::move(write));
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
  if (lane_.idle()) drained_.notify_all();
  if (promised.empty()) return;
  const InTransit transit(*this);
  lock.unlock();
  host_.settle(std::move(promised));
  lock.lock();
}

// Until there is memory to tell their promises.
void Writer::keep(std::vector<replica::FinishedWrite> finished) noexcept {
  if (finished.empty()) return;
  client_thread_.wake();
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

void Writer::finish_kept(Lock& lock) noexcept { finish(std::exchange(not_yet_told_, {}), lock); }

// One whose time has passed: is there no broker, or is it slow?
void Writer::tell_why_unsent(replica::FinishedWrite& write) const noexcept {
  using Fate = replica::FinishedWrite::Fate;
  if (write.fate != Fate::unsent || closed_) return;
  if (connected_ && host_.hears_broker()) write.fate = Fate::not_taken;
}

bool Writer::has_broker() const {
  const Lock lock(mutex_);
  return connected_ && host_.hears_broker();
}

void Writer::note_post(const replica::FinishedWrite& write) noexcept {
  if (is_decided(write)) return;
  try {
    const auto [place, first] =
        post_failures_.try_emplace(write.replica->name(), PostFailures{*write_error(write)});
    if (!first) ++place->second.others;
  } catch (const std::exception&) {
    lost_post_failure_ = true;
  }
}

std::optional<Error> Writer::take_post_failure(const std::string& space) {
  const Lock lock(mutex_);
  auto found = post_failures_.extract(space);
  if (found.empty()) {
    if (!std::exchange(lost_post_failure_, false)) return std::nullopt;
    return Error(Errc::in_doubt, "a post has failed, and there was no memory to note why");
  }
  auto& [first, others] = found.mapped();
  if (others == 0) return std::move(first);
  try {
    return Error(first.code(),
                 std::string(first.what()) + "; and " + std::to_string(others) + " more",
                 first.name());
  } catch (const std::exception&) {
    return std::move(first);
  }
}

bool Writer::add_used(replica::ReplicaSet& replicas) const {
  const Lock lock(mutex_);
  const bool all_in_lane = chunks_absorbed_ == absorbing_.size() && not_yet_told_.empty();
  if (in_transit_ != 0 || !all_in_lane) return false;
  intake_->add_used(replicas);
  lane_.add_used(replicas);
  return true;
}

// As a rule it is the first.
std::deque<Writer::Completion>::iterator Writer::completion_of(replica::Ticket ticket) noexcept {
  const auto first = completions_.begin();
  if (first != completions_.end() && first->ticket == ticket) return first;
  const auto place =
      std::lower_bound(first, completions_.end(), ticket,
                       [](const Completion& c, replica::Ticket t) { return c.ticket < t; });
  return place != completions_.end() && place->ticket == ticket ? place : completions_.end();
}

void Writer::remove(const std::deque<Completion>::iterator& completion) noexcept {
  if (completion == completions_.end()) return;
  if (completion == completions_.begin()) {
    completions_.pop_front();
  } else {
    completions_.erase(completion);
  }
}

}  // namespace bulletin::client
