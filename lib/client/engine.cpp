#include "client/engine.hpp"

#include <algorithm>
#include <utility>

#include "client/endpoint.hpp"

namespace bulletin::client {
namespace {

constexpr std::uint64_t longest_wait_ms = 1000;
/// What one turn applies under the lock at the most.
constexpr std::size_t turn_messages = 256;
constexpr std::size_t turn_bytes = 1u << 20;

// zmq's context is made here and nowhere else: under the engine mutex, which fork() takes.
std::unique_ptr<zmq::context_t> make_context() {
  auto context = std::make_unique<zmq::context_t>(1);
  context->set(zmq::ctxopt::ipv6, 1);
  return context;
}

}  // namespace

Engine::Engine(Client::Implementation& client)
    : context_(make_context()),
      writer(*context_, client.endpoint, client, waker_),
      dispatcher(Dispatcher::start(client.options)),
      made_in(generation()),
      client_(client),
      commands_(make_command_socket(*context_)),
      commands_monitor_(*context_, commands_, "commands-monitor") {
  commands_.connect(client.endpoint);
  thread_ = std::thread([this] { run(); });
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
  std::vector<Settled> unsettled;
  {
    std::scoped_lock lock(client_.apply_mutex);
    closed = true;
    progressed.notify_all();
    unsettled = client_.take_all_settled();
  }
  for (Settled& waiting : unsettled) {
    waiting.write.fate = replica::FinishedWrite::Fate::in_doubt;
    fulfil(waiting.promise, waiting.write);
  }
  dispatcher->stop(deadline);
}

void Engine::run() {
  while (!stopping_) {
    wait();
    if (stopping_) break;
    Arrived arrived = gather();
    Todo todo = apply(arrived);
    carry_out(todo);
  }
  say_goodbye();
}

void Engine::wait() {
  std::vector<zmq::pollitem_t> items{
      {nullptr, waker_.descriptor(), ZMQ_POLLIN, 0},
      {commands_.handle(), 0, static_cast<short>(request_ ? ZMQ_POLLIN | ZMQ_POLLOUT : ZMQ_POLLIN),
       0},
      {commands_monitor_.socket().handle(), 0, ZMQ_POLLIN, 0},
      {writer.monitor().socket().handle(), 0, ZMQ_POLLIN, 0},
  };
  if (updates_) {
    items.push_back({updates_->handle(), 0, ZMQ_POLLIN, 0});
    items.push_back({updates_monitor_->socket().handle(), 0, ZMQ_POLLIN, 0});
  }
  if (writer.led_by_client_thread())
    items.push_back({writer.socket().handle(), 0, writer.events(), 0});

  poll(items.data(), items.size(), timeout());
  if (items.front().revents != 0) waker_.clear();
}

std::chrono::milliseconds Engine::timeout() const {
  if (more_waits_) return std::chrono::milliseconds(0);
  const std::uint64_t now = now_ms();
  const std::uint64_t next = std::max(next_event_ms_.value_or(now + longest_wait_ms), now);
  return std::chrono::milliseconds(std::min(next - now, longest_wait_ms));
}

Engine::Arrived Engine::gather() {
  Arrived arrived;
  more_waits_ = false;
  while (const auto event = commands_monitor_.next()) {
    if (*event == ConnectionMonitor::Event::disconnected) arrived.commands_lost = true;
  }
  while (const auto event = writer.monitor().next()) writer.connection_changed(*event);
  if (updates_) gather_updates(arrived);
  while (auto reply = receive(commands_)) {
    if (const char* address = zmq_msg_gets(reply->handle(), "Peer-Address"))
      peer_address_ = address;
    arrived.replies.push_back(*std::move(reply));
  }
  return arrived;
}

void Engine::gather_updates(Arrived& arrived) {
  while (const auto event = updates_monitor_->next()) arrived.updates_events.push_back(*event);
  std::size_t bytes = 0;
  while (arrived.updates.size() < turn_messages && bytes < turn_bytes) {
    zmq::message_t topic;
    if (!updates_->recv(topic, zmq::recv_flags::dontwait)) break;
    // The frames of one message arrive together: a message of another number of frames is none of
    // ours.
    zmq::message_t body;
    std::size_t frames = 1;
    for (bool more = topic.more(); more; more = body.more()) {
      (void)updates_->recv(body, zmq::recv_flags::dontwait);
      ++frames;
    }
    if (frames != 2) continue;
    bytes += body.size();
    arrived.updates.emplace_back(std::move(topic), std::move(body));
  }
  more_waits_ = arrived.updates.size() >= turn_messages || bytes >= turn_bytes;
}

Engine::Todo Engine::apply(Arrived& arrived) {
  Todo todo;
  std::scoped_lock lock(client_.apply_mutex);
  replica::ClientCore& core = client_.core;
  const std::uint64_t now = now_ms();
  if (arrived.commands_lost) core.commands_disconnected(now);
  for (const ConnectionMonitor::Event event : arrived.updates_events) {
    if (event == ConnectionMonitor::Event::connected) {
      core.updates_connected(now);
    } else {
      core.updates_disconnected(now);
    }
  }
  for (const auto& [topic, body] : arrived.updates) core.update(view(topic), view(body), now);
  for (const zmq::message_t& reply : arrived.replies) core.reply(view(reply), now);
  if (!arrived.updates.empty() || !arrived.replies.empty()) client_.heard();
  core.advance(now);
  client_.watch_connection(core.heard(now));

  todo.subscriptions = core.take_subscriptions();
  if (core.updates_endpoint() != connected_to_) {
    if (connected_to_) core.updates_disconnected(now);
    todo.updates_endpoint = core.updates_endpoint();
    todo.topics = core.all_topics();
    (void)core.take_subscriptions();  // they are among all topics
  }
  if (auto request = core.next_request(now)) request_ = std::move(request);
  todo.session_events = client_.take_session_events();
  todo.settled = client_.take_settled(std::chrono::steady_clock::now());
  next_event_ms_ = core.next_event_ms();
  return todo;
}

void Engine::carry_out(Todo& todo) {
  if (todo.updates_endpoint) {
    connect_updates(todo);
  } else if (updates_) {
    for (const auto& change : todo.subscriptions) {
      if (change.subscribe) {
        updates_->set(zmq::sockopt::subscribe, change.topic);
      } else {
        updates_->set(zmq::sockopt::unsubscribe, change.topic);
      }
    }
  }
  send_request();
  for (const SessionEvent& event : todo.session_events) {
    if (event.started) {
      writer.session_started(event.session, event.follows_lost, event.retry_ms);
    } else {
      writer.session_ended();
    }
  }
  if (const auto next = writer.serve())
    next_event_ms_ = std::min(*next, next_event_ms_.value_or(*next));
  for (Settled& settled : todo.settled) fulfil(settled.promise, settled.write);
}

void Engine::connect_updates(const Todo& todo) {
  updates_monitor_.reset();
  updates_.reset();
  updates_.emplace(make_updates_socket(*context_));
  updates_monitor_.emplace(*context_, *updates_,
                           "updates-monitor-" + std::to_string(++monitors_made_));
  for (const std::string& topic : todo.topics) updates_->set(zmq::sockopt::subscribe, topic);
  const auto& told = *todo.updates_endpoint;
  connected_to_ = told;
  const std::string endpoint =
      told.endpoint.empty()
          ? updates_endpoint(client_.endpoint, peer_address_, static_cast<unsigned>(told.port))
          : told.endpoint;
  try {
    updates_->connect(endpoint);
  } catch (const zmq::error_t& error) {
    std::scoped_lock lock(client_.apply_mutex);
    client_.refused({wire::Status::malformed,
                     "the broker tells '" + endpoint + "' as its updates endpoint: " + error.what(),
                     {}});
  }
}

void Engine::send_request() {
  if (request_ && send(commands_, *request_)) request_.reset();
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
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(goodbye_until_.load() -
                                                                 std::chrono::steady_clock::now());
  poll(&item, 1, std::max(left, std::chrono::milliseconds(0)));
}

}  // namespace bulletin::client
