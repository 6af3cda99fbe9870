// What can be done with requests that change nothing.

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "board/hostile.hpp"
#include "wire/limits.hpp"
#include "wire/requests.hpp"

namespace bulletin::bench {
namespace {

using test::ZmtpPeer;

/// Of one message, with what is around the names.
constexpr std::size_t most_request = (16u << 20) - 64;
constexpr const char* large_value = "large";
constexpr std::size_t large_bytes = 1'000'000;

/// Without waiting for answers, which are read.
void flood_with(Hostile& hostile, const std::string& request, std::size_t together) {
  hostile.flood([&] { return hostile.requests(); },
                [&](ZmtpPeer& peer) {
                  std::string bytes;
                  for (std::size_t i = 0; i != together; ++i) bytes += peer.request(request);
                  const bool taken = hostile.send(peer, bytes);
                  peer.drop_arrived();
                  return taken;
                });
}

void list_all(Hostile& hostile) { flood_with(hostile, wire::encode(wire::List{"", ""}), 100); }

void read_nothing(Hostile& hostile) {
  const std::string request = wire::encode(wire::Read{hostile_readable, {large_value}});
  hostile.flood([&] { return hostile.requests(); },
                [&](ZmtpPeer& peer) { return hostile.ask(peer, request); });
}

void read_all(Hostile& hostile) {
  flood_with(hostile, wire::encode(wire::Read{hostile_readable, {large_value}}), 4);
}

/// As many names as a message has room for.
void read_names(Hostile& hostile) {
  const std::vector<std::string_view> names(hostile.amount(most_request / 2), "n");
  flood_with(hostile, wire::encode(wire::Read{hostile_readable, names}), 1);
}

void status_of_names(Hostile& hostile) {
  const std::vector<std::string_view> names(hostile.amount(most_request / 2), "n");
  flood_with(hostile, wire::encode(wire::StatusRequest{names}), 1);
}

/// As many bytes and names as a message may have, and nearly as many in the answer.
void read_on_many_connections(Hostile& hostile) {
  constexpr std::size_t connections = 24;
  std::vector<std::string> names;
  for (std::size_t i = 0; i != hostile.amount(wire::request_names); ++i)
    names.push_back(std::to_string(100'000 + i) + std::string(240, 'n'));
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string request = wire::encode(wire::Read{hostile_readable, views});
  std::deque<ZmtpPeer> peers;
  for (std::size_t i = 0; i != connections; ++i) peers.push_back(hostile.requests());
  hostile.again([&] {
    for (ZmtpPeer& peer : peers) hostile.ask(peer, request);
    for (ZmtpPeer& peer : peers) static_cast<void>(hostile.answer(peer));
  });
}

/// [1, 1, 1, "", "", [nil ...]]: what is behind the names is for later versions.
void hello_with_elements(Hostile& hostile) {
  const std::size_t elements = hostile.amount(most_request);
  std::string request("\x96\x01\x01\x01\xa0\xa0\xdd", 7);
  for (int shift = 24; shift >= 0; shift -= 8)
    request.push_back(static_cast<char>(elements >> shift));
  request.append(elements, '\xc0');
  flood_with(hostile, request, 1);
}

void begin_sessions(Hostile& hostile) { flood_with(hostile, wire::encode(wire::Hello{}), 100); }

void make_many_hidden(Client& client, bool quick) {
  std::vector<Publisher> spaces;
  for (std::size_t i = 0; i != (quick ? 3000U : 300'000U); ++i) {
    spaces.push_back(client.publisher("hidden" + std::to_string(i)));
    spaces.back().post("x", 1);
    if (spaces.size() == 1000) {
      spaces.back().flush();
      spaces.clear();
    }
  }
}

void make_large(Client& client, bool /*quick*/) {
  client.publisher(hostile_readable).set(large_value, std::string(large_bytes, 'l'));
}

}  // namespace

std::vector<Deed> deeds_of_requests() {
  return {
      {user::nobody, "LIST as fast as it is read", list_all},
      {user::nobody, "LIST beside 300,000 hidden namespaces", list_all, make_many_hidden},
      {user::nobody, "READ of 8.4 million names", read_names},
      {user::nobody, "STATUS of 8.4 million names", status_of_names},
      {user::nobody, "HELLO with 16.7 million elements", hello_with_elements},
      {user::nobody, "sessions", begin_sessions},
      {user::reader, "READ of 16 MB on 24 connections", read_on_many_connections},
      {user::reader, "a value of 1 MB, read without a pause", read_all, make_large},
      {user::reader, "a value of 1 MB, and no answer is read", read_nothing, make_large},
  };
}

}  // namespace bulletin::bench
