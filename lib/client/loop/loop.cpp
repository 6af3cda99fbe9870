#include "client/loop/loop.hpp"

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include <zmq.hpp>

#include "client/system/fork.hpp"
#include "client/transport/endpoint.hpp"

namespace bulletin::client {
namespace {

constexpr std::uint64_t longest_wait_ms = 1000;
/// The error of a failed post that no `flush` has thrown by then goes to on_error.
constexpr std::uint64_t time_to_flush_ms = 1000;
/// How long one of several endpoints may take to be heard.
constexpr std::uint64_t patience_ms = 2000;
/// After a failure (no descriptors, no memory) the client's thread rests before it tries again.
constexpr std::chrono::milliseconds rest{200};
constexpr std::chrono::milliseconds least_rest{10};

}  // namespace

Loop::Loop(ClientState& state, std::shared_ptr<AsyncWriteQueue> queue,
           std::unique_ptr<Transport> transport)
    : writes(state, std::move(queue)),
      dispatcher(Dispatcher::start(state.options)),
      made_in(generation()),
      state_(state),
      transport_(std::move(transport)),
      ring_(state.endpoint),
      moved_ms_(now_ms()) {
  try {
    gate_.watch(transport_->descriptor());
    thread_ = std::thread([this] { run(); });
  } catch (...) {
    dispatcher->stop(std::chrono::steady_clock::now());
    throw;
  }
}

Loop::~Loop() = default;

void Loop::close(SteadyTime deadline) {
  PendingPromises promises;
  std::vector<Error> failed_posts;
  {
    Lock lock(state_.mutex);
    try {
      writes.absorb();
    } catch (const std::exception&) {
      // The driver goes on with it.
    }
    // Writes end first: GOODBYE takes the ephemeral attributes with it.
    wait(
        lock, deadline, [this] { return writes.idle(); }, Waits::for_an_answer);
    stopping_ = true;
    writes.close(lock);
    failed_posts = writes.take_unasked_failures(now_ms());
    for (Follower* each = followers_; each != nullptr; each = each->next)
      each->changed.notify_one();
    wake();
    left_.wait(lock, [this] { return driver_ == Driver::none; });
  }
  wake();
  thread_.join();
  {
    Lock lock(state_.mutex);
    left_.wait(lock, [this] { return driver_ == Driver::none; });
    try {
      say_goodbye(std::max(deadline, std::chrono::steady_clock::now()));
    } catch (const std::exception&) {
      // The session then ends by its time.
    }
    promises = std::exchange(state_.promises, {});
  }
  promises.end_all();
  for (const Error& error : failed_posts) dispatcher->report(error);
  dispatcher->stop(deadline);
}

// --- who drives ---------------------------------------------------------------------------------

Loop::Follower::Follower(Loop& loop, const Predicate& predicate, Waits waits) noexcept
    : predicate(predicate),
      may_drive(waits == Waits::for_an_answer),
      next(loop.followers_),
      loop_(loop) {
  if (next != nullptr) next->previous = this;
  loop.followers_ = this;
}

Loop::Follower::~Follower() {
  (previous != nullptr ? previous->next : loop_.followers_) = next;
  if (next != nullptr) next->previous = previous;
}

bool Loop::wait(Lock& lock, SteadyTime deadline, const Predicate& predicate, Waits waits) noexcept {
  bool followed = false;
  bool done = predicate();
  while (!done && !stopping_ && std::chrono::steady_clock::now() < deadline) {
    if (waits == Waits::for_an_answer && may_drive()) {
      done = drive(lock, deadline, predicate);
      continue;
    }
    Follower own(*this, predicate, waits);
    own.changed.wait_until(lock, deadline);
    followed = true;
    done = predicate();
  }
  // The role may have been offered to this thread just when its wait ended.
  if (followed && driver_ == Driver::none) pass_on();
  return done;
}

replica::FinishedWrite Loop::write(replica::PendingWrite&& write) {
  const SteadyTime deadline{std::chrono::milliseconds(write.deadline_ms)};
  Lock lock(state_.mutex);
  if (stopping_) throw Error(Errc::disconnected, "the client is closed: it cannot write any more");
  Writes::Waiter own;
  try {
    writes.add(std::move(write), own);
  } catch (...) {
    wake();  // the driver goes on with what was queued before
    throw;
  }
  if (driver_ != Driver::none && !writes.under_way()) wake();
  wait(
      lock, deadline, [&own] { return own.done; }, Waits::for_an_answer);
  if (!own.done) writes.give_up(own, lock);
  return std::move(own.result);
}

void Loop::run() {
  Lock lock(state_.mutex);
  while (!stopping_) {
    std::chrono::milliseconds time(longest_wait_ms);
    if (driver_ == Driver::none) time = drive_as_client_thread(lock);
    if (stopping_) return;
    thread_wakes_at_ms_ = now_ms() + static_cast<std::uint64_t>(time.count());
    const Unlocked unlocked(lock);
    try {
      // However often it is woken: a failure that lasts must not take a processor.
      if (time == rest) wait_for({}, least_rest);
      (void)gate_.wait(time);
    } catch (const std::exception&) {
      // It looks what there is.
    }
  }
}

// Returns how long there is nothing to do.
std::chrono::milliseconds Loop::drive_as_client_thread(Lock& lock) noexcept {
  constexpr Share share{256, std::size_t{1} << 20};
  std::chrono::milliseconds time(0);
  driver_ = Driver::client_thread;
  try {
    if (has_failed_) begin_again(lock);
    turn(lock, SteadyTime(), share);
    if (must_move_) move_on(lock);
    prepare(lock);
    writes.prepare();
    const std::uint64_t now = now_ms();
    if (!has_work_ && !transport_->is_ready())
      time = std::chrono::milliseconds(
          std::min(std::max(next_event_ms(), now) - now, longest_wait_ms));
  } catch (const std::exception& error) {
    if (!lock.owns_lock()) lock.lock();
    state_.failed(error.what());
    has_failed_ = true;
    time = rest;
  }
  driver_ = Driver::none;
  if (stopping_) left_.notify_all();
  for (Follower* each = followers_; each != nullptr && !needs_client_thread(); each = each->next) {
    if (!each->may_drive || each->done) continue;
    each->changed.notify_one();
    break;
  }
  return time;
}

// True: until the predicate held.
bool Loop::drive(Lock& lock, SteadyTime deadline, const Predicate& predicate) noexcept {
  constexpr Share share{16, std::size_t{1} << 18};
  bool done = false;
  driver_ = Driver::caller;
  try {
    gate_.pause(transport_->descriptor());
    prepare(lock);
    for (done = predicate(); !done; done = predicate()) {
      if (stopping_ || needs_client_thread() || std::chrono::steady_clock::now() >= deadline) break;
      turn(lock, deadline, share);
      if (!predicate()) prepare(lock);
    }
  } catch (const std::exception& error) {
    if (!lock.owns_lock()) lock.lock();
    state_.failed(error.what());
    has_failed_ = true;
    done = predicate();
  }
  driver_ = Driver::none;
  if (stopping_) left_.notify_all();
  try {
    gate_.resume(transport_->descriptor());
  } catch (const std::exception&) {
    wake();  // it does not fail
  }
  pass_on();
  return done;
}

// The newest thread that waits drives; if there is none, the client's thread, which is woken only
// for what its gate does not tell.
void Loop::pass_on() noexcept {
  if (!needs_client_thread() && !stopping_) {
    for (Follower* each = followers_; each != nullptr; each = each->next) {
      if (!each->may_drive || each->done) continue;
      each->changed.notify_one();
      return;
    }
  }
  if (is_unfinished()) wake();
}

bool Loop::is_unfinished() noexcept {
  if (has_work_ || stopping_ || needs_client_thread()) return true;
  try {
    return transport_->is_ready() || next_event_ms() < thread_wakes_at_ms_;
  } catch (const std::exception&) {
    return true;
  }
}

void Loop::has_work(Lock&) noexcept {
  has_work_ = true;
  if (driver_ != Driver::none) wake();
}

void Loop::tell_followers() noexcept {
  for (Follower* each = followers_; each != nullptr; each = each->next) {
    if (each->done || !each->predicate()) continue;
    each->done = true;
    each->changed.notify_one();
  }
}

// --- the driver ---------------------------------------------------------------------------------

// Waits at the most until the time, and takes what arrived.
void Loop::turn(Lock& lock, SteadyTime latest, Share share) {
  std::chrono::milliseconds time(0);
  if (latest != SteadyTime() && !has_work_) {
    const SteadyTime next{std::chrono::milliseconds(next_event_ms())};
    time = time_until(std::min(latest, next));
  }
  bool woken = false;
  {
    const Unlocked unlocked(lock);
    woken = transport_->wait(time);
  }
  if (woken) has_work_ = true;
  while (const auto event = transport_->next_event()) take(*event, lock);
  take_updates(lock, share);
  take_answers(lock);
  tell_followers();
}

std::uint64_t Loop::next_event_ms() const {
  return std::min(house_due_ms_, writes.next_event_ms().value_or(house_due_ms_));
}

void Loop::take(const ConnectionEvent& event, Lock& lock) {
  using Kind = ConnectionEvent::Kind;
  const std::uint64_t now = now_ms();
  has_work_ = true;
  switch (event.channel) {
    case Channel::commands:
      state_.handshakes_end_at_once = transport_->handshakes_end_at_once();
      if (event.kind == Kind::lost) state_.core.commands_disconnected(now);
      if (event.kind == Kind::failed) connect_failed_ = true;
      if (event.kind == Kind::handshake_failed) state_.not_let_in("handshake_failed");
      if (event.kind == Kind::failed && !state_.core.heard(now)) state_.not_let_in("unreachable");
      break;
    case Channel::writes:
      if (event.kind == Kind::connected) writes.connected(lock);
      if (event.kind == Kind::lost) writes.connection_lost(lock);
      break;
    case Channel::updates:
      if (event.kind == Kind::connected) state_.core.updates_connected(now);
      if (event.kind == Kind::lost) state_.core.updates_disconnected(now);
      break;
  }
}

// One after the other: a thread that needs the lock waits for one update at the most.
void Loop::take_updates(Lock& lock, Share share) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < share.messages && bytes < share.bytes; ++i) {
    const auto update = transport_->next_update();
    if (!update) return;
    if (i != 0) {
      lock.unlock();
      lock.lock();
    }
    bytes += update->body.size();
    if (!state_.apply_update(update->topic, update->body)) has_work_ = true;
  }
}

void Loop::take_answers(Lock& lock) {
  while (const auto answer = transport_->next_answer(Channel::commands)) {
    state_.core.reply(*answer, now_ms());
    state_.heard();
    answered_ = true;
    has_work_ = true;
  }
  while (const auto answer = transport_->next_answer(Channel::writes)) {
    writes.answered(
        *answer, [this] { transmit_next(); }, lock);
    if (!state_.promises.empty() || !state_.session_events.empty()) has_work_ = true;
  }
}

// What is to be sent before the next wait.
void Loop::prepare(Lock& lock) {
  const std::uint64_t now = now_ms();
  if (has_work_ || now >= house_due_ms_) keep_house(lock, now);
  send_request();
  writes.serve(lock);
  transmit();
}

void Loop::keep_house(Lock& lock, std::uint64_t now) {
  has_work_ = false;
  replica::ClientCore& core = state_.core;
  core.advance(now);
  state_.watch_connection(core.heard(now));
  auto closed =
      state_.close_unused(now, [this](replica::ReplicaSet& used) { return writes.add_used(used); });
  for (const Error& error : writes.take_unasked_failures(now - time_to_flush_ms))
    dispatcher->push(error);
  // An answer tells. Also when a broker of the same name and ports has answered from another
  // address.
  if (!connected_to_ || std::exchange(answered_, false)) follow_updates(now);
  transport_->subscribe(core.take_subscriptions());
  if (core.overdue(now) && transport_->is_receiving()) core.answer_is_arriving(now);
  if (auto request = core.next_request(now)) request_ = std::move(request);
  look_for_broker(now);
  state_.promises.take_settled(
      std::chrono::steady_clock::now(),
      [this](const replica::FinishedWrite& write) { return state_.is_over(write); }, settled_);
  house_due_ms_ =
      std::min(state_.next_event_ms().value_or(now + longest_wait_ms), now + longest_wait_ms);
  if (settled_.empty() && closed.empty()) return;
  const Unlocked unlocked(lock);
  for (PromisedWrite& promised : settled_) fulfil(promised);
  settled_.clear();
  closed.clear();
}

/// Nothing before the first welcome.
std::optional<std::string> Loop::told_updates_endpoint() const {
  const auto& told = state_.core.updates_endpoint();
  if (!told) return std::nullopt;
  if (!told->endpoint.empty()) return told->endpoint;
  return updates_endpoint(ring_.current(), transport_->peer_address(), told->port);
}

void Loop::follow_updates(std::uint64_t now) {
  auto told = told_updates_endpoint();
  if (!told || told == connected_to_) return;
  if (connected_to_) state_.core.updates_disconnected(now);
  connected_to_.reset();
  try {
    transport_->open_updates(state_.core.all_topics());
    (void)state_.core.take_subscriptions();  // they are among all topics
  } catch (const zmq::error_t& error) {
    // The next turn tries again.
    return state_.failed(error.what());
  }
  connected_to_ = std::move(told);
  try {
    transport_->connect_updates(*connected_to_);
  } catch (const std::bad_alloc&) {
    throw;  // says nothing about the endpoint
  } catch (const std::exception& error) {
    state_.refused(
        {wire::Status::malformed,
         "the broker tells '" + *connected_to_ + "' as its updates endpoint: " + error.what(),
         {}});
  }
}

void Loop::send_request() {
  if (request_ && transport_->send(Channel::commands, *request_)) request_.reset();
}

void Loop::transmit() {
  if (const auto request = writes.to_transmit())
    writes.transmitted(transport_->send(Channel::writes, *request));
}

// The lane still has it if that fails: the next turn transmits again, and fails there.
void Loop::transmit_next() noexcept {
  try {
    transmit();
  } catch (const std::exception&) {
  }
}

// --- where the broker is, and what has failed ----------------------------------------------------

// Where there are several endpoints, the next one has its turn when this one is not heard.
void Loop::look_for_broker(std::uint64_t now) {
  const bool late = now >= moved_ms_ + patience_ms;
  if (!connect_failed_ && !late) return;
  if (state_.core.heard(now)) {
    connect_failed_ = false;
    if (late) moved_ms_ = now;
    ring_.works();
  } else {
    must_move_ = true;
  }
}

void Loop::move_on(Lock& lock) {
  const std::uint64_t now = now_ms();
  const bool late = now >= moved_ms_ + patience_ms;
  must_move_ = false;
  connect_failed_ = false;
  if (late) moved_ms_ = now;
  bool moved = false;
  {
    const Unlocked unlocked(lock);
    moved = late ? ring_.next() : ring_.next_at_once();
  }
  if (!moved) return;
  moved_ms_ = now;
  state_.core.commands_disconnected(now);
  state_.moved_to(ring_.current());
  writes.moved();
  transport_->connect(ring_.current());
  has_work_ = true;
}

// How much of a turn was done that has failed is not known: as if the connections had been lost.
void Loop::begin_again(Lock& lock) {
  writes.end_overdue(lock);
  const std::uint64_t now = now_ms();
  state_.core.commands_disconnected(now);
  state_.core.updates_disconnected(now);
  transport_->close_updates();
  connected_to_.reset();
  has_failed_ = false;
  has_work_ = true;
}

void Loop::say_goodbye(SteadyTime deadline) {
  if (!state_.core.heard(now_ms())) return;
  state_.core.close();
  const auto request = state_.core.next_request(now_ms());
  while (transport_->next_answer(Channel::commands)) {
  }
  if (!request || !transport_->send(Channel::commands, *request)) return;
  while (std::chrono::steady_clock::now() < deadline) {
    (void)transport_->wait(time_until(deadline));
    while (transport_->next_event()) {
    }
    while (transport_->next_update()) {
    }
    if (transport_->next_answer(Channel::commands)) return;
  }
}

}  // namespace bulletin::client
