// The broker's end of one ZMTP connection, without the connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "zmtp/curve.hpp"
#include "zmtp/frame.hpp"

namespace bulletin::zmtp {

/// Speaks ZMTP 3.1 (https://rfc.zeromq.org/spec/37/) as a ROUTER or an XPUB, whichever the peer
/// wants, with NULL or, if there are keys, CURVE. It is told the bytes that arrive and says which
/// bytes go; what a peer makes it hold is bounded by `most_message_bytes`.
///
/// The name that a peer gives itself (its Identity) has no effect.
class Peer {
 public:
  enum class Kind : std::uint8_t {
    unknown,
    requests,    ///< a REQ or DEALER: sends requests
    subscribes,  ///< a SUB: sends subscriptions
  };
  /// What the bytes so far have led to.
  enum class Event : std::uint8_t {
    nothing,    ///< more bytes are needed
    frame,      ///< a frame that leads to nothing else: a part, a PING, what has no meaning
    knocks,     ///< `key` is known: call `admit`, or end the connection
    request,    ///< `take_request`
    unusable,   ///< a message without a delimiter: there is no way to answer it
    subscribe,  ///< `topic`
    unsubscribe,
  };
  /// A request with what its answer begins with.
  struct Request {
    std::string envelope;  ///< the frames before the body, as NULL sends them
    std::string body;
    bool whole = false;  ///< exactly one frame came after the delimiter
  };

  /// Before its handshake is done a peer sends no larger frame.
  static constexpr std::size_t most_handshake_bytes = 4096;
  static constexpr std::size_t most_envelope_frames = 8;  // with the delimiter
  static constexpr std::size_t most_envelope_bytes = 255;
  /// Frames after the body mean nothing, and so many end the connection.
  static constexpr std::size_t most_frames = 64;
  static constexpr std::size_t most_topic_bytes = 4096;

  /// `keys`: of the broker, and null without keys; they have to outlive this.
  Peer(const KeyPair* keys, std::size_t most_message_bytes);

  /// What the broker says first.
  void greet(std::string& output) const;
  /// Takes bytes from the front of `input`, at most one frame; `output` gets what goes back by
  /// itself. Throws ProtocolError.
  Event read(std::string_view& input, std::string& output);
  /// About how long the last `read` took, in tenths of a microsecond, also when it threw.
  [[nodiscard]] unsigned cost() const noexcept { return cost_; }

  [[nodiscard]] bool is_ready() const noexcept { return state_ == State::ready; }
  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  /// The peer's public key; zeros without keys.
  [[nodiscard]] const Key& key() const noexcept;
  /// Ends the handshake of a peer that knocks.
  void admit(std::string& output);

  Request take_request() noexcept { return std::move(request_); }
  [[nodiscard]] std::string_view topic() const noexcept { return topic_; }

  [[nodiscard]] bool encrypts() const noexcept { return keys_ != nullptr; }
  /// An answer: the envelope of its request, and its body.
  void append_answer(std::string_view envelope, std::string_view body, std::string& output);
  /// Two frames. Without encryption the same bytes for all peers: `append_update_plain`.
  void append_update(std::string_view topic, std::string_view body, std::string& output);
  static void append_update_plain(std::string_view topic, std::string_view body,
                                  std::string& output);
  void append_ping(std::string& output);
  /// It speaks ZMTP 3.1, or has sent a PING or a PONG. Before 3.1 a PING may end the connection.
  [[nodiscard]] bool answers_pings() const noexcept { return answers_pings_; }

  /// Bytes of memory for what has come in part.
  [[nodiscard]] std::size_t held() const noexcept;

 private:
  enum class State : std::uint8_t { greeting, hello, ready_or_initiate, knocking, ready };

  bool read_greeting(std::string_view& input);
  Event take_handshake(std::string_view body, std::string& output);
  void take_metadata(std::string_view metadata);
  Event take(Frame&& frame, std::string& output);
  Event take_command(std::string_view body, std::string& output);
  Event take_part(Frame&& frame);
  Event take_part_of_request(Frame&& frame);
  Event take_part_of_subscription(const Frame& frame);
  Event end_message();
  void append(std::string_view body, bool more, bool command, std::string& output);

  const KeyPair* keys_;
  const std::size_t most_message_bytes_;
  State state_ = State::greeting;
  Kind kind_ = Kind::unknown;
  unsigned cost_ = 0;
  bool answers_pings_ = false;
  std::string greeting_;
  FrameReader frames_{most_handshake_bytes};
  std::unique_ptr<CurveServer> curve_;
  Frame frame_;

  // The message that has come in part.
  Request request_;
  std::size_t frames_of_message_ = 0;
  std::size_t bytes_of_message_ = 0;
  bool delimited_ = false;
  bool has_body_ = false;

  std::string topic_;
};

}  // namespace bulletin::zmtp
