// A peer that speaks ZMTP by hand over a real socket, with NULL or CURVE: whatever it likes.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "support/await.hpp"
#include "support/curve_client.hpp"
#include "zmtp/curve.hpp"
#include "zmtp/frame.hpp"

namespace bulletin::test {

/// With which it speaks CURVE.
struct PeerKeys {
  zmtp::Key server;
  zmtp::KeyPair own;
};

/// Of key files.
PeerKeys read_peer_keys(const std::string& server_public, const std::string& own_secret);

/// A property of a handshake.
std::string zmtp_property(std::string_view name, std::string_view value);

class ZmtpPeer {
 public:
  /// `endpoint`: tcp://127.0.0.1:PORT or ipc://PATH. Where nobody listens it is not connected.
  explicit ZmtpPeer(const std::string& endpoint);
  ~ZmtpPeer();
  ZmtpPeer(ZmtpPeer&& other) noexcept;
  ZmtpPeer& operator=(ZmtpPeer&&) = delete;
  ZmtpPeer(const ZmtpPeer&) = delete;
  ZmtpPeer& operator=(const ZmtpPeer&) = delete;

  /// Neither side has hung up.
  [[nodiscard]] bool connected() const noexcept { return connected_; }

  /// A whole handshake with these properties, with CURVE if there are keys; from then on `frame`
  /// encrypts. The broker's properties; nullopt: it does not let this peer in.
  std::optional<std::string> shake_hands(std::string_view properties,
                                         const std::optional<PeerKeys>& keys = {},
                                         std::chrono::milliseconds deadline = patience);
  /// A frame as it goes on the wire. With keys each has a number: send them in this order.
  std::string frame(std::string_view body, bool more = false, bool command = false);
  /// A delimiter and a body.
  std::string request(std::string_view body);

  /// How much was taken when no more is for so long, or the broker has hung up.
  std::size_t send(std::string_view bytes, std::chrono::milliseconds deadline = patience);
  /// Takes all bytes that have arrived, as many as `most`, without waiting; they are passed over.
  void drop_arrived(std::size_t most = SIZE_MAX);
  /// The next frame, decrypted; nullopt: none came in time, or the broker has hung up.
  std::optional<zmtp::Frame> next_frame(std::chrono::milliseconds deadline = patience);
  /// Nothing more will be sent.
  void end_output() noexcept;

  [[nodiscard]] std::size_t sent() const noexcept { return sent_; }

 private:
  bool wait_for(short events, std::chrono::milliseconds deadline) const;
  bool receive(std::chrono::milliseconds deadline);
  std::optional<zmtp::Frame> next_raw_frame(std::chrono::milliseconds deadline);

  int socket_;
  bool connected_ = false;
  bool greeted_ = false;
  std::size_t sent_ = 0;
  std::string arrived_;
  zmtp::FrameReader frames_{SIZE_MAX};
  std::unique_ptr<CurveClient> curve_;
};

}  // namespace bulletin::test
