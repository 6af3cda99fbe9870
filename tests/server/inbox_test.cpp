#include "server/inbox.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace bulletin::server;

namespace {

/// A ROUTER and its peers; messages within a process are there when they have been sent.
class Line {
  zmq::context_t context_;

 public:
  Line() : commands(context_, zmq::socket_type::router) {
    commands.set(zmq::sockopt::rcvhwm, 0);
    commands.bind("inproc://commands");
  }

  zmq::socket_t peer() {
    zmq::socket_t peer(context_, zmq::socket_type::dealer);
    peer.set(zmq::sockopt::sndhwm, 0);
    peer.connect("inproc://commands");
    return peer;
  }

  zmq::socket_t commands;
};

void ask(zmq::socket_t& peer, const std::string& body) {
  peer.send(zmq::message_t(), zmq::send_flags::sndmore);
  peer.send(zmq::buffer(body), zmq::send_flags::none);
}

std::vector<std::string> bodies(std::span<Request> requests) {
  std::vector<std::string> bodies;
  for (const Request& request : requests) bodies.emplace_back(request.bytes());
  return bodies;
}

using Bodies = std::vector<std::string>;

}  // namespace

TEST_CASE("What is behind a portion waits, and comes in the next ones, each connection in turn") {
  Line line;
  zmq::socket_t busy = line.peer();
  zmq::socket_t other = line.peer();
  Inbox inbox(100);
  for (const char* body : {"1", "2", "3", "4"}) ask(busy, body);
  CHECK(bodies(inbox.receive(line.commands, 1)) == Bodies{"1"});
  CHECK_FALSE(inbox.drained());
  ask(other, "first");
  ask(busy, "5");
  CHECK(bodies(inbox.receive(line.commands, 1)) == Bodies{"2"});
  CHECK(bodies(inbox.receive(line.commands, 2)) == Bodies{"3", "first"});
  CHECK(bodies(inbox.receive(line.commands, 9)) == Bodies{"4", "5"});
  CHECK(inbox.drained());
  CHECK(inbox.receive(line.commands, 9).empty());
  CHECK(inbox.refused().empty());
}

TEST_CASE("Of a connection that sends more than may wait, what is too much is told at once") {
  Line line;
  zmq::socket_t flooding = line.peer();
  zmq::socket_t other = line.peer();
  Inbox inbox(3);
  for (int i = 0; i != 7; ++i) ask(flooding, std::to_string(i));
  ask(other, "other");
  const Bodies taken = bodies(inbox.receive(line.commands, 1));
  CHECK(inbox.refused().size() == 7 - 1 - 3);
  CHECK(bodies(inbox.refused()).back() == "6");
  inbox.release();
  const Bodies rest = bodies(inbox.receive(line.commands, 9));
  CHECK(inbox.refused().empty());
  CHECK(taken.size() + rest.size() == 1 + 3 + 1);
  CHECK(inbox.drained());
}

TEST_CASE("However much a connection sends, all of it leaves the socket within some portions") {
  Line line;
  zmq::socket_t flooding = line.peer();
  Inbox inbox(WaitingRoom::least_bound);
  constexpr std::size_t sent = 20'000;
  for (std::size_t i = 0; i != sent; ++i) ask(flooding, "flood");
  std::size_t seen = 0;
  int portions = 0;
  do {
    seen += inbox.receive(line.commands, 1).size() + inbox.refused().size();
    inbox.release();
  } while (++portions < 100 && !inbox.drained());
  CHECK(seen + inbox.dropped() == sent);
  CHECK(inbox.dropped() > sent / 2);
}

TEST_CASE("Messages that cannot be answered are dropped, before a portion and behind it") {
  Line line;
  zmq::socket_t peer = line.peer();
  Inbox inbox(100);
  for (int i = 0; i != 2; ++i) {
    peer.send(zmq::str_buffer("no delimiter"), zmq::send_flags::none);
    ask(peer, "request");
  }
  peer.send(zmq::str_buffer("no delimiter"), zmq::send_flags::none);
  CHECK(bodies(inbox.receive(line.commands, 2)) == Bodies{"request"});
  CHECK(bodies(inbox.receive(line.commands, 2)) == Bodies{"request"});
  CHECK(inbox.dropped() == 3);
  CHECK(inbox.drained());
}
