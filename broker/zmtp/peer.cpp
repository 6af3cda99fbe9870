#include "zmtp/peer.hpp"

#include <algorithm>
#include <utility>

#include "zmtp/protocol_error.hpp"
#include "zmtp/zmtp_command.hpp"

namespace bulletin::zmtp {
namespace {

constexpr std::size_t greeting_bytes = 64;
constexpr std::size_t signature_bytes = 10;
constexpr std::size_t version_at = 10;
constexpr std::size_t minor_version_at = 11;
constexpr std::size_t mechanism_at = 12;
constexpr std::size_t mechanism_bytes = 20;
constexpr std::size_t as_server_at = 32;
constexpr std::string_view null_mechanism = "NULL";
constexpr std::string_view curve_mechanism = "CURVE";

constexpr std::string_view subscribe_command = "SUBSCRIBE";
constexpr std::string_view cancel_command = "CANCEL";
constexpr std::size_t ping_ttl_bytes = 2;
constexpr std::size_t ping_context_bytes = 16;

// Costs. Each step of the handshake with keys multiplies three times on the curve.
constexpr unsigned cost_of_frame = 1;
constexpr unsigned cost_of_ping = 8;
constexpr unsigned cost_of_box = 16;
constexpr std::size_t box_bytes_of_cost = 64;
constexpr unsigned cost_of_handshake = 800;

/// A subscription as a message: a byte, and the topic.
constexpr char subscribe_byte = 1;
constexpr char cancel_byte = 0;

std::string_view mechanism_of(const KeyPair* keys) {
  return keys == nullptr ? null_mechanism : curve_mechanism;
}

Peer::Kind kind_of(std::string_view socket_type) {
  if (socket_type == "REQ" || socket_type == "DEALER" || socket_type == "ROUTER")
    return Peer::Kind::requests;
  if (socket_type == "SUB" || socket_type == "XSUB") return Peer::Kind::subscribes;
  throw ProtocolError("a socket of this type has nothing to do here: wanted is REQ, DEALER or SUB");
}

std::string_view own_socket_type(Peer::Kind kind) {
  return kind == Peer::Kind::subscribes ? "XPUB" : "ROUTER";
}

/// Calls `f(frame body)` for each frame of an envelope.
template <class F>
void for_each_frame(std::string_view envelope, F&& f) {
  while (!envelope.empty()) {
    const std::size_t size = static_cast<unsigned char>(envelope[1]);
    f(envelope.substr(2, size));
    envelope.remove_prefix(2 + size);
  }
}

}  // namespace

Peer::Peer(const KeyPair* keys, std::size_t most_message_bytes)
    : keys_(keys), most_message_bytes_(most_message_bytes) {}

void Peer::greet(std::string& output) const {
  const std::size_t begin = output.size();
  output.append("\xFF\0\0\0\0\0\0\0\1\x7F\3\1", mechanism_at);
  output.append(mechanism_of(keys_));
  output.resize(begin + as_server_at, '\0');
  output.push_back(keys_ == nullptr ? 0 : 1);
  output.resize(begin + greeting_bytes, '\0');
}

const Key& Peer::key() const noexcept {
  static const Key none{};
  return curve_ == nullptr ? none : curve_->client();
}

std::size_t Peer::held() const noexcept {
  return frames_.held() + frame_.body.capacity() + request_.body.capacity() +
         request_.envelope.capacity() + topic_.capacity();
}

Peer::Event Peer::read(std::string_view& input, std::string& output) {
  cost_ = 0;
  if (state_ == State::knocking) return Event::nothing;
  if (state_ == State::greeting && !read_greeting(input)) return Event::nothing;
  if (!frames_.read(input, frame_)) return Event::nothing;
  cost_ = cost_of_frame;
  return state_ == State::ready ? take(std::move(frame_), output)
                                : take_handshake(std::exchange(frame_, {}).body, output);
}

// True: it is whole, and as it should be. As soon as a byte is wrong it is refused.
bool Peer::read_greeting(std::string_view& input) {
  const std::size_t taken = std::min(input.size(), greeting_bytes - greeting_.size());
  greeting_.append(input.substr(0, taken));
  input.remove_prefix(taken);
  if (!greeting_.empty() && greeting_[0] != '\xFF') throw ProtocolError("this is not ZMTP");
  if (greeting_.size() >= signature_bytes && greeting_[signature_bytes - 1] != '\x7F')
    throw ProtocolError("this is not ZMTP");
  if (greeting_.size() > version_at && greeting_[version_at] < 3)
    throw ProtocolError("ZMTP of a version before 3");
  if (greeting_.size() < greeting_bytes) return false;
  std::string mechanism(mechanism_of(keys_));
  mechanism.resize(mechanism_bytes, '\0');
  if (std::string_view(greeting_).substr(mechanism_at, mechanism_bytes) != mechanism)
    throw ProtocolError(keys_ == nullptr ? "the client has keys, and the broker has none"
                                         : "the broker has keys, and the client has none");
  if (keys_ != nullptr) curve_ = std::make_unique<CurveServer>(*keys_);
  state_ = keys_ == nullptr ? State::ready_or_initiate : State::hello;
  answers_pings_ = greeting_[version_at] > 3 || greeting_[minor_version_at] != 0;
  greeting_ = {};
  return true;
}

Peer::Event Peer::take_handshake(std::string_view body, std::string& output) {
  if (curve_ != nullptr) cost_ += cost_of_handshake;
  if (state_ == State::hello) {
    append_frame(curve_->welcome(body), false, true, output);
    state_ = State::ready_or_initiate;
    return Event::frame;
  }
  if (curve_ != nullptr) {
    take_metadata(curve_->read_initiate(body));
  } else {
    const Command command = read_command(body);
    if (command.name != "READY") throw ProtocolError("the handshake has no READY");
    take_metadata(command.rest);
  }
  state_ = State::knocking;
  return Event::knocks;
}

void Peer::take_metadata(std::string_view metadata) {
  kind_ = kind_of(read_metadata(metadata).socket_type);
}

void Peer::admit(std::string& output) {
  const std::string metadata = make_metadata(own_socket_type(kind_));
  append_frame(curve_ != nullptr ? curve_->ready(metadata) : make_command("READY", metadata), false,
               true, output);
  // What CURVE and the form of a subscription add to a frame is less than a handshake's bound.
  frames_.bound((kind_ == Kind::requests ? most_message_bytes_ : most_topic_bytes) +
                most_handshake_bytes);
  state_ = State::ready;
}

Peer::Event Peer::take(Frame&& frame, std::string& output) {
  if (curve_ != nullptr) {
    cost_ += cost_of_box + static_cast<unsigned>(frame.body.size() / box_bytes_of_cost);
    CurveServer::Opened opened = curve_->open(frame.body);
    frame = {opened.more, opened.command, std::move(opened.body)};
  }
  if (frame.command) return take_command(frame.body, output);
  return take_part(std::move(frame));
}

Peer::Event Peer::take_command(std::string_view body, std::string& output) {
  const auto [name, rest] = read_command(body);
  if (name == "PING" || name == "PONG") answers_pings_ = true;
  if (name == "PING") {
    if (rest.size() < ping_ttl_bytes || rest.size() > ping_ttl_bytes + ping_context_bytes)
      throw ProtocolError("a PING has another form");
    cost_ += cost_of_ping + (curve_ == nullptr ? 0 : cost_of_box);
    append(make_command("PONG", rest.substr(ping_ttl_bytes)), false, true, output);
    return Event::frame;
  }
  const bool subscribes = name == subscribe_command;
  if (kind_ != Kind::subscribes || !(subscribes || name == cancel_command)) return Event::frame;
  if (rest.size() > most_topic_bytes) throw ProtocolError("a topic is longer than it may be");
  topic_ = rest;
  return subscribes ? Event::subscribe : Event::unsubscribe;
}

Peer::Event Peer::take_part(Frame&& frame) {
  bytes_of_message_ += frame.body.size();
  if (++frames_of_message_ > most_frames)
    throw ProtocolError("a message has more frames than may be");
  const bool last = !frame.more;
  const Event event = kind_ == Kind::requests ? take_part_of_request(std::move(frame))
                                              : take_part_of_subscription(frame);
  if (!last) return Event::frame;
  frames_of_message_ = 0;
  bytes_of_message_ = 0;
  return event;
}

// A message of another form is none of ours.
Peer::Event Peer::take_part_of_subscription(const Frame& frame) {
  if (frames_of_message_ > 1 || frame.more || frame.body.empty()) return Event::frame;
  const std::string_view topic = std::string_view(frame.body).substr(1);
  if (frame.body[0] != subscribe_byte && frame.body[0] != cancel_byte) return Event::frame;
  if (topic.size() > most_topic_bytes) throw ProtocolError("a topic is longer than it may be");
  topic_ = topic;
  return frame.body[0] == subscribe_byte ? Event::subscribe : Event::unsubscribe;
}

Peer::Event Peer::take_part_of_request(Frame&& frame) {
  if (bytes_of_message_ > most_message_bytes_)
    throw ProtocolError("a message is larger than it may be");
  if (frames_of_message_ == 1) {
    request_ = {};
    delimited_ = has_body_ = false;
  }
  if (!delimited_) {
    if (frames_of_message_ > most_envelope_frames || bytes_of_message_ > most_envelope_bytes)
      throw ProtocolError("the frames before the delimiter are more than may be");
    append_frame(frame.body, true, false, request_.envelope);
    delimited_ = frame.body.empty();
  } else if (!has_body_) {
    has_body_ = true;
    request_.whole = !frame.more;
    request_.body = std::move(frame.body);
  }
  return delimited_ ? Event::request : Event::unusable;
}

void Peer::append(std::string_view body, bool more, bool command, std::string& output) {
  if (curve_ != nullptr) {
    append_frame(curve_->close(body, more, command), false, false, output);
  } else {
    append_frame(body, more, command, output);
  }
}

void Peer::append_answer(std::string_view envelope, std::string_view body, std::string& output) {
  if (curve_ == nullptr) {
    output.append(envelope);
  } else {
    for_each_frame(envelope, [&](std::string_view frame) { append(frame, true, false, output); });
  }
  append(body, false, false, output);
}

void Peer::append_update(std::string_view topic, std::string_view body, std::string& output) {
  append(topic, true, false, output);
  append(body, false, false, output);
}

void Peer::append_update_plain(std::string_view topic, std::string_view body, std::string& output) {
  append_frame(topic, true, false, output);
  append_frame(body, false, false, output);
}

void Peer::append_ping(std::string& output) {
  append(make_command("PING", std::string_view("\0\0", ping_ttl_bytes)), false, true, output);
}

}  // namespace bulletin::zmtp
