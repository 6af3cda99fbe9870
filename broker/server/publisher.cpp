#include "server/publisher.hpp"

#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include "server/message.hpp"
#include "wire/limits.hpp"
#include "wire/update.hpp"

namespace bulletin::server {
namespace {

/// After so many updates readers' reports of what they took are looked at.
constexpr unsigned report_interval = 128;

/// As wire::topic_of, without a string on the way.
zmq::message_t topic_frame(std::string_view space) {
  zmq::message_t topic(space.size() + 1);
  std::memcpy(topic.data(), space.data(), space.size());
  static_cast<char*>(topic.data())[space.size()] = '\0';
  return topic;
}

}  // namespace

Publisher::Publisher(zmq::socket_t& updates, const Boards& boards, std::size_t most_held,
                     Counters& counters)
    : updates_(updates),
      boards_(boards),
      most_held_(most_held),
      counters_(counters),
      budget_(std::chrono::steady_clock::now()),
      held_(make_byte_count()) {}

void Publisher::publish(std::span<const authority::Publication> publications,
                        const wire::Epoch& epoch) {
  for (const authority::Publication& publication : publications) {
    std::string body = wire::encode(wire::CommitsUpdate{epoch, publication.run});
    if (body.size() <= wire::update_bytes) {
      send(topic_frame(publication.space), to_message(std::move(body)));
    } else if (bytes_in(held_) + body.size() <= most_held_) {
      send(topic_frame(publication.space), to_counted_message(std::move(body), held_));
    } else {
      ++counters_.withheld;
      beat(publication.space);
    }
  }
}

void Publisher::beat(std::string_view space) {
  const wire::NamespaceStatus status = boards_.status(space);
  send(topic_frame(space), to_message(wire::encode(wire::Beat{status.epoch, status.revision,
                                                              status.count, status.digest})));
}

void Publisher::answer_nonce(const std::string& topic, const wire::Epoch& epoch) {
  send(zmq::message_t(topic.data(), topic.size()),
       to_message(wire::encode(wire::Beat{epoch, 0, 0, 0})));
}

void Publisher::send(zmq::message_t&& topic, zmq::message_t&& body) {
  ++counters_.updates;
  counters_.bytes += topic.size() + body.size();
  if (++since_report_ >= report_interval) let_readers_report();
  if (try_topic(topic) || wait_for_room(topic)) {
    // Room for a topic is room for its body: ZeroMQ counts both as one message.
    server::send(updates_, body, false);
    return;
  }
  ++counters_.missed;
  updates_.set(zmq::sockopt::xpub_nodrop, false);
  if (try_topic(topic)) server::send(updates_, body, false);
  updates_.set(zmq::sockopt::xpub_nodrop, true);
}

/// False when a reader has no room.
bool Publisher::try_topic(zmq::message_t& topic) { return server::send(updates_, topic, true); }

bool Publisher::wait_for_room(zmq::message_t& topic) {
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
void Publisher::let_readers_report() {
  since_report_ = 0;
  static_cast<void>(updates_.get(zmq::sockopt::events));
}

}  // namespace bulletin::server
