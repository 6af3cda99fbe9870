// The process of a hostile client.

#include <sys/resource.h>

#include <deque>
#include <stdexcept>
#include <thread>
#include <utility>

#include "board/hostile.hpp"
#include "harness/far_end.hpp"
#include "harness/round.hpp"
#include "wire/replies.hpp"

namespace bulletin::bench {
namespace {

/// What the broker does not take for so long it does not read.
constexpr std::chrono::milliseconds give_up{500};
constexpr std::chrono::milliseconds handshake_time{5000};
constexpr std::int64_t between_lines_ns = 20'000'000;

std::string next_port(const std::string& endpoint) {
  const std::size_t colon = endpoint.rfind(':');
  return endpoint.substr(0, colon + 1) + std::to_string(std::stoi(endpoint.substr(colon + 1)) + 1);
}

}  // namespace

Hostile::Hostile(std::string commands, std::string metrics, const std::string& keys,
                 const std::string& user, bool quick)
    : commands_(std::move(commands)),
      updates_(next_port(commands_)),
      metrics_(std::move(metrics)),
      server_key_(test::read_peer_keys(keys + "/broker.pub", keys + "/innocent.key").server),
      quick_(quick) {
  if (user != user::stranger)
    keys_ = test::read_peer_keys(keys + "/broker.pub", keys + "/" + user + ".key");
}

test::ZmtpPeer Hostile::requests(std::string_view properties) {
  test::ZmtpPeer peer(commands_);
  peer.shake_hands(test::zmtp_property("Socket-Type", "DEALER") + std::string(properties), keys_,
                   handshake_time);
  sent_ += peer.sent();
  return peer;
}

test::ZmtpPeer Hostile::subscriber() {
  test::ZmtpPeer peer(updates_);
  peer.shake_hands(test::zmtp_property("Socket-Type", "SUB"), keys_, handshake_time);
  sent_ += peer.sent();
  return peer;
}

bool Hostile::send(test::ZmtpPeer& peer, std::string_view bytes) {
  const std::size_t taken = peer.send(bytes, give_up);
  sent_ += taken;
  tell_sent();
  return taken == bytes.size();
}

bool Hostile::ask(test::ZmtpPeer& peer, std::string_view request) {
  return send(peer, peer.request(request));
}

std::string Hostile::answer(test::ZmtpPeer& peer) {
  while (auto frame = peer.next_frame()) {
    if (!frame->command && !frame->more) return std::move(frame->body);
  }
  return {};
}

wire::SessionId Hostile::begin_session(test::ZmtpPeer& peer) {
  ask(peer, wire::encode(wire::Hello{}));
  return wire::decode_welcome(answer(peer)).session;
}

void Hostile::begin() {
  if (!std::exchange(begun_, true)) say("begun");
}

void Hostile::again(const std::function<void()>& once) {
  begin();
  once();
  told_at_ = 0;
  tell_sent();
  say("done");
  for (;;) once();
}

void Hostile::flood(const std::function<test::ZmtpPeer()>& open,
                    const std::function<bool(test::ZmtpPeer&)>& say) {
  constexpr std::size_t most = 8;
  std::deque<test::ZmtpPeer> peers;
  bool taken = false;
  again([&] {
    if (!taken) peers.push_back(open());
    if (peers.size() > most) peers.pop_front();
    taken = say(peers.back());
  });
}

void Hostile::tell_sent() {
  const std::int64_t now = now_ns();
  if (!begun_ || now < told_at_ + between_lines_ns) return;
  told_at_ = now;
  say("sent " + std::to_string(sent_));
}

const std::vector<Deed>& deeds() {
  static const std::vector<Deed> all = [] {
    std::vector<Deed> list;
    for (auto some : {deeds_of_connections(), deeds_of_requests(), deeds_of_writers()})
      list.insert(list.end(), some.begin(), some.end());
    return list;
  }();
  return all;
}

/// The number of a deed, and what `Hostile` is made of.
void board_hostile_role(const std::vector<std::string>& arguments) {
  const bool quick = arguments.at(4) == "quick";
  // It is on this host for want of another: the processors are to be the broker's and the others'.
  ::setpriority(PRIO_PROCESS, 0, 19);
  const Deed& deed = deeds().at(std::stoul(arguments.at(0)));
  Hostile hostile(arguments.at(1), arguments.at(2), arguments.at(3), deed.user, quick);
  try {
    deed.act(hostile);
  } catch (const std::exception& error) {
    throw std::runtime_error(deed.name + ": " + error.what());
  }
}

/// Nothing to do with the broker, but both processors of a small machine are taken, as by a broker
/// that is kept busy: what is beyond this is the broker's doing.
void board_spin_role(const std::vector<std::string>& /*arguments*/) {
  const auto turn = [] {
    for (volatile unsigned turns = 0;;) turns = turns + 1;
  };
  say("begun");
  say("done");
  std::thread(turn).detach();
  turn();
}

}  // namespace bulletin::bench
