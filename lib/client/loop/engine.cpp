#include "client/loop/engine.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "client/transport/endpoint.hpp"
#include "wire/update.hpp"

namespace bulletin::client {
namespace {

constexpr std::uint64_t longest_wait_ms = 1000;
/// How long one of several endpoints may take to be heard.
constexpr std::uint64_t patience_ms = 2000;
/// After a failure (no descriptors, no memory) the thread rests before it tries again.
constexpr std::chrono::milliseconds rest{200};
constexpr std::chrono::milliseconds least_rest{10};

}  // namespace

Engine::Engine(Client::Implementation& client, std::shared_ptr<AsyncWriteQueue> intake)
    : context_(make_context()),
      updates_(client, poller_, waker_),
      writer(*context_, endpoints_in(client.endpoint).front(), client.keys, client,
             std::move(intake), waker_, updates_),
      made_in(generation()),
      client_(client),
      commands_(make_command_socket(*context_, client.keys)),
      commands_monitor_(*context_, commands_, "commands-monitor"),
      ring_(client.endpoint),
      moved_ms_(now_ms()) {
  commands_.connect(endpoint());
  for (const int descriptor :
       {waker_.descriptor(), commands_.get(zmq::sockopt::fd), commands_monitor_.descriptor(),
        writer.monitor().descriptor(), writer.descriptor()}) {
    poller_.watch(descriptor);
  }
  poller_.pause(writer.descriptor());
  dispatcher = Dispatcher::start(client.options);
  try {
    thread_ = std::thread([this] { run(); });
  } catch (...) {
    dispatcher->stop(std::chrono::steady_clock::now());
    throw;
  }
}

Engine::~Engine() = default;

void Engine::close(SteadyTime deadline) {
  // Writes end first: GOODBYE takes the ephemeral attributes with it.
  writer.drain(deadline);
  writer.close();
  goodbye_until_ = std::max(deadline, std::chrono::steady_clock::now());
  stopping_ = true;
  wake();
  thread_.join();
  std::vector<Settling> unsettled;
  {
    std::scoped_lock lock(client_.apply_mutex);
    closed = true;
    progressed.notify_all();
    unsettled = client_.take_all_settling();
  }
  for (Settling& settling : unsettled) {
    for (PromisedWrite& promised : settling.writes) {
      promised.write.fate = replica::FinishedWrite::Fate::in_doubt;
      fulfil(promised);
    }
  }
  dispatcher->stop(deadline);
}

void Engine::run() {
  while (!stopping_) {
    try {
      turn();
    } catch (const std::exception& error) {
      {
        std::scoped_lock lock(client_.apply_mutex);
        client_.failed(error.what());
      }
      has_failed_ = true;
      // However often it is woken: a failure that lasts must not take a processor.
      wait_for({}, least_rest);
      pollfd item{waker_.descriptor(), POLLIN, 0};
      wait_for({&item, 1}, rest);
      waker_.clear();
    }
  }
  try {
    say_goodbye();
  } catch (const std::exception&) {
    // The session then ends by its time.
  }
}

// How much of a turn was done that has failed, nobody knows: as if the connections had been lost.
void Engine::begin_again() {
  writer.end_overdue();
  {
    std::scoped_lock lock(client_.apply_mutex);
    const std::uint64_t now = now_ms();
    client_.core.commands_disconnected(now);
    client_.core.updates_disconnected(now);
  }
  updates_.close();
  connected_to_.reset();
  todo_.updates_endpoint.reset();
  todo_.subscriptions.clear();  // they are among all topics
  carry_out();
  has_failed_ = false;
  wake();  // for what it was woken for meanwhile
}

void Engine::turn() {
  if (has_failed_) begin_again();
  const Poller::Ready ready = wait();
  if (stopping_) return;
  Arrived arrived = gather(ready);
  apply(arrived);
  carry_out();
  move_on(now_ms());
}

// Where there are several endpoints, the next one has its turn when this one is not heard.
void Engine::move_on(std::uint64_t now) {
  const bool failed = std::exchange(connect_failed_, false);
  const bool late = now >= moved_ms_ + patience_ms;
  if (!failed && !late) return;
  if (late) moved_ms_ = now;
  {
    std::scoped_lock lock(client_.apply_mutex);
    if (client_.core.heard(now)) return ring_.works();
  }
  const std::string left = endpoint();
  if (!(late ? ring_.next() : ring_.next_at_once())) return;
  moved_ms_ = now;
  {
    std::scoped_lock lock(client_.apply_mutex);
    client_.core.commands_disconnected(now);
    client_.moved_to(endpoint());
  }
  peer_address_.clear();
  connect_anew(commands_, left, endpoint());
  commands_ready_ = true;
  writer.move_to(endpoint());
}

Poller::Ready Engine::wait() {
  follow_lead();
  Poller::Ready ready = poller_.wait(timeout());
  if (ready.has(waker_.descriptor())) waker_.clear();
  return ready;
}

// The writer's socket is this thread's only while it leads.
void Engine::follow_lead() {
  const bool leads = writer.led_by_client_thread();
  if (std::exchange(leads_, leads) == leads) return;
  if (leads) {
    poller_.resume(writer.descriptor());
  } else {
    poller_.pause(writer.descriptor());
  }
}

std::chrono::milliseconds Engine::timeout() {
  if (updates_.waits() || commands_ready_ || (leads_ && writer.is_ready()))
    return std::chrono::milliseconds(0);
  const std::uint64_t now = now_ms();
  const std::uint64_t next = std::max(next_event_ms_.value_or(now + longest_wait_ms), now);
  return std::chrono::milliseconds(std::min(next - now, longest_wait_ms));
}

Engine::Arrived Engine::gather(const Poller::Ready& ready) {
  Arrived arrived;
  if (ready.has(commands_monitor_.descriptor())) {
    while (const auto event = commands_monitor_.next()) {
      if (*event == ConnectionMonitor::Event::disconnected) arrived.commands_lost = true;
      if (*event == ConnectionMonitor::Event::failed) connect_failed_ = true;
    }
    arrived.handshake_failed = commands_monitor_.take_failed_handshake();
    client_.handshakes_end_at_once = commands_monitor_.ends_at_once();
  }
  if (commands_monitor_.take_abandoned()) {
    arrived.commands_lost = true;
    arrived.handshake_failed = true;
    connect_anew(commands_, endpoint(), endpoint());
  }
  if (ready.has(writer.monitor().descriptor())) {
    while (const auto event = writer.monitor().next()) writer.connection_changed(*event);
  }
  if (writer.monitor().take_abandoned()) writer.connect_again();
  arrived.updates_events = updates_.events(ready);
  arrived.updates = updates_.is_ready(ready);
  if (ready.has(commands_.get(zmq::sockopt::fd)) || arrived.commands_lost || commands_ready_) {
    gather_replies(arrived);
  }
  return arrived;
}

void Engine::gather_replies(Arrived& arrived) {
  commands_ready_ = false;
  if (!has_events(commands_, ZMQ_POLLIN)) return;
  while (auto reply = receive(commands_)) {
    if (const char* address = zmq_msg_gets(reply->handle(), "Peer-Address"))
      peer_address_ = address;
    arrived.replies.push_back(*std::move(reply));
  }
}

/// Nothing before the first welcome.
std::optional<std::string> Engine::told_updates_endpoint() const {
  const auto& told = client_.core.updates_endpoint();
  if (!told) return std::nullopt;
  if (!told->endpoint.empty()) return told->endpoint;
  return updates_endpoint(endpoint(), peer_address_, told->port);
}

void Engine::apply(Arrived& arrived) {
  replica::ClientCore& core = client_.core;
  {
    std::scoped_lock lock(client_.apply_mutex);
    const std::uint64_t now = now_ms();
    if (arrived.commands_lost) core.commands_disconnected(now);
    if (arrived.handshake_failed) client_.not_let_in("handshake_failed");
    if (connect_failed_ && !core.heard(now)) client_.not_let_in("unreachable");
    for (const ConnectionMonitor::Event event : arrived.updates_events) {
      if (event == ConnectionMonitor::Event::connected) core.updates_connected(now);
      if (event == ConnectionMonitor::Event::disconnected) core.updates_disconnected(now);
    }
  }
  if (arrived.updates) updates_.serve();
  std::scoped_lock lock(client_.apply_mutex);
  const std::uint64_t now = now_ms();
  for (const zmq::message_t& reply : arrived.replies) core.reply(view(reply), now);
  if (!arrived.replies.empty()) client_.heard();
  core.advance(now);
  client_.watch_connection(core.heard(now));

  todo_.closed = client_.close_unused(now);
  todo_.subscriptions = core.take_subscriptions();
  // A reply tells. Also when a broker of the same name and ports has answered from another address.
  const bool may_be_new = !connected_to_ || !arrived.replies.empty();
  if (auto told = may_be_new ? told_updates_endpoint() : std::nullopt;
      told && told != connected_to_) {
    if (connected_to_) core.updates_disconnected(now);
    todo_.updates_endpoint = std::move(told);
    todo_.topics = core.all_topics();
    (void)core.take_subscriptions();  // they are among all topics
  }
  if (core.overdue(now) && commands_monitor_.is_receiving()) core.answer_is_arriving(now);
  if (auto request = core.next_request(now)) request_ = std::move(request);
  todo_.session_events = client_.take_session_events();
  client_.take_settled(std::chrono::steady_clock::now(), todo_.settled);
  next_event_ms_ = client_.next_event_ms();
}

void Engine::carry_out() {
  for (PromisedWrite& promised : todo_.settled) fulfil(promised);
  todo_.settled.clear();
  if (todo_.updates_endpoint) {
    try {
      connect_updates();
    } catch (const zmq::error_t& error) {
      // The next turn tries again: what it was to connect to is not yet noted.
      std::scoped_lock lock(client_.apply_mutex);
      client_.failed(error.what());
    }
  } else {
    updates_.change(todo_.subscriptions);
  }
  todo_.updates_endpoint.reset();
  send_request();
  while (!todo_.session_events.empty()) {
    writer.session_event(todo_.session_events.front());
    todo_.session_events.erase(todo_.session_events.begin());
  }
  todo_.closed.clear();
  if (const auto next = writer.serve())
    next_event_ms_ = std::min(*next, next_event_ms_.value_or(*next));
}

void Engine::connect_updates() {
  connected_to_.reset();
  updates_.open(*context_, client_.keys, todo_.topics);
  const std::string& endpoint = *todo_.updates_endpoint;
  connected_to_ = endpoint;
  try {
    check_updates_endpoint(endpoint);
    updates_.connect(endpoint);
  } catch (const std::bad_alloc&) {
    throw;  // says nothing about the endpoint
  } catch (const std::exception& error) {
    std::scoped_lock lock(client_.apply_mutex);
    client_.refused({wire::Status::malformed,
                     "the broker tells '" + endpoint + "' as its updates endpoint: " + error.what(),
                     {}});
  }
}

void Engine::send_request() {
  if (!request_) return;
  if (send(commands_, *request_)) {
    request_.reset();
    (void)commands_monitor_.is_receiving();  // from here on
  }
  // To send may have taken the descriptor's signal.
  commands_ready_ = has_events(commands_, request_ ? ZMQ_POLLIN | ZMQ_POLLOUT : ZMQ_POLLIN);
}

void Engine::say_goodbye() {
  std::optional<std::string> request;
  {
    std::scoped_lock lock(client_.apply_mutex);
    if (!client_.core.heard(now_ms())) return;
    client_.core.close();
    request = client_.core.next_request(now_ms());
  }
  while (receive(commands_)) {
  }
  if (!request || !send(commands_, *request)) return;
  zmq::pollitem_t item{commands_.handle(), 0, ZMQ_POLLIN, 0};
  poll(&item, 1, time_until(goodbye_until_));
}

}  // namespace bulletin::client
