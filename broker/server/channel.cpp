#include "server/channel.hpp"

#include <chrono>
#include <thread>

#include "server/message.hpp"

namespace bulletin::server {
namespace {

/// After so many updates readers' reports of what they took are looked at.
constexpr unsigned report_interval = 128;

}  // namespace

Channel::Channel(std::uint64_t audience, Rights rights, Line line, Counters& counters)
    : audience_(audience),
      rights_(std::move(rights)),
      line_(std::move(line)),
      counters_(counters),
      budget_(std::chrono::steady_clock::now()) {}

void Channel::close() {
  line_.door.reset();
  line_.socket.set(zmq::sockopt::linger, 0);
  line_.socket.close();
}

void Channel::replace(Line line) {
  line_ = std::move(line);
  book_.clear();
  news_.clear();
}

void Channel::read() {
  news_.clear();
  read_subscriptions(line_.socket, book_, news_);
}

void Channel::send(zmq::message_t&& topic, zmq::message_t&& body) {
  if (++since_report_ >= report_interval) let_readers_report();
  if (try_topic(topic) || wait_for_room(topic)) {
    // Room for a topic is room for its body: ZeroMQ counts both as one message.
    server::send(line_.socket, body, false);
    return;
  }
  ++counters_.missed;
  line_.socket.set(zmq::sockopt::xpub_nodrop, false);
  if (try_topic(topic)) server::send(line_.socket, body, false);
  line_.socket.set(zmq::sockopt::xpub_nodrop, true);
}

/// False when a reader has no room.
bool Channel::try_topic(zmq::message_t& topic) { return server::send(line_.socket, topic, true); }

bool Channel::wait_for_room(zmq::message_t& topic) {
  using Time = WaitBudget::Time;
  const Time begin = std::chrono::steady_clock::now();
  const Time end = begin + budget_.allowance(begin);
  bool sent = false;
  Time now = begin;
  do {
    let_readers_report();
    sent = try_topic(topic);
    if (!sent) std::this_thread::yield();
    now = std::chrono::steady_clock::now();
  } while (!sent && now < end);
  budget_.spend(now - begin);
  return sent;
}

/// ZeroMQ learns what readers took, and who has come or gone, only when it looks.
void Channel::let_readers_report() {
  since_report_ = 0;
  static_cast<void>(line_.socket.get(zmq::sockopt::events));
}

}  // namespace bulletin::server
