// Peers that speak ZMTP (https://rfc.zeromq.org/spec/23/), broken or whole, with odd messages in
// it, to live brokers: strangers, and users with different rights. Whatever they say, the innocent
// clients of the brokers are served, with little work and memory, and what is hidden stays hidden.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "authority/desk.hpp"
#include "fuzz/choices.hpp"
#include "fuzz/hostile_peer.hpp"
#include "fuzz/watched_brokers.hpp"
#include "support/zmtp.hpp"
#include "wire/requests.hpp"
#include "wire/update.hpp"
#include "zmtp/frame.hpp"
#include "zmtp/zmtp_command.hpp"

using namespace bulletin;
using namespace bulletin::test;
using fuzz::Choices;
using fuzz::HostilePeer;
using fuzz::WatchedBrokers;

namespace {

constexpr std::size_t most_peers = 12;
/// Of one input, and of what is said again and again.
constexpr std::size_t most_sent = 3u << 20;
constexpr std::size_t most_said_at_once = 512u << 10;
constexpr unsigned steps_between_looks = 8;

WatchedBrokers& brokers() {
  static WatchedBrokers all;
  return all;
}

class Play {
 public:
  explicit Play(Choices& choices) : choices_(choices) {}

  void run() {
    brokers().begin();
    open_peer();
    for (unsigned steps = 1; !choices_.done() && sent() < most_sent; ++steps) {
      step();
      if (steps % steps_between_looks == 0) brokers().look(sent());
    }
    brokers().look(sent());
    for (HostilePeer& peer : peers_) peer.finish();
    brokers().look(sent());
    peers_.clear();
    brokers().end();
  }

 private:
  std::size_t sent() const {
    std::size_t all = 0;
    for (const HostilePeer& peer : peers_) all += peer.sent();
    return all;
  }

  void step() {
    const std::size_t kind = choices_.below(24);
    if (kind == 0 && peers_.size() < most_peers) return open_peer();
    if (kind == 1) current_ = choices_.below(peers_.size());
    if (kind == 2) peer().reads = choices_.yes();
    const std::size_t times = repeats();
    const std::size_t limit = std::min(most_sent - sent(), most_said_at_once);
    const Choices again = choices_;
    const std::size_t before = peer().sent();
    for (std::size_t i = 0; i != times && peer().sent() < before + limit; ++i) {
      choices_ = again;
      say_something();
    }
  }

  HostilePeer& peer() { return peers_[current_]; }

  /// Mostly once.
  std::size_t repeats() {
    const std::uint8_t kind = choices_.byte();
    return kind < 224 ? 1 : std::size_t{1} << (kind - 224) / 3;
  }

  /// Mostly short, and now and then as large as may be said.
  std::string text() {
    const std::string bytes(choices_.below(4) == 0 ? std::string(choices_.bytes()) : short_text());
    return repeated(bytes, repeats());
  }
  std::string short_text() { return std::string(choices_.bytes(16)); }

  static std::string repeated(const std::string& part, std::size_t times) {
    std::string all;
    times = std::min(times, most_said_at_once / std::max<std::size_t>(part.size(), 1));
    for (std::size_t i = 0; i < times; ++i) all += part;
    return all;
  }

  // --- handshakes ---

  void open_peer() {
    const bool guarded = choices_.yes();
    const std::string user = choices_.yes() ? "reader" : "writer";
    const bool updates = choices_.below(4) == 0;
    current_ = peers_.size();
    HostilePeer& added = peers_.emplace_back(
        updates ? brokers().updates(guarded) : brokers().commands(guarded), brokers(), !guarded);
    const std::size_t kind = choices_.below(16);
    if (kind < 2) return stumble(kind == 0);
    std::optional<PeerKeys> keys;
    if (guarded) keys = brokers().keys_of(user);
    if (added.shake_hands(properties(updates), keys) && choices_.below(4) != 0)
      added.begin_session();
  }

  /// A handshake that is none.
  void stumble(bool greets) {
    if (greets) peer().say_bytes(zmtp_greeting(choices_.yes() ? "NULL" : "CURVE"));
    if (choices_.yes()) {
      peer().say_bytes(zmtp_frame(
          command_flag, "\x05HELLO" + std::string(194, static_cast<char>(choices_.byte()))));
    } else {
      peer().say_bytes(zmtp_ready("DEALER", short_text()));
    }
  }

  std::string properties(bool updates) {
    constexpr std::array<std::string_view, 8> types{"REQ",  "DEALER", "SUB", "XSUB",
                                                    "PULL", "ROUTER", "",    "dealer"};
    std::string type = updates ? "SUB" : "DEALER";
    if (choices_.below(8) == 0) type = choices_.of(types);
    std::string all = zmtp_property("Socket-Type", type);
    while (choices_.below(3) == 0 && !choices_.done()) all += odd_property();
    return choices_.below(16) == 0 ? all + short_text() : all;
  }

  std::string odd_property() {
    constexpr std::array<std::string_view, 8> names{
        "Identity", "identity", "User-Id", "", "__fd", "Peer-Address", "X-Much", "Resource"};
    const std::string_view name = choices_.of(names);
    switch (choices_.below(4)) {
      case 0: return zmtp_property(name, "");
      case 1: return zmtp_property("Socket-Type", choices_.yes() ? "DEALER" : "SUB");
      case 2: return zmtp_property(name, std::string("\0\xE4\x3C\x98\x69", 5));
      default: return zmtp_property(name, text());
    }
  }

  // --- after the handshake ---

  void say_something() {
    switch (choices_.below(16)) {
      case 0: return peer().say_bytes(text());
      case 1: return peer().say(text(), choices_.yes(), choices_.yes());
      case 2: return peer().say(text(), true);  // and no end
      case 3: return peer().say(subscription());
      case 4: return peer().say(subscription_command(), false, true);
      case 5: return peer().say(ping(), choices_.below(8) == 0, true);
      case 6: return announce();
      case 7: return say_envelope_and(std::string(text()));
      default: return say_envelope_and(request());
    }
  }

  void say_envelope_and(const std::string& body) {
    const std::size_t frames = choices_.below(4) == 0 ? choices_.below(12) : 0;
    for (std::size_t i = 0; i != frames; ++i) peer().say(text(), true);
    if (choices_.below(16) != 0) peer().say("", true);
    const bool goes_on = choices_.below(16) == 0;
    peer().say(body, goes_on);
    if (goes_on) peer().say(text(), choices_.yes());
  }

  /// A frame that is large, of which nothing comes.
  void announce() {
    std::string head;
    zmtp::append_head(choices_.number(), choices_.yes(), choices_.yes(), head);
    peer().say_bytes(head);
  }

  std::string topic() {
    switch (choices_.below(6)) {
      case 0: return "";
      case 1: return std::string(1, '\xFF') + short_text();
      case 2: return text();
      // Many that are different.
      case 3:
        return wire::topic_of(std::string(WatchedBrokers::shared) + "/" +
                              std::to_string(peer().sent()));
      default: return wire::topic_of(space());
    }
  }

  std::string subscription() {
    std::string body(1,
                     static_cast<char>(choices_.below(8) == 0 ? choices_.byte() : choices_.yes()));
    return body + topic();
  }

  std::string subscription_command() {
    return zmtp::make_command(choices_.yes() ? "SUBSCRIBE" : "CANCEL", topic());
  }

  std::string ping() {
    const std::string context(short_text());
    return choices_.below(8) == 0 ? zmtp::make_command(context, text())
                                  : zmtp::make_command("PING", context);
  }

  // --- requests ---

  std::string space() {
    const std::array<std::string, 9> spaces{WatchedBrokers::shared,
                                            WatchedBrokers::writable,
                                            WatchedBrokers::large,
                                            WatchedBrokers::innocent,
                                            brokers().hidden(),
                                            "hidden",
                                            "$sys/broker",
                                            "",
                                            "a//b"};
    if (choices_.below(8) == 0) return "shared/part/" + short_text();
    return choices_.of(spaces);
  }

  std::string name() {
    constexpr std::array<std::string_view, 6> names{"",     "secret", "value",
                                                    "text", "n1",     "_private"};
    if (choices_.below(4) == 0) return short_text();
    return std::string(choices_.of(names));
  }

  std::string request() {
    std::string bytes = whole_request();
    if (choices_.below(8) == 0 && !bytes.empty())
      bytes[(choices_.byte() << 8 | choices_.byte()) % bytes.size()] =
          static_cast<char>(choices_.byte());
    if (choices_.below(16) == 0) bytes.resize(bytes.size() / 2);
    return bytes;
  }

  std::string whole_request() {
    const std::string one = space();
    const std::string name = this->name();
    switch (choices_.below(12)) {
      case 0: return wire::encode(wire::Hello{choices_.number(), choices_.number(), name, name});
      case 1: return wire::encode(wire::Keepalive{session()});
      case 2: return wire::encode(wire::Goodbye{session()});
      case 3:
        return wire::encode(
            wire::Read{one, std::vector<std::string_view>(repeats(), name), choices_.yes()});
      case 4: return wire::encode(wire::SnapshotRequest{one, name, choices_.yes()});
      case 5: return wire::encode(wire::Since{one, session().epoch, choices_.number()});
      case 6: return wire::encode(wire::List{choices_.yes() ? one : name, name});
      case 7:
        return wire::encode(wire::StatusRequest{std::vector<std::string_view>(repeats(), one)});
      case 8: return backup(name);
      default: return write(one);
    }
  }

  std::string backup(std::string id) {
    if (choices_.yes()) id.resize(wire::backup_id_bytes);
    switch (choices_.below(3)) {
      case 0: return wire::encode(wire::Backup{id});
      case 1: return wire::encode(wire::BackupPart{id, choices_.number(), choices_.number()});
      default: return wire::encode(wire::BackupEnd{id});
    }
  }

  /// Mostly its own.
  wire::SessionId session() {
    wire::SessionId id = peer().session();
    if (choices_.below(8) == 0) id.number = choices_.number();
    return id;
  }

  std::string write(const std::string& space) {
    wire::Write write{session(), choices_.below(3), choices_.number(), {}};
    if (choices_.yes()) write.number = ++number_;
    const std::string transaction = this->transaction();
    write.items.assign(repeats(), {space, choices_.number(), transaction});
    return wire::encode(write);
  }

  std::string transaction() {
    if (choices_.below(8) == 0) return text();
    Raw raw;
    for (std::size_t parts = choices_.below(6); parts != 0; --parts) {
      const std::string name = this->name();
      const std::uint64_t number = choices_.number();
      const std::size_t kind = choices_.below(9);
      for (std::size_t times = repeats(); times != 0; --times)
        add_part(raw, kind, kind < 7 ? name : name + std::to_string(times), number);
    }
    return raw.bytes();
  }

  static void add_part(Raw& raw, std::size_t kind, const std::string& name, std::uint64_t number) {
    switch (kind) {
      case 0: raw.require(name, number); return;
      case 1: raw.erase(name); return;
      case 2: raw.add(name, number); return;
      case 3: raw.clear(); return;
      case 4: raw.set_bytes(name, name); return;
      case 5: raw.set("_private", 1); return;
      case 6: raw.add("sum", 1); return;
      case 7: raw.set(name, number, number, true); return;
      default: raw.set(name, number); return;
    }
  }

  Choices& choices_;
  std::vector<HostilePeer> peers_;
  std::size_t current_ = 0;
  std::uint64_t number_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Choices choices(data, size);
  Play(choices).run();
  return 0;
}
