#include "server/net/held_bytes.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::server;
using authority::Account;
using authority::Resource;

namespace {

Connection& add(Connections& connections, std::size_t bytes, Account* user) {
  const std::uint64_t id = connections.size();
  auto connection = std::make_unique<Connection>(id, Descriptor(), std::string(), nullptr,
                                                 std::size_t{1000}, Connection::Time{});
  connection->input.reserve(bytes);
  connection->account = user;
  return *connections.emplace(id, std::move(connection)).first->second;
}

}  // namespace

TEST_CASE("Those that keep most end until the others keep less than the bound") {
  Connections connections;
  Account user;
  Connection& small = add(connections, 1000, &user);
  Connection& large = add(connections, 30'000, nullptr);
  Connection& larger = add(connections, 50'000, &user);
  Connection& over = add(connections, 90'000, &user);
  over.ends = true;
  const std::size_t all = small.held() + large.held() + larger.held();
  CHECK(connections_too_large(connections, all).empty());
  CHECK(user.used[Resource::network_bytes] == small.held() + larger.held());
  CHECK(connections_too_large(connections, all - 1) == std::vector<Connection*>{&larger});
  CHECK(connections_too_large(connections, small.held()) ==
        std::vector<Connection*>{&larger, &large});
  CHECK(user.used[Resource::network_bytes] == small.held());
}

TEST_CASE("Of a user that keeps more than its quota those that keep most end") {
  Connections connections;
  Account limited;
  Account other;
  add(connections, 10'000, &limited);
  Connection& first = add(connections, 20'000, &limited);
  add(connections, 90'000, &other);
  limited.quota[Resource::network_bytes] = 20'000;
  CHECK(connections_too_large(connections, SIZE_MAX) == std::vector<Connection*>{&first});
  CHECK(limited.refused[Resource::network_bytes] == 1);
  CHECK(other.refused[Resource::network_bytes] == 0);
}

// With a look at all of them for each that ends this takes hours.
TEST_CASE("Of very many connections very many end at once") {
  Connections connections;
  constexpr std::size_t count = 40'000;
  for (std::size_t i = 0; i != count; ++i) add(connections, 1000 + i % 7, nullptr);
  CHECK(connections_too_large(connections, 0).size() == count);
}
