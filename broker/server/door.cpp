#include "server/door.hpp"

#include <linux/filter.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <functional>
#include <optional>
#include <string>

#include "server/local_address.hpp"
#include "server/message.hpp"

namespace bulletin::server {
namespace {

std::string next_address() {
  static std::atomic<unsigned> number = 0;
  return "inproc://door-" + std::to_string(++number);
}

bool is_unix(int descriptor) {
  int domain = 0;
  socklen_t size = sizeof domain;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

/// Connections that come and go are work, too, however few there are of them: as many a second as
/// may be unproven, and so many times as many at once.
constexpr double burst = 4;

/// What is left of a bound when the door opens again, so that it does not swing.
constexpr std::size_t with_room(std::size_t bound) { return bound - bound / 8; }

}  // namespace

Door::Door(zmq::context_t& context, zmq::socket_t& socket, const Bounds& bounds)
    : socket_(socket),
      bounds_(bounds),
      events_(context, zmq::socket_type::pair),
      allowed_(burst * static_cast<double>(bounds.unproven)) {
  const std::string address = next_address();
  constexpr int wanted = ZMQ_EVENT_LISTENING | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED |
                         ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
  const int made = uninterrupted_result(
      [&] { return zmq_socket_monitor(socket.handle(), address.c_str(), wanted); });
  if (made < 0) throw zmq::error_t();
  events_.set(zmq::sockopt::linger, 0);
  // A full queue would stop the thread that tells.
  events_.set(zmq::sockopt::rcvhwm, 0);
  events_.connect(address);
}

Door::~Door() { zmq_socket_monitor(socket_.handle(), nullptr, 0); }

bool Door::look(Time now) {
  read_events(now);
  age(now);
  if (closed_) {
    if (has_room(true)) open();
    return false;
  }
  if (has_room(false)) return false;
  return is_unix(listener_) ? turn_away() : close();
}

/// Those that came last, until the others are not too many.
bool Door::turn_away() {
  std::map<std::uint64_t, std::int32_t, std::greater<>> last_first;
  for (const auto& [descriptor, ticket] : connections_) last_first.emplace(ticket, descriptor);
  bool some = false;
  for (const auto& [ticket, descriptor] : last_first) {
    if (connections() < bounds_.connections && unproven() < bounds_.unproven) break;
    some = (is_ours(descriptor) && ::shutdown(descriptor, SHUT_RDWR) == 0) || some;
    forget(descriptor);
  }
  return some;
}

bool Door::end(int descriptor, Time now) {
  read_events(now);  // who has gone
  return is_ours(descriptor) && ::shutdown(descriptor, SHUT_RDWR) == 0;
}

/// A descriptor whose connection has ended this very moment may be another's, even the program's in
/// which the broker is embedded: but not with our port or path.
bool Door::is_ours(int descriptor) const {
  if (!connections_.contains(descriptor)) return false;
  const std::optional<std::string> ours = local_address(listener_);
  return ours && local_address(descriptor) == ours;
}

void Door::read_events(Time now) {
  zmq::message_t event;
  zmq::message_t address;
  while (receive(events_, event) && event.more() && receive(events_, address)) {
    std::uint16_t kind = 0;
    std::int32_t value = 0;
    if (event.size() != sizeof kind + sizeof value) continue;
    std::memcpy(&kind, event.data(), sizeof kind);
    std::memcpy(&value, event.data<char>() + sizeof kind, sizeof value);
    take(kind, value, now);
  }
}

/// `much`: so much that it does not swing.
bool Door::has_room(bool much) const {
  const std::size_t connections = much ? with_room(bounds_.connections) : bounds_.connections - 1;
  const std::size_t unproven = much ? with_room(bounds_.unproven) : bounds_.unproven - 1;
  const double coming = much ? static_cast<double>(bounds_.unproven) / 8 : 0;
  return !held_ && this->connections() <= connections && this->unproven() <= unproven &&
         allowed_ >= coming;
}

void Door::take(std::uint16_t event, std::int32_t descriptor, Time now) {
  if (event == ZMQ_EVENT_LISTENING) {
    listener_ = descriptor;
  } else if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
    proven_ = std::min(proven_ + 1, young_.size());
  } else {
    forget(descriptor);  // also one whose end was not told, and whose number is another's now
    if (event == ZMQ_EVENT_ACCEPTED) {
      allowed_ -= 1;
      connections_.emplace(descriptor, ++tickets_);
      young_.emplace(tickets_, now);
    }
  }
}

void Door::forget(std::int32_t descriptor) {
  const auto found = connections_.find(descriptor);
  if (found == connections_.end()) return;
  young_.erase(found->second);
  connections_.erase(found);
  proven_ = std::min(proven_, young_.size());
}

/// Who is still there after the time of a handshake has done it.
void Door::age(Time now) {
  const auto unproven = static_cast<double>(bounds_.unproven);
  if (allowed_at_ != Time()) {
    const std::chrono::duration<double> passed = now - allowed_at_;
    allowed_ = std::min(allowed_ + passed.count() * unproven, burst * unproven);
  }
  allowed_at_ = now;
  while (!young_.empty() && young_.begin()->second + handshake_time <= now) {
    young_.erase(young_.begin());
    proven_ -= std::min<std::size_t>(proven_, 1);
  }
}

/// False where the kernel has no such filter.
bool Door::close() {
  sock_filter drop_all = BPF_STMT(BPF_RET | BPF_K, 0);
  const sock_fprog program{1, &drop_all};
  closed_ = listener_ >= 0 &&
            ::setsockopt(listener_, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
  return closed_;
}

void Door::open() {
  const int unused = 0;
  closed_ = ::setsockopt(listener_, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused) != 0;
}

}  // namespace bulletin::server
