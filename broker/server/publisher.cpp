#include "server/publisher.hpp"

#include <cstring>
#include <utility>

#include "server/message.hpp"
#include "wire/limits.hpp"
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

Publisher::Publisher(Channels& channels, const Boards& boards, std::size_t most_held,
                     Counters& counters)
    : channels_(channels),
      boards_(boards),
      most_held_(most_held),
      counters_(counters),
      held_(make_byte_count()) {}

void Publisher::publish(std::span<const authority::Publication> publications,
                        const wire::Epoch& epoch) {
  for (const authority::Publication& publication : publications) {
    std::string body = wire::encode(wire::CommitsUpdate{epoch, publication.run});
    if (body.size() <= wire::update_bytes) {
      send(publication.space, to_message(std::move(body)));
    } else if (bytes_in(held_) + body.size() <= most_held_) {
      send(publication.space, to_counted_message(std::move(body), held_));
    } else {
      ++counters_.withheld;
      beat(publication.space);
    }
  }
}

void Publisher::beat(std::string_view space) {
  const wire::NamespaceStatus status = boards_.status(space);
  send(space, to_message(wire::encode(
                  wire::Beat{status.epoch, status.revision, status.count, status.digest})));
}

void Publisher::answer_nonces(Channel& channel, const wire::Epoch& epoch) {
  for (const std::string& topic : channel.news().nonces) {
    send(channel, zmq::message_t(topic.data(), topic.size()),
         to_message(wire::encode(wire::Beat{epoch, 0, 0, 0})));
  }
}

/// The body is copied only where there is more than one channel; large ones share their bytes.
void Publisher::send(std::string_view space, zmq::message_t&& body) {
  Channel* last = nullptr;
  for (const std::unique_ptr<Channel>& channel : channels_) {
    if (!channel->may_read(space)) continue;
    if (last != nullptr) {
      zmq::message_t copy;
      copy.copy(body);
      send(*last, topic_frame(space), std::move(copy));
    }
    last = channel.get();
  }
  if (last != nullptr) send(*last, topic_frame(space), std::move(body));
}

void Publisher::send(Channel& channel, zmq::message_t&& topic, zmq::message_t&& body) {
  ++counters_.updates;
  counters_.bytes += topic.size() + body.size();
  channel.send(std::move(topic), std::move(body));
}

}  // namespace bulletin::server
