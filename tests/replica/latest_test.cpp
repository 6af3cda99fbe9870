// Writes of which only the newest matters.
#include <string>
#include <vector>

#include "replica/lane_world.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

void post(Lane& lane, const std::string& name, int value, bool latest = true,
          const NamespaceReplica* replica = nullptr) {
  PendingWrite write =
      to_write(replica == nullptr ? lane.plant : *replica, Transaction().set(name, value));
  write.posted = true;
  write.latest = latest;
  write.deadline_ms = no_deadline;
  lane.lane.add(std::move(write));
}

/// "name=value" of what is transmitted now.
std::vector<std::string> transmit(Lane& lane) {
  std::vector<std::string> all;
  for (const wire::WriteItem& item : lane.transmit().items) {
    wire::Transaction transaction;
    wire::decode_transaction(item.transaction, transaction);
    const wire::Operation& operation = transaction.operations.front();
    all.push_back(std::string(operation.name) + "=" +
                  std::to_string(static_cast<int>(operation.value.front())));
  }
  return all;
}

}  // namespace

TEST_CASE("the newest of the values that wait takes the place of the older ones") {
  Lane lane;
  for (int i = 1; i <= 100; ++i) {
    post(lane, "x", i);
    post(lane, "y", i);
  }
  lane.lane.session_started(first_session, false, 0);
  CHECK(transmit(lane) == std::vector<std::string>{"x=100", "y=100"});
  lane.all_ok(2);
  CHECK(lane.lane.idle());
  CHECK(lane.lane.waiting_bytes() == 0);
}

TEST_CASE("what is under way is not replaced") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  post(lane, "x", 1);
  CHECK(transmit(lane) == std::vector<std::string>{"x=1"});
  for (int i = 2; i <= 9; ++i) post(lane, "x", i);
  lane.all_ok(1);
  CHECK(transmit(lane) == std::vector<std::string>{"x=9"});
  lane.all_ok(1);
  CHECK(lane.lane.idle());
}

TEST_CASE("values of other namespaces and those of which each matters are all sent") {
  Lane lane;
  post(lane, "x", 1, false);
  post(lane, "x", 2, true);
  post(lane, "x", 3, true, &lane.other);
  post(lane, "x", 4, false);
  post(lane, "x", 5, true);
  lane.lane.session_started(first_session, false, 0);
  CHECK(transmit(lane) == std::vector<std::string>{"x=1", "x=5", "x=3", "x=4"});
}

TEST_CASE("a request that was made ready is made again when one of its values was replaced") {
  Lane lane;
  lane.lane.session_started(first_session, false, 0);
  post(lane, "first", 1);
  transmit(lane);
  const std::string large(200'000, 'x');
  for (int i = 0; i != 4; ++i) lane.add(Transaction().set("large" + std::to_string(i), large));
  post(lane, "x", 1);
  lane.lane.prepare();
  post(lane, "x", 2);
  lane.all_ok(1);
  std::vector<std::string> sent;
  while (!lane.lane.idle()) {
    for (const std::string& one : transmit(lane)) sent.push_back(one.substr(0, 3));
    const std::size_t count = sent.size();
    (void)count;
    lane.all_ok(std::get<wire::Write>(wire::decode_request(lane.bytes)).items.size());
  }
  CHECK(sent.back() == "x=2");
}
