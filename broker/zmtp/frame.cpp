#include "zmtp/frame.hpp"

#include <algorithm>
#include <utility>

#include "zmtp/protocol_error.hpp"

namespace bulletin::zmtp {
namespace {

constexpr unsigned frame_more = 1;
constexpr unsigned frame_long = 2;
constexpr unsigned frame_command = 4;
constexpr std::size_t short_head = 2;
constexpr std::size_t long_head = 9;
constexpr std::size_t longest_short_body = 255;

unsigned flags_of(const char* head) noexcept { return static_cast<unsigned char>(head[0]); }

std::size_t copy_from(std::string_view& input, std::size_t wanted, char* to) {
  const std::size_t taken = input.copy(to, wanted);
  input.remove_prefix(taken);
  return taken;
}

}  // namespace

// True: the size of the body is known.
bool FrameReader::read_head(std::string_view& input) {
  if (head_size_ == 0) {
    head_size_ = copy_from(input, 1, head_);
    if (head_size_ == 0) return false;
  }
  const unsigned flags = flags_of(head_);
  if ((flags & ~(frame_more | frame_long | frame_command)) != 0)
    throw ProtocolError("a frame has flags that ZMTP 3 does not know");
  const std::size_t size = (flags & frame_long) != 0 ? long_head : short_head;
  head_size_ += copy_from(input, size - head_size_, head_ + head_size_);
  if (head_size_ < size) return false;
  body_size_ = 0;
  for (std::size_t i = 1; i < size; ++i)
    body_size_ = body_size_ << 8 | static_cast<unsigned char>(head_[i]);
  return true;
}

bool FrameReader::read(std::string_view& input, Frame& frame) {
  if (!in_body_) {
    if (!read_head(input)) return false;
    if (body_size_ > most_bytes_) throw ProtocolError("a frame is larger than it may be");
    in_body_ = true;
    body_.clear();
  }
  const std::size_t missing = static_cast<std::size_t>(body_size_) - body_.size();
  const std::string_view part = input.substr(0, missing);
  body_.append(part);
  input.remove_prefix(part.size());
  if (part.size() < missing) return false;
  in_body_ = false;
  head_size_ = 0;
  frame.more = (flags_of(head_) & frame_more) != 0;
  frame.command = (flags_of(head_) & frame_command) != 0;
  frame.body = std::exchange(body_, {});
  return true;
}

void append_head(std::size_t size, bool more, bool command, std::string& out) {
  const bool is_long = size > longest_short_body;
  out.push_back(static_cast<char>((more ? frame_more : 0U) | (is_long ? frame_long : 0U) |
                                  (command ? frame_command : 0U)));
  for (int shift = is_long ? 56 : 0; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(size) >> shift));
}

}  // namespace bulletin::zmtp
