// How the writes of callers end.

#include <exception>
#include <utility>

#include "client/loop/implementation.hpp"
#include "client/loop/write_error.hpp"

namespace bulletin {

using client::is_decided;
using client::is_there;
using client::require;

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
  const std::shared_ptr<client::Loop> loop = this->loop();
  replica::FinishedWrite finished = loop->write(std::move(write));
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
      const client::Lock locked = lock();
      if (state_.is_over(finished)) return true;
      require(finished);
    }
    return wait_for(
        deadline, [&] { return is_there(finished) || state_.is_over(finished); },
        Waits::for_an_answer);
  } catch (const std::exception&) {
    return is_there(finished);  // the client was closed meanwhile
  }
}

// On the way of millions of writes a second: it takes no lock and counts no references. A queue
// lives as long as this client.
client::AsyncWriteQueue& Client::Implementation::queue() {
  for (;;) {
    detail::notice_fork();
    if (client::AsyncWriteQueue* const open = open_queue_.load(std::memory_order_acquire))
      return *open;
    static_cast<void>(loop());  // begins it, or throws that the client is closed
  }
}

void Client::Implementation::write_async(replica::PendingWrite&& write,
                                         client::WritePromise&& promise, Timeout timeout) {
  const SteadyTime deadline = rough_write_deadline(timeout);
  write.deadline_ms = client::deadline_ms(deadline);
  switch (queue().add(std::move(write), std::move(promise), deadline)) {
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
  const std::shared_ptr<client::Loop> loop = this->loop();
  const client::Lock locked = lock();
  if (loop->writes.has_broker())
    return {Errc::overloaded,
            full + "the broker at " + endpoint + " is there, but takes them more slowly"};
  return {Errc::disconnected, full + "no broker is heard at " + endpoint};
}

// A write that changes nothing is answered behind all that was posted before, and does not end
// before it otherwise either: its deadline is not before theirs.
void Client::Implementation::flush(const replica::NamespaceReplica& replica, Timeout timeout) {
  const std::shared_ptr<client::Loop> loop = this->loop();
  std::exception_ptr own;
  try {
    write_until(rough_write_deadline(timeout), replica::to_write(replica, Transaction()), {});
  } catch (const Error&) {
    own = std::current_exception();
  }
  {
    const client::Lock locked = lock();
    if (const auto failure = loop->writes.take_post_failure(replica.name())) throw *failure;
  }
  if (own) std::rethrow_exception(own);
}

}  // namespace bulletin
