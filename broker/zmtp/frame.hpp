// Frames of ZMTP 3.1 (https://rfc.zeromq.org/spec/37/).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bulletin::zmtp {

struct Frame {
  bool more = false;     ///< another frame of the same message follows
  bool command = false;  ///< for the protocol itself
  std::string body;
};

/// Cuts frames from the bytes of a connection. Memory is taken for what has arrived, never for what
/// a header announces.
class FrameReader {
 public:
  explicit FrameReader(std::size_t most_bytes) noexcept : most_bytes_(most_bytes) {}

  /// Of the body of a frame; from the next frame on.
  void bound(std::size_t most_bytes) noexcept { most_bytes_ = most_bytes; }

  /// Takes bytes from the front of `input`. True: `frame` is whole, and the next call begins
  /// another one. Throws ProtocolError.
  bool read(std::string_view& input, Frame& frame);

  /// Bytes of memory for the frame that is not whole yet.
  [[nodiscard]] std::size_t held() const noexcept { return body_.capacity(); }

 private:
  bool read_head(std::string_view& input);

  std::size_t most_bytes_;
  char head_[9] = {};
  std::size_t head_size_ = 0;
  bool in_body_ = false;
  std::uint64_t body_size_ = 0;
  std::string body_;
};

/// The head of a frame with a body of this size.
void append_head(std::size_t size, bool more, bool command, std::string& out);

inline void append_frame(std::string_view body, bool more, bool command, std::string& out) {
  append_head(body.size(), more, command, out);
  out.append(body);
}

}  // namespace bulletin::zmtp
