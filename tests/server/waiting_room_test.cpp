#include "server/waiting_room.hpp"

#include <string>

#include "support/catch.hpp"

using namespace bulletin::server;
using Entry = WaitingRoom::Entry;

namespace {

Request request(const std::string& connection, const std::string& body) {
  Request request;
  request.envelope.emplace_back(connection);
  request.body = zmq::message_t(body);
  return request;
}

Entry add(WaitingRoom& room, const std::string& connection, const std::string& body) {
  Request added = request(connection, body);
  const Entry entry = room.add(added);
  if (entry != Entry::waits) CHECK(added.bytes() == body);  // it is left
  return entry;
}

std::string take(WaitingRoom& room) {
  Request taken;
  return room.take(taken) ? std::string(taken.bytes()) : "nobody";
}

}  // namespace

TEST_CASE("Connections have their turns, and the requests of each keep their order") {
  WaitingRoom room(100);
  CHECK(room.empty());
  for (const char* body : {"a1", "a2", "a3"}) CHECK(add(room, "a", body) == Entry::waits);
  CHECK(add(room, "b", "b1") == Entry::waits);
  CHECK(take(room) == "a1");
  CHECK(add(room, "b", "b2") == Entry::waits);
  CHECK(take(room) == "b1");
  CHECK(take(room) == "a2");
  CHECK(take(room) == "b2");
  CHECK_FALSE(room.empty());
  CHECK(take(room) == "a3");
  CHECK(room.empty());
  CHECK(take(room) == "nobody");
}

TEST_CASE(
    "A connection with as many waiting as may has no more taken, until one has had its turn") {
  WaitingRoom room(2);
  CHECK(add(room, "a", "1") == Entry::waits);
  CHECK(add(room, "a", "2") == Entry::waits);
  CHECK(add(room, "a", "3") == Entry::too_many);
  CHECK(add(room, "b", "1") == Entry::waits);
  CHECK(take(room) == "1");
  CHECK(add(room, "a", "3") == Entry::waits);
}

TEST_CASE("A connection that goes on sending far too many is a flood, once") {
  WaitingRoom room(1);
  CHECK(add(room, "a", "first") == Entry::waits);
  for (std::size_t i = 1; i != WaitingRoom::flood_factor; ++i)
    CHECK(add(room, "a", "more") == Entry::too_many);
  CHECK(add(room, "a", "more") == Entry::flood);
  CHECK(add(room, "a", "more") == Entry::too_many);
  CHECK(add(room, "b", "first") == Entry::waits);
}

TEST_CASE("A connection that sends too many, and no more than it has turns, is no flood") {
  WaitingRoom room(1);
  for (std::size_t i = 0; i != 10 * WaitingRoom::flood_factor; ++i) {
    CHECK(add(room, "a", "waits") == Entry::waits);
    CHECK(add(room, "a", "more") == Entry::too_many);
    CHECK(take(room) == "waits");
  }
}

TEST_CASE("A request waits however large it is, and one more if both are not too large") {
  WaitingRoom room(100);
  const std::string large(WaitingRoom::bytes_of_one, 'l');
  CHECK(add(room, "a", large) == Entry::waits);
  CHECK(add(room, "a", "small") == Entry::too_large);
  for (std::size_t i = 1; i != WaitingRoom::bytes_of_all / WaitingRoom::bytes_of_one; ++i)
    CHECK(add(room, "b" + std::to_string(i), large) == Entry::waits);
  CHECK(add(room, "c", "first of its connection") == Entry::waits);
  CHECK(add(room, "c", "second") == Entry::too_large);
  CHECK(take(room) == large);
  CHECK(add(room, "c", "second") == Entry::waits);
}
