#include "client/transport/command_connection.hpp"

#include <algorithm>
#include <utility>

#include <zmq.hpp>

#include <bulletin/error.hpp>

#include "client/system/clock.hpp"
#include "client/transport/diagnosis.hpp"
#include "client/transport/endpoint.hpp"
#include "client/transport/endpoint_ring.hpp"
#include "client/transport/sockets.hpp"

namespace bulletin::client {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_patience{500};
constexpr milliseconds longest_patience{8000};
/// How long one of several endpoints may take to be connected to.
constexpr milliseconds patience_of_one{1000};

}  // namespace

class CommandConnection::Implementation {
 public:
  Implementation(std::string_view endpoint, const std::optional<Keys>& keys, milliseconds timeout)
      : endpoint_(choose_endpoint(endpoint)),
        keys_(keys),
        ring_(endpoint_),
        timeout_(timeout),
        socket_(make_command_socket(*context_, keys)),
        monitor_(*context_, socket_, "command-monitor") {
    socket_.connect(ring_.current());
  }

  std::string ask(std::string_view request, milliseconds timeout);

  const std::string& endpoint() const noexcept { return ring_.current(); }
  milliseconds timeout() const noexcept { return timeout_; }
  std::size_t transmissions() const noexcept { return transmissions_; }

 private:
  /// Sends the request if it is time to.
  void transmit(std::string_view request);
  void wait(SteadyTime deadline);
  void see(ConnectionMonitor::Event event);
  void move_on(bool (EndpointRing::*next)());
  [[noreturn]] void throw_unanswered(milliseconds timeout) const;

  const std::string endpoint_;
  const std::optional<Keys> keys_;
  EndpointRing ring_;
  const milliseconds timeout_;
  const std::unique_ptr<zmq::context_t> context_ = make_context();
  Socket socket_;
  ConnectionMonitor monitor_;

  // Of the request under way.
  std::size_t transmissions_ = 0;
  bool blocked_ = false;  // there is no connection to take it
  SteadyTime blocked_since_;
  SteadyTime retry_at_;      // when to send it again
  milliseconds patience_{};  // doubles with every transmission
};

std::string CommandConnection::Implementation::ask(std::string_view request, milliseconds timeout) {
  const SteadyTime deadline = deadline_after(timeout);
  transmissions_ = 0;
  patience_ = first_patience;
  retry_at_ = SteadyTime::min();
  for (;;) {
    transmit(request);
    wait(deadline);
    while (const auto event = monitor_.next()) {
      see(*event);
    }
    if (monitor_.take_abandoned()) {
      see(ConnectionMonitor::Event::disconnected);
      connect_anew(socket_, ring_.current(), ring_.current());
    }
    if (const auto reply = receive(socket_)) return std::string(view(*reply));
    if (std::chrono::steady_clock::now() >= deadline) throw_unanswered(timeout);
  }
}

void CommandConnection::Implementation::see(ConnectionMonitor::Event event) {
  switch (event) {
    case ConnectionMonitor::Event::connected: ring_.works(); break;
    case ConnectionMonitor::Event::failed: move_on(&EndpointRing::next_at_once); break;
    case ConnectionMonitor::Event::disconnected:
      leave_lost_connection(socket_);
      retry_at_ = SteadyTime::min();
      break;
  }
}

void CommandConnection::Implementation::transmit(std::string_view request) {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now < retry_at_) return;
  if (transmissions_ != 0 && retry_at_ != SteadyTime::min() && monitor_.is_receiving()) {
    retry_at_ = now + first_patience;
    return;
  }
  const bool was_blocked = std::exchange(blocked_, !send(socket_, request));
  if (blocked_) {
    if (!was_blocked) blocked_since_ = now;
    if (now >= blocked_since_ + patience_of_one) move_on(&EndpointRing::next);
    return;
  }
  ++transmissions_;
  (void)monitor_.is_receiving();  // from here on
  retry_at_ = now + patience_;
  patience_ = std::min(patience_ * 2, longest_patience);
}

/// `next`: how, if there is another.
void CommandConnection::Implementation::move_on(bool (EndpointRing::*next)()) {
  blocked_since_ = std::chrono::steady_clock::now();
  const std::string left = ring_.current();
  if (!(ring_.*next)()) return;
  connect_anew(socket_, left, ring_.current());
}

void CommandConnection::Implementation::wait(SteadyTime deadline) {
  const SteadyTime moves_on = blocked_since_ + patience_of_one;
  const SteadyTime latest = std::min(deadline, blocked_ ? moves_on : retry_at_);
  const short events = static_cast<short>(blocked_ ? ZMQ_POLLIN | ZMQ_POLLOUT : ZMQ_POLLIN);
  zmq::pollitem_t items[] = {{socket_.handle(), 0, events, 0},
                             {monitor_.socket().handle(), 0, ZMQ_POLLIN, 0}};
  poll(items, 2, time_until(latest));
}

void CommandConnection::Implementation::throw_unanswered(milliseconds timeout) const {
  const std::string waited = " within " + std::to_string(timeout.count()) + " ms";
  // What is not a broker may take a request, too.
  if (transmissions_ == 0 || !monitor_.connected()) {
    throw Error(Errc::disconnected, "no broker has answered at " + endpoint_ + waited + ": " +
                                        diagnose(endpoint_, keys_, monitor_.ends_at_once()));
  }
  throw Error(Errc::disconnected, "the broker at " + endpoint_ + " has not answered" + waited);
}

CommandConnection::CommandConnection(std::string_view endpoint, const std::optional<Keys>& keys,
                                     milliseconds timeout)
    : implementation_(std::make_unique<Implementation>(endpoint, keys, timeout)) {}

CommandConnection::~CommandConnection() = default;

std::string CommandConnection::ask(std::string_view request) {
  return implementation_->ask(request, implementation_->timeout());
}

std::string CommandConnection::ask(std::string_view request, milliseconds timeout) {
  return implementation_->ask(request, timeout);
}

std::size_t CommandConnection::transmissions() const noexcept {
  return implementation_->transmissions();
}

const std::string& CommandConnection::endpoint() const noexcept {
  return implementation_->endpoint();
}

}  // namespace bulletin::client
