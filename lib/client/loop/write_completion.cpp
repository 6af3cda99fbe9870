// How a client's writes end, and whom it tells.

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include "client/loop/engine.hpp"
#include "client/loop/implementation.hpp"
#include "client/loop/write_error.hpp"

namespace bulletin {
namespace {

using client::is_decided;
using client::Settling;

/// The replica has to get there.
void require(const replica::FinishedWrite& write) {
  const_cast<replica::NamespaceReplica*>(write.replica)
      ->require(write.epoch, write.outcome.revision);
}

/// The same for all: of those in a row of one replica, the newest tells for the others.
void require_all(const std::vector<client::PromisedWrite>& writes) {
  const replica::FinishedWrite* newest = &writes.front().write;
  for (const auto& [write, promise] : writes) {
    if (write.replica != newest->replica || write.epoch != newest->epoch) {
      require(*newest);
      newest = &write;
    } else if (write.outcome.revision > newest->outcome.revision) {
      newest = &write;
    }
  }
  require(*newest);
}

/// What decided it is in the replica, if anybody can read there.
bool is_there(const replica::FinishedWrite& write) noexcept {
  return !write.replica->complete() || write.replica->has(write.epoch, write.outcome.revision);
}

}  // namespace

void client::fulfil(PromisedWrite& promised) noexcept {
  auto& [write, promise] = promised;
  if (!is_decided(write)) {
    // Whoever waits has it to himself: nothing of it is left here when he is told.
    std::exception_ptr error = std::make_exception_ptr(*write_error(write));
    promise.fail(std::move(error));
  } else {
    promise.fulfil(std::move(write.outcome));
  }
}

replica::FinishedWrite Client::Implementation::write_until(SteadyTime deadline,
                                                           replica::PendingWrite write,
                                                           std::string_view name) {
  write.deadline_ms = client::deadline_ms(deadline);
  const std::shared_ptr<client::Engine> engine = this->engine();
  replica::FinishedWrite finished = engine->writer.write(std::move(write));
  if (finished.fate == replica::FinishedWrite::Fate::unsent &&
      std::chrono::steady_clock::now() >= deadline)
    throw_no_broker(client::describe(finished, name) + "was not applied", options.write_timeout,
                    name);
  // From here on nothing is thrown but what it came to.
  if (auto error = client::write_error(finished, name)) throw *std::move(error);
  if (is_there(finished) || wait_until_there(deadline, finished)) return finished;
  finished.fate = replica::FinishedWrite::Fate::in_doubt;
  throw *client::write_error(finished, name);
}

// The stream is slower than the answer, and the answer had no room for the commits.
bool Client::Implementation::wait_until_there(SteadyTime deadline,
                                              const replica::FinishedWrite& finished) noexcept {
  try {
    {
      std::scoped_lock lock(apply_mutex);
      if (is_over(finished)) return true;
      require(finished);
    }
    return wait_for(deadline, [&] { return is_there(finished) || is_over(finished); });
  } catch (const std::exception&) {
    return is_there(finished);  // the client was closed meanwhile
  }
}

// Its epoch has ended, and the replica is in the one that followed: there, nothing of it is left.
bool Client::Implementation::is_over(const replica::FinishedWrite& write) const {
  const std::optional<wire::Welcome>& welcome = core.welcome();
  return welcome && welcome->session.epoch != write.epoch &&
         write.replica->epoch() == welcome->session.epoch;
}

// On the way of millions of writes a second: it takes no lock and counts no references. An intake
// lives as long as this client.
client::AsyncWriteQueue& Client::Implementation::intake() {
  for (;;) {
    detail::notice_fork();
    if (client::AsyncWriteQueue* const open = open_intake_.load(std::memory_order_acquire))
      return *open;
    static_cast<void>(engine());  // begins it, or throws that the client is closed
  }
}

void Client::Implementation::write_async(replica::PendingWrite&& write,
                                         client::WritePromise&& promise) {
  const SteadyTime deadline = rough_write_deadline();
  write.deadline_ms = client::deadline_ms(deadline);
  switch (intake().add(std::move(write), std::move(promise), deadline)) {
    case client::AsyncWriteQueue::Added::first: wake(); return;
    case client::AsyncWriteQueue::Added::more: return;
    case client::AsyncWriteQueue::Added::full: throw full_error();
    case client::AsyncWriteQueue::Added::closed: throw closed_error();
  }
}

Error Client::Implementation::full_error() {
  const std::string full =
      "the write was not queued, and will not be applied: 64 MiB of writes "
      "waited to be sent for all of write_timeout (" +
      std::to_string(options.write_timeout.count()) + " ms); ";
  if (engine()->writer.has_broker())
    return {Errc::overloaded,
            full + "the broker at " + endpoint + " is there, but takes them more slowly"};
  return {Errc::disconnected, full + "no broker is heard at " + endpoint};
}

// A write that changes nothing is answered behind all that was posted before, and does not end
// before it otherwise either: its deadline is not before theirs.
void Client::Implementation::flush(const replica::NamespaceReplica& replica, Timeout timeout) {
  const std::shared_ptr<client::Engine> engine = this->engine();
  std::exception_ptr own;
  try {
    write_until(rough_write_deadline(timeout), replica::to_write(replica, Transaction()), {});
  } catch (const Error&) {
    own = std::current_exception();
  }
  if (const auto failure = engine->writer.take_post_failure(replica.name())) throw *failure;
  if (own) std::rethrow_exception(own);
}

void Client::Implementation::apply_tails(const replica::WriteProgress& progress) {
  std::scoped_lock lock(apply_mutex);
  for (const wire::Tail& tail : progress.tails) core.write_answered(progress.epoch, tail);
}

void Client::Implementation::session_refused(const wire::SessionId& session) {
  {
    std::scoped_lock lock(apply_mutex);
    core.session_refused(session);
  }
  wake();
}

void Client::Implementation::settle(std::vector<client::PromisedWrite> ended) noexcept {
  const auto waits = std::partition(ended.begin(), ended.end(), [](const auto& promised) {
    return !is_decided(promised.write) || is_there(promised.write);
  });
  std::for_each(ended.begin(), waits, [](auto& promised) { client::fulfil(promised); });
  if (waits == ended.end()) return;
  ended.erase(ended.begin(), waits);
  try {
    std::scoped_lock lock(apply_mutex);
    require_all(ended);
    settling_.reserve(settling_.size() + 1);
    settling_.push_back({std::move(ended), write_deadline()});
  } catch (const std::exception&) {
    // There is no memory to wait for the replica.
    for (client::PromisedWrite& promised : ended) {
      promised.write.fate = replica::FinishedWrite::Fate::in_doubt;
      client::fulfil(promised);
    }
  }
  wake();  // there may be something to ask for, or it may have arrived just now
}

void Client::Implementation::take_settled(SteadyTime now,
                                          std::vector<client::PromisedWrite>& settled) {
  for (Settling& settling : settling_) {
    std::vector<client::PromisedWrite>& writes = settling.writes;
    auto waits = std::partition(writes.begin(), writes.end(), [this](const auto& promised) {
      return is_there(promised.write) || is_over(promised.write);
    });
    if (settling.deadline <= now) {
      for (; waits != writes.end(); ++waits)
        waits->write.fate = replica::FinishedWrite::Fate::in_doubt;
    }
    if (settled.empty() && waits == writes.end()) {
      settled.swap(writes);
      continue;
    }
    settled.reserve(settled.size() + static_cast<std::size_t>(waits - writes.begin()));
    settled.insert(settled.end(), std::move_iterator(writes.begin()), std::move_iterator(waits));
    writes.erase(writes.begin(), waits);
  }
  std::erase_if(settling_, [](const Settling& settling) { return settling.writes.empty(); });
}

}  // namespace bulletin
