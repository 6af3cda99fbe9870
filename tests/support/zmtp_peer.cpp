#include "support/zmtp_peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "support/zmtp.hpp"
#include "wire/key_text.hpp"
#include "zmtp/zmtp_command.hpp"

namespace bulletin::test {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view ipc = "ipc://";
constexpr std::size_t greeting_bytes = 64;

int connect_to(const std::string& endpoint) {
  sockaddr_un path{};
  sockaddr_in host{};
  const bool is_ipc = endpoint.starts_with(ipc);
  const int socket = ::socket(is_ipc ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (is_ipc) {
    const std::string_view name = std::string_view(endpoint).substr(ipc.size());
    if (name.size() >= sizeof path.sun_path) throw std::runtime_error("a path is too long");
    path.sun_family = AF_UNIX;
    std::copy(name.begin(), name.end(), path.sun_path);
  } else {
    host.sin_family = AF_INET;
    host.sin_port =
        htons(static_cast<std::uint16_t>(std::stoul(endpoint.substr(endpoint.rfind(':') + 1))));
    host.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  const auto* address =
      is_ipc ? reinterpret_cast<const sockaddr*>(&path) : reinterpret_cast<const sockaddr*>(&host);
  const socklen_t size = is_ipc ? sizeof path : sizeof host;
  if (socket >= 0 && ::connect(socket, address, size) == 0) return socket;
  if (socket >= 0) ::close(socket);
  return -1;
}

zmtp::Key key_in(const std::string& file) {
  std::ifstream in(file);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return wire::key_bytes(wire::key_in(text));
}

}  // namespace

PeerKeys read_peer_keys(const std::string& server_public, const std::string& own_secret) {
  return {key_in(server_public), zmtp::KeyPair(key_in(own_secret))};
}

std::string zmtp_property(std::string_view name, std::string_view value) {
  std::string bytes(1, static_cast<char>(name.size()));
  bytes.append(name);
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(static_cast<std::uint32_t>(value.size()) >> shift));
  return bytes.append(value);
}

ZmtpPeer::ZmtpPeer(const std::string& endpoint)
    : socket_(connect_to(endpoint)), connected_(socket_ >= 0) {}

ZmtpPeer::~ZmtpPeer() {
  if (socket_ >= 0) ::close(socket_);
}

ZmtpPeer::ZmtpPeer(ZmtpPeer&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      connected_(std::exchange(other.connected_, false)),
      greeted_(other.greeted_),
      sent_(other.sent_),
      arrived_(std::move(other.arrived_)),
      frames_(std::move(other.frames_)),
      curve_(std::move(other.curve_)) {}

bool ZmtpPeer::wait_for(short events, std::chrono::milliseconds deadline) const {
  pollfd item{socket_, events, 0};
  return ::poll(&item, 1, static_cast<int>(deadline.count())) == 1;
}

std::size_t ZmtpPeer::send(std::string_view bytes, std::chrono::milliseconds deadline) {
  std::size_t taken = 0;
  while (connected_ && taken < bytes.size()) {
    const ssize_t size =
        ::send(socket_, bytes.data() + taken, bytes.size() - taken, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size >= 0) {
      taken += static_cast<std::size_t>(size);
      sent_ += static_cast<std::size_t>(size);
    } else if (errno == EAGAIN) {
      if (!wait_for(POLLOUT, deadline)) break;
    } else if (errno != EINTR) {
      connected_ = false;
    }
  }
  return taken;
}

// Appends what has arrived.
bool ZmtpPeer::receive(std::chrono::milliseconds deadline) {
  if (!connected_ || !wait_for(POLLIN, deadline)) return false;
  std::array<char, 16u << 10> part{};
  const ssize_t size = ::recv(socket_, part.data(), part.size(), 0);
  if (size <= 0) {
    connected_ = false;
    return false;
  }
  arrived_.append(part.data(), static_cast<std::size_t>(size));
  return true;
}

void ZmtpPeer::drop_arrived(std::size_t most) {
  for (std::size_t dropped = 0; dropped < most && receive(std::chrono::milliseconds(0));) {
    dropped += arrived_.size();
    arrived_.clear();
  }
}

std::optional<zmtp::Frame> ZmtpPeer::next_raw_frame(std::chrono::milliseconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  zmtp::Frame frame;
  for (;;) {
    if (!greeted_ && arrived_.size() >= greeting_bytes) {
      arrived_.erase(0, greeting_bytes);
      greeted_ = true;
    }
    if (greeted_) {
      std::string_view input = arrived_;
      const bool whole = frames_.read(input, frame);
      arrived_.erase(0, arrived_.size() - input.size());
      if (whole) return frame;
    }
    const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    if (!receive(std::max(rest, std::chrono::milliseconds(0)))) return std::nullopt;
  }
}

std::optional<zmtp::Frame> ZmtpPeer::next_frame(std::chrono::milliseconds deadline) {
  std::optional<zmtp::Frame> frame = next_raw_frame(deadline);
  if (!frame || curve_ == nullptr) return frame;
  const std::string opened = curve_->open(frame->body);
  return zmtp::Frame{(opened.at(0) & 1) != 0, (opened.at(0) & 2) != 0, opened.substr(1)};
}

std::optional<std::string> ZmtpPeer::shake_hands(std::string_view properties,
                                                 const std::optional<PeerKeys>& keys,
                                                 std::chrono::milliseconds deadline) {
  std::unique_ptr<CurveClient> curve;
  std::string handshake = zmtp_greeting(keys ? "CURVE" : "NULL");
  if (keys) {
    curve = std::make_unique<CurveClient>(keys->server, keys->own);
    zmtp::append_frame(curve->hello(), false, true, handshake);
  } else {
    zmtp::append_frame(zmtp::make_command("READY", properties), false, true, handshake);
  }
  send(handshake, deadline);
  std::optional<zmtp::Frame> answer = next_raw_frame(deadline);
  if (!answer) return std::nullopt;
  if (curve == nullptr) return std::string(zmtp::read_command(answer->body).rest);
  std::string initiate;
  zmtp::append_frame(curve->initiate(answer->body, properties), false, true, initiate);
  send(initiate, deadline);
  answer = next_raw_frame(deadline);
  if (!answer) return std::nullopt;
  curve_ = std::move(curve);
  return curve_->ready(answer->body);
}

std::string ZmtpPeer::frame(std::string_view body, bool more, bool command) {
  std::string bytes;
  if (curve_ == nullptr) {
    zmtp::append_frame(body, more, command, bytes);
  } else {
    zmtp::append_frame(curve_->close(body, more, command), false, false, bytes);
  }
  return bytes;
}

std::string ZmtpPeer::request(std::string_view body) {
  std::string bytes = frame("", true);
  return bytes.append(frame(body));
}

void ZmtpPeer::end_output() noexcept { ::shutdown(socket_, SHUT_WR); }

}  // namespace bulletin::test
