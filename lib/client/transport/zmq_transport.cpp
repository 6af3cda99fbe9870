#include "client/transport/zmq_transport.hpp"

#include "client/transport/endpoint.hpp"
#include "wire/update.hpp"

namespace bulletin::client {
namespace {

/// What is taken from the updates socket by one wait: more quickly than it can arrive.
constexpr std::size_t gathered_bytes_bound = 1u << 20;
/// Updates that wait to be applied. What comes beyond is dropped: a hole, which is repaired.
constexpr std::size_t waiting_bytes_bound = 64u << 20;

using Kind = ConnectionEvent::Kind;

}  // namespace

ZmqTransport::Requests::Requests(zmq::context_t& context, const std::optional<Keys>& keys,
                                 Channel channel, const std::string& monitor_name)
    : channel(channel),
      socket(make_command_socket(context, keys)),
      monitor(context, socket, monitor_name),
      descriptor(socket.get(zmq::sockopt::fd)) {}

ZmqTransport::ZmqTransport(const std::string& endpoint, const std::optional<Keys>& keys)
    : keys_(keys),
      context_(make_context()),
      endpoint_(endpoint),
      commands_(*context_, keys, Channel::commands, "commands-monitor"),
      writes_(*context_, keys, Channel::writes, "writes-monitor") {
  for (Requests* each : {&commands_, &writes_}) {
    each->socket.connect(endpoint);
    poller_.watch(each->descriptor);
    poller_.watch(each->monitor.descriptor());
  }
  poller_.watch(waker_.descriptor());
}

// --- waiting ---

bool ZmqTransport::is_ready() {
  const bool commands = ask(commands_);
  const bool writes = ask(writes_);
  return commands || writes || updates_ready_ || !waiting_.empty() || !events_.empty();
}

// What the descriptor would not tell: a call since the last time may have taken its signal.
bool ZmqTransport::ask(Requests& requests) {
  if (std::exchange(requests.used, false) && (requests.awaits_answer || requests.blocked)) {
    const short events =
        static_cast<short>(requests.blocked ? ZMQ_POLLIN | ZMQ_POLLOUT : ZMQ_POLLIN);
    requests.ready = has_events(requests.socket, events) || requests.ready;
  }
  return requests.ready;
}

bool ZmqTransport::wait(std::chrono::milliseconds time) {
  const Poller::Ready ready = poller_.wait(is_ready() ? std::chrono::milliseconds(0) : time);
  note(commands_, ready);
  note(writes_, ready);
  if (updates_monitor_ && ready.has(updates_monitor_->descriptor())) {
    while (const auto event = updates_monitor_->next()) {
      if (*event == ConnectionMonitor::Event::connected)
        events_.push_back({Channel::updates, Kind::connected});
      if (*event == ConnectionMonitor::Event::disconnected)
        events_.push_back({Channel::updates, Kind::lost});
    }
  }
  if (updates_ready_ || (updates_descriptor_ >= 0 && ready.has(updates_descriptor_))) gather();
  const bool woken = ready.has(waker_.descriptor());
  if (woken) waker_.clear();
  return woken;
}

void ZmqTransport::note(Requests& requests, const Poller::Ready& ready) {
  if (ready.has(requests.descriptor)) requests.ready = true;
  take_events(requests, ready.has(requests.monitor.descriptor()));
}

void ZmqTransport::take_events(Requests& requests, bool told) {
  ConnectionMonitor& monitor = requests.monitor;
  const auto happened = [&](Kind kind) { events_.push_back({requests.channel, kind}); };
  bool lost = false;
  if (told) {
    while (const auto event = monitor.next()) {
      switch (*event) {
        case ConnectionMonitor::Event::connected: happened(Kind::connected); break;
        case ConnectionMonitor::Event::failed: happened(Kind::failed); break;
        case ConnectionMonitor::Event::disconnected: happened(Kind::lost); lost = true;
      }
    }
    if (monitor.take_failed_handshake()) happened(Kind::handshake_failed);
  }
  if (monitor.take_abandoned()) {
    happened(Kind::lost);
    happened(Kind::handshake_failed);
    connect_anew(requests.socket, endpoint_, endpoint_);
    lost = true;
  }
  if (!lost) return;
  leave_lost_connection(requests.socket);
  requests.ready = true;
}

// --- what has arrived ---

std::optional<ConnectionEvent> ZmqTransport::next_event() {
  if (events_.empty()) return std::nullopt;
  const ConnectionEvent event = events_.front();
  events_.pop_front();
  return event;
}

std::optional<std::string_view> ZmqTransport::next_answer(Channel channel) {
  Requests& from = requests(channel);
  if (!std::exchange(from.ready, false)) return std::nullopt;
  from.used = true;
  from.blocked = false;  // or the next `send` finds it so again
  if (!from.awaits_answer) {
    (void)has_events(from.socket, 0);  // takes the signal, whatever it was for
    return std::nullopt;
  }
  auto answer = receive(from.socket);
  if (!answer) return std::nullopt;
  from.answer = *std::move(answer);
  from.awaits_answer = false;
  if (channel == Channel::commands) {
    if (const char* address = zmq_msg_gets(from.answer.handle(), "Peer-Address"))
      peer_address_ = address;
  }
  return view(from.answer);
}

std::optional<Transport::Update> ZmqTransport::next_update() {
  if (waiting_.empty()) return std::nullopt;
  update_ = std::move(waiting_.front());
  waiting_.pop_front();
  waiting_bytes_ -= update_.second.size();
  return Update{view(update_.first), view(update_.second)};
}

// The frames of one message arrive together: a message of another number of frames is none of ours.
void ZmqTransport::gather() {
  std::size_t taken = 0;
  while (taken < gathered_bytes_bound) {
    zmq::message_t topic;
    updates_ready_ = receive_frame(*updates_, topic);
    if (!updates_ready_) return;
    zmq::message_t body;
    std::size_t frames = 1;
    for (bool more = topic.more(); more; more = body.more()) {
      if (!receive_frame(*updates_, body)) break;
      ++frames;
    }
    taken += topic.size() + body.size();
    if (frames != 2) continue;
    if (waiting_bytes_ > waiting_bytes_bound && !wire::is_nonce(view(topic))) continue;
    waiting_bytes_ += body.size();
    waiting_.emplace_back(std::move(topic), std::move(body));
  }
}

// --- sending ---

bool ZmqTransport::send(Channel channel, std::string_view request) {
  Requests& to = requests(channel);
  to.used = true;
  to.blocked = !client::send(to.socket, request);
  if (to.blocked) return false;
  to.awaits_answer = true;
  if (channel == Channel::commands) (void)is_receiving();  // from here on
  return true;
}

// --- where ---

void ZmqTransport::connect(const std::string& endpoint) {
  connect(commands_, endpoint);
  connect(writes_, endpoint);
  endpoint_ = endpoint;
  peer_address_.clear();
}

void ZmqTransport::connect(Requests& requests, const std::string& endpoint) {
  connect_anew(requests.socket, endpoint_, endpoint);
  requests.used = true;
}

void ZmqTransport::open_updates(const std::vector<std::string>& topics) {
  close_updates();
  try {
    updates_.emplace(make_updates_socket(*context_, keys_));
    updates_monitor_.emplace(*context_, *updates_,
                             "updates-monitor-" + std::to_string(++monitors_made_));
    for (const std::string& topic : topics) updates_->set(zmq::sockopt::subscribe, topic);
    poller_.watch(updates_monitor_->descriptor());
    const int descriptor = updates_->get(zmq::sockopt::fd);
    poller_.watch(descriptor);
    updates_descriptor_ = descriptor;
  } catch (...) {
    close_updates();
    throw;
  }
}

void ZmqTransport::connect_updates(const std::string& endpoint) {
  check_updates_endpoint(endpoint);
  updates_->connect(endpoint);
  updates_ready_ = true;  // see what it left
}

void ZmqTransport::close_updates() {
  if (updates_descriptor_ >= 0) poller_.forget(updates_descriptor_);
  if (updates_monitor_) poller_.forget(updates_monitor_->descriptor());
  updates_descriptor_ = -1;
  updates_monitor_.reset();
  updates_.reset();
  updates_ready_ = false;
  waiting_.clear();
  waiting_bytes_ = 0;
  std::erase_if(events_, [](const auto& event) { return event.channel == Channel::updates; });
}

void ZmqTransport::subscribe(const std::vector<replica::SubscriptionChange>& changes) {
  if (changes.empty() || !updates_) return;
  for (const auto& [subscribe, topic] : changes) {
    if (subscribe) {
      updates_->set(zmq::sockopt::subscribe, topic);
    } else {
      updates_->set(zmq::sockopt::unsubscribe, topic);
    }
  }
  updates_ready_ = true;
}

}  // namespace bulletin::client
