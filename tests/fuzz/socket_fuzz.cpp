// A peer that speaks broken ZMTP (https://rfc.zeromq.org/spec/23/), or whole ZMTP with broken
// messages in it, to live brokers, one of them with keys. Whatever it says, the brokers go on
// serving.

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include <bulletin/broker.hpp>
#include <bulletin/bulletin.hpp>

#include "client/key_files.hpp"
#include "fuzz/choices.hpp"
#include "support/zmtp.hpp"
#include "wire/requests.hpp"

using namespace bulletin;
using namespace bulletin::test;
using fuzz::Choices;

namespace {

constexpr int patience_ms = 20'000;
constexpr unsigned inputs_between_looks = 500;

/// The brokers, in a folder that goes with them.
class Brokers {
 public:
  Brokers() {
    std::string name = (std::filesystem::temp_directory_path() / "bulletin-fuzz-XXXXXX").string();
    assert(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    const client::Keys keys = client::make_key_files(path("broker"));
    std::ofstream(path("authorized")) << keys.own_public << " somebody\n";
    BrokerOptions options;
    options.bind = "ipc://" + path("open");
    open_.emplace(options);
    options.bind = "ipc://" + path("guarded");
    options.secret_key = path("broker.key");
    options.authorized_keys = path("authorized");
    guarded_.emplace(options);
    open_->start();
    guarded_->start();
    client_.emplace(ClientOptions{.endpoint = open_->endpoint()});
    ClientOptions with_keys{.endpoint = guarded_->endpoint()};
    with_keys.server_key = path("broker.pub");
    with_keys.key_file = path("broker.key");
    guest_.emplace(with_keys);
  }
  ~Brokers() {
    guest_.reset();
    client_.reset();
    guarded_.reset();
    open_.reset();
    std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
  /// Throws if one does not serve any more.
  void look() {
    client_->open("look").set("x", 1);
    guest_->open("look").set("x", 1);
  }

 private:
  std::string folder_;
  std::optional<Broker> open_;
  std::optional<Broker> guarded_;
  std::optional<Client> client_;
  std::optional<Client> guest_;
};

Brokers& brokers() {
  static Brokers all;
  return all;
}

class Peer {
 public:
  explicit Peer(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    assert(path.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      std::abort();
  }
  ~Peer() { ::close(socket_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// A broker that hangs up in between is right to.
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// Ends what it says, and waits for the other side to hang up: it has read all of it by then.
  void finish() {
    ::shutdown(socket_, SHUT_WR);
    std::array<char, 4096> part{};
    pollfd item{socket_, POLLIN, 0};
    while (::poll(&item, 1, patience_ms) == 1) {
      if (::recv(socket_, part.data(), part.size(), 0) <= 0) return;
    }
    std::abort();  // nobody reads it
  }

 private:
  int socket_;
};

std::string ready(Choices& choices) {
  constexpr std::array<std::string_view, 6> types{"REQ", "DEALER", "SUB", "XSUB", "PULL", ""};
  const std::string_view type = choices.of(types);
  return zmtp_ready(type, choices.below(4) == 0 ? choices.bytes() : "");
}

std::string request(Choices& choices) {
  const std::string space(choices.bytes().substr(0, 30));
  switch (choices.below(8)) {
    case 0: return wire::encode(wire::Hello{choices.number(), choices.number(), "fuzzer"});
    case 1: return wire::encode(wire::Keepalive{{{}, choices.number()}});
    case 2: return wire::encode(wire::Read{space, {choices.bytes()}});
    case 3: return wire::encode(wire::SnapshotRequest{space, choices.bytes()});
    case 4: return wire::encode(wire::Since{space, {}, choices.number()});
    case 5: return wire::encode(wire::List{space, choices.bytes()});
    case 6: return wire::encode(wire::Backup{choices.bytes()});
    default: return wire::encode(wire::StatusRequest{{space, "$sys/broker"}});
  }
}

std::string part(Choices& choices) {
  switch (choices.below(10)) {
    case 0: return zmtp_greeting(choices.yes() ? "NULL" : "CURVE");
    case 1: return ready(choices);
    case 2: return std::string(choices.bytes());
    case 3: return zmtp_frame(choices.byte(), choices.bytes());
    case 4: return zmtp_frame(1, "") + zmtp_frame(0, request(choices));
    case 5: return zmtp_frame(1, "id") + zmtp_frame(1, "") + zmtp_frame(0, request(choices));
    case 6: return zmtp_frame(0, "\x01" + std::string(choices.bytes()));  // a subscription
    case 7: return zmtp_frame(4, "\x05HELLO" + std::string(194, static_cast<char>(choices.byte())));
    case 8: return zmtp_frame(1, "") + zmtp_frame(0, choices.bytes());
    default: return zmtp_ping(choices.byte());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static unsigned inputs = 0;
  Choices choices(data, size);
  const std::string name = choices.yes() ? "open" : "guarded";
  Peer peer(brokers().path(choices.yes() ? name : name + ".updates"));
  if (choices.below(8) != 0) peer.send(zmtp_greeting(name == "open" ? "NULL" : "CURVE"));
  if (choices.below(8) != 0 && name == "open") peer.send(ready(choices));
  while (!choices.done()) peer.send(part(choices));
  peer.finish();
  if (++inputs % inputs_between_looks == 1) brokers().look();
  return 0;
}
