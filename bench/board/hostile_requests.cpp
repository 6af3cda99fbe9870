// What can be done with requests that change nothing.

#include <string>
#include <string_view>
#include <vector>

#include "board/hostile.hpp"
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
      {user::nobody, "sessions", begin_sessions},
      {user::reader, "a value of 1 MB, read without a pause", read_all, make_large},
      {user::reader, "a value of 1 MB, and no answer is read", read_nothing, make_large},
  };
}

}  // namespace bulletin::bench
