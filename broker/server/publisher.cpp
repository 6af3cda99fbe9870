#include "server/publisher.hpp"

#include <cstring>
#include <utility>

#include "server/message.hpp"
#include "wire/update.hpp"

namespace bulletin::server {
namespace {

/// As wire::topic_of, without a string on the way.
zmq::message_t topic_frame(std::string_view space) {
  zmq::message_t topic(space.size() + 1);
  std::memcpy(topic.data(), space.data(), space.size());
  static_cast<char*>(topic.data())[space.size()] = '\0';
  return topic;
}

}  // namespace

void Publisher::publish(std::span<const authority::Publication> publications,
                        const wire::Epoch& epoch) {
  for (const authority::Publication& publication : publications) {
    send(topic_frame(publication.space), wire::encode(wire::CommitsUpdate{epoch, publication.run}));
  }
}

void Publisher::beat(std::string_view space, const wire::NamespaceStatus& status) {
  send(topic_frame(space),
       wire::encode(wire::Beat{status.epoch, status.revision, status.count, status.digest}));
}

void Publisher::answer_nonce(const std::string& topic, const wire::Epoch& epoch) {
  send(zmq::message_t(topic.data(), topic.size()), wire::encode(wire::Beat{epoch, 0, 0, 0}));
}

void Publisher::send(zmq::message_t&& topic, std::string&& body) {
  ++counters_.updates;
  counters_.bytes += topic.size() + body.size();
  zmq::message_t frame = to_message(std::move(body));
  if (server::send(updates_, topic, true)) server::send(updates_, frame, false);
}

}  // namespace bulletin::server
