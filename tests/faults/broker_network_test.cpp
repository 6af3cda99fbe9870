// A broker whose kernel refuses what its network asks for: it pauses, says why, and goes on.
#include <cerrno>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "faults/faults.hpp"
#include "support/await.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/tcp_peer.hpp"
#include "support/zmtp.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

/// A broker at a port, and the lines of its log.
class LoggingBroker {
 public:
  LoggingBroker() : broker_(options()) { broker_.start(); }

  [[nodiscard]] std::string endpoint() const { return broker_.endpoint(); }
  [[nodiscard]] bool running() const { return broker_.running(); }
  std::size_t count(std::string_view text) const {
    const std::scoped_lock lock(mutex_);
    std::size_t lines = 0;
    for (const std::string& line : lines_) lines += line.find(text) != std::string::npos ? 1 : 0;
    return lines;
  }
  /// Somebody can connect, and is greeted.
  bool greets() const {
    const TcpPeer peer(endpoint());
    const std::string greeting = zmtp_greeting("NULL");
    return peer.connected() && peer.receive(greeting.size()).size() == greeting.size();
  }

 private:
  BrokerOptions options() {
    BrokerOptions options = short_times();
    options.bind = "tcp://127.0.0.1:*";
    options.on_log = [this](const LogEntry& entry) {
      const std::scoped_lock lock(mutex_);
      lines_.emplace_back(entry.text);
    };
    return options;
  }

  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
  Broker broker_;
};

}  // namespace

TEST_CASE("A broker that cannot accept pauses and says why and accepts when it can again") {
  for (const int error : {EPERM, EACCES, EINVAL, EBADF, ENOMEM, EMFILE, ETIMEDOUT, EIO}) {
    CAPTURE(error);
    const LoggingBroker broker;
    const TcpPeer peer(broker.endpoint());
    const std::string greeting = zmtp_greeting("NULL");
    REQUIRE(peer.receive(greeting.size()).size() == greeting.size());
    std::uint64_t failures = 0;
    {
      const FailingCall failing(FailingCall::Name::accept4, error);
      const TcpPeer newcomer(broker.endpoint());
      REQUIRE(await([] { return FailingCall::count() >= 3; }));
      // Those that are there are served meanwhile.
      peer.send(zmtp_ready("DEALER", "") + zmtp_ping(0));
      REQUIRE(await([&] { return peer.has_news(); }));
      failures = FailingCall::count();
    }
    CHECK(failures < 1000);
    CHECK(broker.count("event=accept_failed") == 1);
    CHECK(broker.count(std::generic_category().message(error)) == 1);
    CHECK(broker.greets());
    CHECK(broker.running());
  }
}

TEST_CASE("A newcomer that has gone already keeps no other one waiting") {
  for (const int error : {EINTR, ECONNABORTED, EPROTO, ENETDOWN, EHOSTUNREACH}) {
    CAPTURE(error);
    const LoggingBroker broker;
    const FailingCall failing(FailingCall::Name::accept4, error, 200);
    CHECK(broker.greets());
    CHECK(FailingCall::count() == 200);
    CHECK(broker.count("event=accept_failed") == 0);
  }
}

TEST_CASE("A broker that cannot poll one more connection lives on and says why") {
  for (const int error : {ENOSPC, ENOMEM}) {
    CAPTURE(error);
    const LoggingBroker broker;
    REQUIRE(broker.greets());
    {
      const FailingCall failing(FailingCall::Name::epoll_ctl, error);
      const TcpPeer refused(broker.endpoint());
      CHECK(refused.is_turned_away());
      CHECK(FailingCall::count() < 100);
    }
    CHECK(broker.greets());
    CHECK(broker.running());
    CHECK(broker.count("event=accept_failed") == 1);
    CHECK(broker.count(std::generic_category().message(error)) == 1);
  }
}

TEST_CASE("A broker waits where a filter of system calls does not know the newest one") {
  for (const int error : {ENOSYS, EPERM}) {
    CAPTURE(error);
    const FailingCall failing(FailingCall::Name::epoll_pwait2, error);
    const LoggingBroker broker;
    CHECK(broker.greets());
    CHECK(FailingCall::count() == 1);
    CHECK(broker.running());
  }
}

TEST_CASE("A connection for whose output the kernel has no memory gets it later") {
  for (const int error : {ENOBUFS, ENOMEM}) {
    CAPTURE(error);
    const LoggingBroker broker;
    const TcpPeer peer(broker.endpoint());
    const std::string greeting = zmtp_greeting("NULL");
    REQUIRE(peer.receive(greeting.size()).size() == greeting.size());
    const FailingCall failing(FailingCall::Name::sendmsg, error, 3);
    peer.send(greeting + zmtp_ready("DEALER", ""));
    CHECK_FALSE(peer.receive(10).empty());
    CHECK(FailingCall::count() == 3);
  }
}
