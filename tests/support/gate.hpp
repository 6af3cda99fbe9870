// The network between clients and a broker, in the hands of a test.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <string>
#include <thread>

namespace bulletin::test {

/// Listens on a loopback port of its own and passes the bytes of every connection on to a target.
/// While it is held nothing passes, as with a cable pulled; while it is shut, connections are cut.
class Gate {
 public:
  enum class State { open, held, shut };

  Gate();
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// Where to connect instead of to the target.
  std::string endpoint() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
  /// `tcp://127.0.0.1:PORT`.
  void lead_to(const std::string& target);

  /// Returns when the new state holds.
  void set(State state);
  void open() { set(State::open); }
  void hold() { set(State::held); }
  void shut() { set(State::shut); }

  /// Bytes that were passed on, both ways.
  std::uint64_t passed() const noexcept { return passed_; }

 private:
  struct Way {
    int from = -1;
    int to = -1;
    std::string waiting;
  };
  struct Connection {
    Way up;    // client to target
    Way down;  // target to client
  };

  void run();
  void turn();
  void accept_one();
  bool pump(Way& way);
  static void end(Connection& connection);

  int listener_ = -1;
  int wake_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::uint16_t> target_{0};
  std::atomic<State> wanted_{State::open};
  std::atomic<State> reached_{State::open};
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> passed_{0};
  std::list<Connection> connections_;  // the thread's
  std::thread thread_;
};

}  // namespace bulletin::test
