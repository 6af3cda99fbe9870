// The server's side of CurveZMQ (https://rfc.zeromq.org/spec/26/), with libsodium.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bulletin::zmtp {

using Key = std::array<unsigned char, 32>;

/// A long-term pair of keys. Wiped when it ends.
struct KeyPair {
  Key public_key{};
  Key secret_key{};

  /// The pair of this secret key.
  explicit KeyPair(const Key& secret);
  /// A new one.
  KeyPair();
  KeyPair(const KeyPair&) = default;
  KeyPair& operator=(const KeyPair&) = default;
  ~KeyPair();
};

/// One connection: its handshake, and then its encryption. Each of the commands of the handshake is
/// called once, in this order. They throw ProtocolError; what they take and return is the body of a
/// command.
class CurveServer {
 public:
  /// `own` has to outlive this.
  explicit CurveServer(const KeyPair& own) noexcept : own_(&own) {}
  CurveServer(const CurveServer&) = delete;
  CurveServer& operator=(const CurveServer&) = delete;
  ~CurveServer();

  /// HELLO comes, WELCOME goes.
  std::string welcome(std::string_view hello);
  /// INITIATE comes: the client's long-term key is proven. Returns its metadata.
  std::string read_initiate(std::string_view initiate);
  [[nodiscard]] const Key& client() const noexcept { return client_; }
  /// READY goes.
  std::string ready(std::string_view metadata);

  struct Opened {
    bool more = false;
    bool command = false;
    std::string body;
  };
  /// A frame of a message or command that has come.
  Opened open(std::string_view message);
  /// Appends a frame: the body of what goes on the wire.
  std::string close(std::string_view body, bool more, bool command);

 private:
  const KeyPair* own_;
  std::optional<KeyPair> short_term_;  // once HELLO has come
  Key client_short_term_{};
  Key client_{};
  std::array<unsigned char, 96> cookie_{};
  std::array<unsigned char, 32> shared_{};  // of both short-term keys
  std::uint64_t received_ = 0;              // the last nonce of the client
  std::uint64_t sent_ = 0;
};

}  // namespace bulletin::zmtp
