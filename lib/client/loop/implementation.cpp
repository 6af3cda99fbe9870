#include "client/loop/implementation.hpp"

#include <algorithm>
#include <utility>

#include <zmq.hpp>

#include "client/loop/namespace_state.hpp"
#include "client/system/signals_blocked.hpp"
#include "client/transport/diagnosis.hpp"
#include "client/transport/endpoint.hpp"
#include "client/transport/zmq_transport.hpp"
#include "wire/names.hpp"
#include "wire/transaction.hpp"

namespace bulletin {
namespace {

using client::SteadyTime;

/// A replica that is not where STATUS told after so long may be of a history that has ended.
constexpr std::chrono::milliseconds sync_retry_time{500};
constexpr std::chrono::milliseconds on_wait_interval{100};

}  // namespace

void client::check_namespace_name(std::string_view name) {
  const std::string_view fault = wire::namespace_name_fault(name);
  if (fault.empty()) return;
  throw Error(Errc::rejected,
              wire::quoted(name) + " cannot be the name of a namespace: " + std::string(fault),
              std::string(name));
}

Client::Implementation::Implementation(ClientOptions given)
    : state_(std::move(given)), options(state_.options), endpoint(state_.endpoint) {}

Client::Implementation::~Implementation() { close(); }

void Client::Implementation::start() {
  detail::notice_fork();
  client::join_forks(*this);
  try {
    std::scoped_lock lock(loop_mutex_, state_.mutex);
    start_loop();
  } catch (const zmq::error_t& error) {
    client::leave_forks(*this);
    const bool refused = error.num() == EINVAL;
    throw Error(refused ? Errc::rejected : Errc::disconnected,
                refused ? "endpoint '" + endpoint + "' cannot be connected to: " + error.what()
                        : "a client of " + endpoint + " cannot begin: " + error.what());
  } catch (const std::exception& error) {
    client::leave_forks(*this);
    throw Error(Errc::disconnected, "a client of " + endpoint + " cannot begin: " + error.what());
  }
}

void Client::Implementation::start_loop() {
  const client::SignalsBlocked blocked;
  auto queue = std::make_shared<client::AsyncWriteQueue>();
  auto transport =
      std::make_unique<client::ZmqTransport>(client::endpoints_in(endpoint).front(), state_.keys);
  loop_ = std::make_shared<client::Loop>(state_, queue, std::move(transport));
  state_.begin(loop_->dispatcher);
  queue_ = std::move(queue);
  open_queue_.store(queue_.get(), std::memory_order_release);
}

void Client::Implementation::close() noexcept {
  std::shared_ptr<client::Loop> loop;
  {
    std::scoped_lock lock(loop_mutex_);
    if (std::exchange(closed_, true)) return;
    loop = std::exchange(loop_, nullptr);
    open_queue_.store(nullptr, std::memory_order_relaxed);
  }
  if (loop != nullptr && loop->made_in == client::generation()) {
    loop->close(client::deadline_after(options.close_timeout));
  } else if (loop != nullptr) {
    client::abandon(std::move(loop));
  }
  client::leave_forks(*this);
  std::vector<std::shared_ptr<detail::NamespaceState>> open;
  const client::Lock lock(state_.mutex);
  state_.end();
  open = state_.namespaces.close();  // they own this client: whoever holds no handle lets go
}

Error Client::Implementation::closed_error() const {
  return {Errc::disconnected, "the client of " + endpoint + " is closed: only reads are served"};
}

std::shared_ptr<client::Loop> Client::Implementation::loop() {
  detail::notice_fork();
  std::scoped_lock lock(loop_mutex_);
  if (closed_) {
    throw closed_error();
  }
  if (loop_ == nullptr) {  // it could not begin when this process was forked
    const client::Lock state(state_.mutex);
    try {
      start_loop();
    } catch (const std::exception& error) {
      throw Error(Errc::disconnected, "the client of " + endpoint +
                                          " cannot begin in this forked child: " + error.what());
    }
  }
  return loop_;
}

std::string Client::Implementation::endpoint_in_use() const {
  detail::notice_fork();
  const client::Lock locked = lock();
  return state_.endpoint_in_use;
}

bool Client::Implementation::wait_for(SteadyTime deadline, const std::function<bool()>& predicate,
                                      Waits waits) {
  const std::shared_ptr<client::Loop> loop = this->loop();
  client::Lock locked = lock();
  if (waits == Waits::for_an_answer) loop->has_work(locked);
  if (wait(*loop, locked, deadline, predicate, waits)) return true;
  if (!loop->is_closed(locked)) return false;
  throw Error(Errc::disconnected, "the client of " + endpoint + " was closed during the call");
}

bool Client::Implementation::wait(client::Loop& loop, client::Lock& lock, SteadyTime deadline,
                                  const client::Loop::Predicate& predicate, Waits waits) {
  if (!options.on_wait) return loop.wait(lock, deadline, predicate, waits);
  while (!loop.wait(lock, std::min(deadline, client::deadline_after(on_wait_interval)), predicate,
                    waits)) {
    if (loop.is_closed(lock) || std::chrono::steady_clock::now() >= deadline) return false;
    const client::Unlocked unlocked(lock);
    options.on_wait();
  }
  return true;
}

void Client::Implementation::throw_no_broker(std::string_view what,
                                             std::chrono::milliseconds waited,
                                             std::string_view name) const {
  std::string message = std::string(what) + ": no broker has answered at " + endpoint + " within " +
                        std::to_string(waited.count()) + " ms: " +
                        client::diagnose(endpoint, state_.keys, state_.handshakes_end_at_once);
  std::string failure;
  {
    const client::Lock locked = lock();
    failure = state_.failure;
  }
  if (!failure.empty()) message += " (this client's own trouble: " + failure + ")";
  throw Error(Errc::disconnected, message, std::string(name));
}

std::shared_ptr<detail::NamespaceState> Client::Implementation::open(std::string_view name,
                                                                     const OpenOptions& how) {
  client::check_namespace_name(name);
  const std::shared_ptr<client::Loop> loop = this->loop();
  std::shared_ptr<detail::NamespaceState> state;
  {
    client::Lock locked = lock();
    state = handle_on(name);
    if (state_.core.find(name) == nullptr || state->replica->refusal())
      state_.core.open(name);  // asks again
    // What is written now does not wait for the replica: a later `open` does.
    if (!how.wait && !state->replica->complete()) state->published = true;
    loop->has_work(locked);
  }
  if (!how.wait) return state;
  const replica::NamespaceReplica& replica = *state->replica;
  if (!replica.complete()) {
    const std::chrono::milliseconds timeout = how.timeout.value_or(options.open_timeout);
    wait_for(
        client::deadline_after(timeout),
        [&] { return replica.complete() || replica.refusal() || state_.refusal; },
        Waits::for_an_answer);
    if (!replica.complete()) throw_incomplete(replica, timeout);
  }
  take_in_published(*state);
  return state;
}

std::shared_ptr<detail::NamespaceState> Client::Implementation::handle_on(std::string_view name) {
  if (auto handle = state_.namespaces.find(name)) return handle;
  return state_.namespaces.add(
      std::make_shared<detail::NamespaceState>(shared_from_this(), state_.core.destination(name)));
}

void Client::Implementation::take_in_published(detail::NamespaceState& state) {
  const auto published = [&] {
    const client::Lock locked = lock();
    return state.published;
  };
  if (!published()) return;
  sync(*state.replica);
  const client::Lock locked = lock();
  state.published = false;
}

void Client::Implementation::throw_incomplete(const replica::NamespaceReplica& replica,
                                              std::chrono::milliseconds waited) const {
  const std::string& name = replica.name();
  {
    const client::Lock locked = lock();
    if (const auto& refusal = replica.refusal() ? replica.refusal() : state_.refusal) {
      throw Error(wire::to_errc(refusal->status),
                  "cannot open '" + name + "' at " + endpoint + ": " + refusal->message, name);
    }
    if (const auto& told = state_.core.updates_endpoint();
        told && state_.core.heard(client::now_ms())) {
      throw Error(
          Errc::disconnected,
          "cannot open '" + name + "' within " + std::to_string(waited.count()) +
              " ms: the broker at " + endpoint + " answers, and tells that its updates are at " +
              (told->endpoint.empty() ? "port " + std::to_string(told->port) : told->endpoint) +
              "; can this host reach them?",
          name);
    }
  }
  throw_no_broker("cannot open '" + name + "'", waited);
}

std::shared_ptr<detail::NamespaceState> Client::Implementation::publisher(std::string_view name) {
  client::check_namespace_name(name);
  static_cast<void>(loop());  // throws if it is closed
  const client::Lock locked = lock();
  std::shared_ptr<detail::NamespaceState> state = handle_on(name);
  if (!state->replica->complete()) state->published = true;
  return state;
}

std::string Client::Implementation::call(std::string request, std::string_view what,
                                         std::chrono::milliseconds timeout) {
  const std::shared_ptr<client::Loop> loop = this->loop();
  client::Lock locked = lock();
  const replica::CallId id = state_.call(std::move(request));
  loop->has_work(locked);
  try {
    wait(
        *loop, locked, client::deadline_after(timeout), [&] { return state_.is_answered(id); },
        Waits::for_an_answer);
  } catch (...) {
    state_.end_call(id);
    throw;
  }
  const bool closed = loop->is_closed(locked);
  std::optional<std::string> reply = state_.end_call(id);
  locked.unlock();
  if (reply) return *std::move(reply);
  if (closed)
    throw Error(Errc::disconnected, "the client of " + endpoint + " was closed during the call");
  throw_no_broker(what, timeout);
}

client::Queries Client::Implementation::queries(Timeout timeout) {
  return client::Queries([this, time = timeout.value_or(options.write_timeout)](
                             std::string request, const std::string& what) {
    return call(std::move(request), what, time);
  });
}

void Client::Implementation::sync(replica::NamespaceReplica& replica, Timeout timeout) {
  const std::chrono::milliseconds time = timeout.value_or(options.write_timeout);
  const auto deadline = client::deadline_after(time);
  const std::string what = "cannot synchronise '" + replica.name() + "'";
  wire::NamespaceStatus newest;
  do {
    // The broker may be restarted after it has told: then it has to tell of its new history.
    const wire::NamespaceStatus told = queries(time).status({replica.name()}, what).front();
    if (told.epoch != newest.epoch) newest = told;
    {
      const client::Lock locked = lock();
      replica.require(newest.epoch, newest.revision);
    }
    const auto until = std::min(deadline, std::chrono::steady_clock::now() + sync_retry_time);
    if (wait_for(
            until, [&] { return replica.has(newest.epoch, newest.revision); },
            Waits::for_an_answer))
      return;
  } while (std::chrono::steady_clock::now() < deadline);
  throw_no_broker(what, time);
}

void Client::Implementation::wake() {
  std::scoped_lock lock(loop_mutex_);
  if (loop_ != nullptr && loop_->made_in == client::generation()) loop_->wake();
}

// --- fork ---

void Client::Implementation::before_fork() {
  loop_mutex_.lock();
  state_.mutex.lock();
  state_.namespaces.lock_releases();
}

void Client::Implementation::after_fork() {
  state_.namespaces.unlock_releases();
  state_.mutex.unlock();
  loop_mutex_.unlock();
}

void Client::Implementation::resume() {
  std::scoped_lock lock(loop_mutex_, state_.mutex);
  // A client that the child itself has made is alive already.
  if (loop_ == nullptr || loop_->made_in == client::generation()) return;
  open_queue_.store(nullptr, std::memory_order_relaxed);
  client::abandon(std::move(loop_));
  // What the parent's threads wait for is the parent's.
  client::abandon(std::make_shared<client::PendingPromises>(std::move(state_.promises)));
  state_.promises = {};
  state_.restart();
  try {
    start_loop();
  } catch (const std::exception& error) {
    state_.failed(error.what());  // reads go on; whoever needs the loop tries again
  }
}

}  // namespace bulletin
