#include "support/raw_client.hpp"

#include <stdexcept>
#include <utility>

#include "client/transport/socket.hpp"
#include "wire/limits.hpp"
#include "wire/value_codec.hpp"

namespace bulletin::test {
namespace {

std::string text(const zmq::message_t& frame) {
  return {static_cast<const char*>(frame.data()), frame.size()};
}

int milliseconds(std::chrono::milliseconds time) { return static_cast<int>(time.count()); }

}  // namespace

RawClient::RawClient(const std::string& endpoint, Context context,
                     const std::optional<client::Keys>& keys)
    : context_(std::move(context)), socket_(*context_, zmq::socket_type::req) {
  socket_.set(zmq::sockopt::linger, 0);
  socket_.set(zmq::sockopt::req_relaxed, 1);
  socket_.set(zmq::sockopt::req_correlate, 1);
  socket_.set(zmq::sockopt::rcvtimeo, milliseconds(patience));
  client::set_keys(socket_, keys);
  socket_.connect(endpoint);
}

void RawClient::send(std::string_view request) {
  client::uninterrupted([&] { socket_.send(zmq::buffer(request), zmq::send_flags::none); });
}

std::string RawClient::receive() {
  zmq::message_t reply;
  if (!client::uninterrupted([&] { return socket_.recv(reply); }))
    throw std::runtime_error("no answer in time");
  return text(reply);
}

std::string RawClient::ask(std::string_view request) {
  send(request);
  return receive();
}

wire::Welcome RawClient::hello(std::string_view name) {
  wire::Hello hello;
  hello.client_name = name;
  const wire::Welcome welcome = wire::decode_welcome(ask(wire::encode(hello)));
  session_ = welcome.session;
  number_ = 0;
  return welcome;
}

std::string RawClient::next_write(std::string_view space, const Transaction& transaction,
                                  std::uint64_t known) {
  const std::string bytes = transaction.encoded();
  return wire::encode(wire::Write{session_, 0, ++number_, {{space, known, bytes}}});
}

wire::Outcome RawClient::write(std::string_view space, const Transaction& transaction) {
  const std::string reply = ask(next_write(space, transaction));
  return wire::decode_write_reply(reply).outcomes.at(0);
}

std::optional<Value> RawClient::read(std::string_view space, std::string_view name) {
  const std::string reply = ask(wire::encode(wire::Read{space, {name}}));
  const std::string_view value = wire::decode_read_reply(reply).attributes.at(0).value;
  if (value.empty()) return std::nullopt;
  return wire::decode_value(value);
}

wire::NamespaceStatus RawClient::status(std::string_view space) {
  return wire::decode_status_reply(ask(wire::encode(wire::StatusRequest{{space}})))
      .namespaces.at(0);
}

void RawClient::keep_alive() { wire::decode_done(ask(wire::encode(wire::Keepalive{session_}))); }

void RawClient::say_goodbye() { wire::decode_done(ask(wire::encode(wire::Goodbye{session_}))); }

const wire::Beat* RawUpdate::beat() {
  update_ = decoded();
  return std::get_if<wire::Beat>(&update_);
}

const wire::CommitsUpdate* RawUpdate::commits() {
  update_ = decoded();
  return std::get_if<wire::CommitsUpdate>(&update_);
}

RawReader::RawReader(const std::string& updates_endpoint, Context context,
                     const std::optional<client::Keys>& keys)
    : context_(std::move(context)), socket_(*context_, zmq::socket_type::sub) {
  socket_.set(zmq::sockopt::linger, 0);
  socket_.set(zmq::sockopt::sndhwm, 0);
  socket_.set(zmq::sockopt::rcvhwm, 0);
  client::set_keys(socket_, keys);
  socket_.connect(updates_endpoint);
}

void RawReader::subscribe(std::string_view topic) { socket_.set(zmq::sockopt::subscribe, topic); }

void RawReader::unsubscribe(std::string_view topic) {
  socket_.set(zmq::sockopt::unsubscribe, topic);
}

std::optional<RawUpdate> RawReader::next(std::chrono::milliseconds deadline) {
  socket_.set(zmq::sockopt::rcvtimeo, milliseconds(deadline));
  zmq::message_t topic;
  if (!socket_.recv(topic)) return std::nullopt;
  zmq::message_t body;
  if (!topic.more() || !socket_.recv(body) || body.more())
    throw std::runtime_error("an update is two frames");
  RawUpdate update;
  update.topic = text(topic);
  update.body = text(body);
  return update;
}

RawUpdate RawReader::await_commits(std::string_view topic) { return await_kind(topic, false); }

RawUpdate RawReader::await_beat(std::string_view topic) { return await_kind(topic, true); }

RawUpdate RawReader::await_kind(std::string_view topic, bool beat) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    std::optional<RawUpdate> update = next();
    if (update && update->topic == topic && (update->beat() != nullptr) == beat)
      return *std::move(update);
  }
  throw std::runtime_error("no such update in time");
}

wire::Epoch RawReader::follow(std::string_view space) {
  subscribe(wire::topic_of(space));
  std::string nonce(wire::nonce_bytes, '\0');
  nonce[0] = static_cast<char>(wire::nonce_mark);
  nonce.replace(1, 8, std::to_string(10'000'000 + ++nonces_).substr(0, 8));
  subscribe(nonce);
  RawUpdate proof = await_beat(nonce);
  unsubscribe(nonce);
  return proof.beat()->epoch;
}

RawSnapshot take_snapshot(RawClient& client, std::string_view space) {
  RawSnapshot snapshot;
  std::string last;
  for (bool more = true; more; ++snapshot.parts) {
    const std::string bytes = client.ask(wire::encode(wire::SnapshotRequest{space, last}));
    const wire::SnapshotReply part = wire::decode_snapshot_reply(bytes);
    for (const wire::AttributeState& attribute : part.attributes) {
      snapshot.attributes.emplace(
          attribute.name, std::pair(wire::decode_value(attribute.value), attribute.revision));
      last = attribute.name;
    }
    snapshot.epoch = part.epoch;
    snapshot.revision = part.revision;
    more = part.more;
  }
  return snapshot;
}

}  // namespace bulletin::test
