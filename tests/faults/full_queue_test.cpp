// Writes for which nobody waits, when more come than are sent.
#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "faults/faults.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::test;
using namespace std::chrono_literals;

namespace {

// What the call throws, if it does.
void collect(std::set<Errc>& codes, const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    codes.insert(error.code());
  }
}

// All that comes of more writes than the queue holds, by every way into it.
std::set<Errc> codes_of_too_many(const Publisher& publisher) {
  const std::string large(1 << 20, 'x');
  std::set<Errc> codes;
  std::vector<Future<Revision>> futures;
  std::vector<Future<CommitResult>> commits;
  for (int i = 0; i != 24; ++i) {
    collect(codes, [&] { publisher.post("posted", large); });
    collect(codes, [&] { futures.push_back(publisher.set_async("set", large)); });
    collect(codes, [&] {
      commits.push_back(publisher.commit_async(Transaction().set("committed", large)));
    });
  }
  collect(codes, [&] { publisher.set("waited for", 1); });
  for (auto& future : futures) collect(codes, [&] { future.get(); });
  for (auto& future : commits) collect(codes, [&] { future.get(); });
  collect(codes, [&] { publisher.flush(); });
  return codes;
}

}  // namespace

TEST_CASE("More writes than the broker takes are overloaded while it is heard") {
  BrokerOptions slow = short_times();
  slow.beat = 5s;  // it counts as heard for three of them
  slow.session_time = 30s;
  const Board board(slow);
  Client client = board.client(impatient(300ms));
  Client patient = board.client();
  const Namespace other = patient.open("full");
  const Publisher publisher = client.publisher("full");
  publisher.set("before", 1);
  {
    const FailingSends failing(1'000'000);
    CHECK(codes_of_too_many(publisher) == std::set{Errc::overloaded});
  }
  other.sync();
  CHECK(other.size() == 1);
  CHECK(await([&] {
    try {
      publisher.set("after", 1);
      return true;
    } catch (const Error& error) {
      return false;
    }
  }));
}

TEST_CASE("More writes than can wait are disconnected while no broker is heard") {
  ClientOptions options = impatient(300ms);
  options.endpoint = "tcp://127.0.0.1:9";  // nobody listens there
  options.close_timeout = 0ms;
  Client client(options);
  CHECK(codes_of_too_many(client.publisher("full")) == std::set{Errc::disconnected});
}
