#include "server/publisher.hpp"

#include "wire/update.hpp"

namespace bulletin::server {

void Publisher::publish(std::span<const authority::Publication> publications,
                        const wire::Epoch& epoch) {
  for (const authority::Publication& publication : publications) {
    const std::string topic = wire::topic_of(publication.space);
    network_.publish(topic, wire::encode(wire::CommitsUpdate{epoch, publication.run}));
  }
}

void Publisher::beat(std::string_view space) {
  const wire::NamespaceStatus status = queries_.status(space);
  network_.publish(wire::topic_of(space), wire::encode(wire::Beat{status.epoch, status.revision,
                                                                  status.count, status.digest}));
}

void Publisher::answer_nonces(const wire::Epoch& epoch) {
  if (network_.nonces().empty()) return;
  const std::string body = wire::encode(wire::Beat{epoch, 0, 0, 0});
  for (const Network::Nonce& nonce : network_.nonces()) network_.answer(nonce, body);
}

}  // namespace bulletin::server
