#include "harness/catalogue.hpp"

#include "board/board.hpp"
#include "floor/floor.hpp"
#include "harness/service.hpp"
#include "rivals/rivals.hpp"

namespace bulletin::bench {
namespace {

Scenario scenario(std::string name, std::string what, Unit unit, std::vector<Way> ways,
                  int rounds = 0) {
  for (Way& rival : rivals_in(name)) ways.push_back(std::move(rival));
  return {std::move(name), std::move(what), unit, rounds, std::move(ways)};
}

std::vector<Way> reads(Readers readers) {
  return {atomic_load(readers.threads), seqlock(readers.threads), mutex_and_map(readers.threads),
          read_typed(readers),          read_by_name(readers),    read_string(readers),
          read_struct(readers)};
}

}  // namespace

std::vector<Scenario> catalogue(const Setting& setting) {
  const std::size_t many = setting.quick ? 100'000 : 1'000'000;
  std::vector<Scenario> all;
  all.push_back(scenario("read", "one read, of 10,000 attributes", Unit::nanoseconds, reads({})));
  all.push_back(scenario("read, 2 threads", "the same by two threads at once", Unit::nanoseconds,
                         reads({.threads = 2})));
  all.push_back(scenario("read, writer", "while a writer changes what is read", Unit::nanoseconds,
                         reads({.writer = true})));
  all.push_back(scenario("write", "one write and its answer", Unit::microseconds,
                         {zmq_ping_pong(), tcp_ping_pong(), board_set(), board_publish()}));
  all.push_back(scenario("propagate", "a write until another process has it", Unit::microseconds,
                         {zmq_relay(), zmq_relay_told(), zmq_relay_read(), board_watch(),
                          board_watch_publisher(), board_read(), board_read_publisher()}));
  all.push_back(scenario("echo", "a write, and what another process writes back",
                         Unit::microseconds, {board_echo()}));
  all.push_back(scenario("throughput", "changes per second, to a process that has them all",
                         Unit::per_second,
                         {promises(many), board_set_async(1), board_publish_async(), board_post(),
                          board_publish_post(), board_set_async(2), board_commit(1),
                          board_commit(8), board_commit_async()}));
  all.push_back(scenario("fan-out", "deliveries per second to so many processes", Unit::per_second,
                         {zmq_fanout(8), board_fanout(1), board_fanout(8), board_fanout(32),
                          board_post_fanout(8), board_commit_fanout(8)}));
  all.push_back(
      scenario("join", "a fresh client until it has all", Unit::milliseconds,
               {board_join(1000), board_join(10'000), board_join(100'000), board_join(many)}, 3));
  all.push_back(scenario("memory", "bytes per attribute", Unit::bytes,
                         {board_memory_of_broker(many), board_memory_of_replica(many)}, 1));
  all.push_back(scenario("durable write", "one write that is on the disk when it is answered",
                         Unit::microseconds, {zmq_ping_pong_and_sync(), durable(board_set())}));
  all.push_back(scenario(
      "durable throughput", "changes per second, on the disk before they are seen",
      Unit::per_second,
      {durable(board_set_async(1)), durable(board_commit(8)), durable(board_commit_async())}));
  all.push_back(scenario("encrypted write", "one write and its answer, without keys and with",
                         Unit::microseconds, {board_set(), secured(board_set())}));
  all.push_back(scenario("encrypted throughput", "changes per second, without keys and with",
                         Unit::per_second,
                         {board_set_async(1), secured(board_set_async(1)), board_commit_async(),
                          secured(board_commit_async())}));
  all.push_back(scenario("hostile", "requests of a client that behaves, and the broker's memory",
                         Unit::milliseconds, board_beside_hostile(), 1));
  all.push_back(scenario("restart", "a broker with data until its first answer", Unit::milliseconds,
                         {board_restart(many)}, 3));
  all.push_back(scenario("disk", "bytes on the disk for each of 10,000 attributes, overwritten",
                         Unit::bytes, {board_disk(many), board_disk(many * 5)}, 1));
  all.push_back(scenario("reconnect", "the broker back until 100 clients have 10,000 attributes",
                         Unit::milliseconds, {board_reconnect(false), board_reconnect(true)}, 3));
  return all;
}

Roles roles() {
  Roles all{{"service", service_role}};
  for (Roles some : {floor_roles(), board_roles(), rival_roles()}) all.merge(some);
  return all;
}

}  // namespace bulletin::bench
