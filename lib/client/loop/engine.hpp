// The threads and sockets of a client in one process.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <zmq.hpp>

#include "client/loop/implementation.hpp"
#include "client/loop/writer.hpp"
#include "client/system/clock.hpp"
#include "client/transport/endpoint_ring.hpp"
#include "client/transport/poller.hpp"
#include "client/transport/sockets.hpp"
#include "client/transport/update_stream.hpp"
#include "client/watch/dispatcher.hpp"

namespace bulletin::client {

/// One life of a client: made when the client is, and anew in a forked child. Its thread (the
/// *client's thread*) moves bytes between the sockets and the core: it applies the stream, keeps
/// the session, and leads the writes for which no thread waits.
///
/// An engine of an ancestor process is never destroyed: its threads do not exist here, and its
/// sockets are the ancestor's.
class Engine {
 public:
  /// Whoever makes one blocks signals meanwhile (SignalsBlocked): they would interrupt what makes
  /// the sockets, and the threads would inherit them.
  Engine(Client::Implementation& client, std::shared_ptr<AsyncWriteQueue> intake);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  /// Lets writes end and says GOODBYE, as far as the time allows; then ends the threads.
  void close(SteadyTime deadline);

  void wake() noexcept { waker_.wake(); }

 private:
  std::unique_ptr<zmq::context_t> context_;  // first: the sockets end before it
  Waker waker_;
  Poller poller_;  // the client's thread's
  UpdateStream updates_;

 public:
  Writer writer;
  std::shared_ptr<Dispatcher> dispatcher;  // set once, when the sockets are made
  const std::uint64_t made_in;             ///< the process's generation

  // Guarded by the client's apply mutex.
  std::condition_variable
      progressed;  ///< anything that somebody may wait for: a revision, an answer, the end
  unsigned waiters = 0;
  bool closed = false;

 private:
  /// What arrived since the last turn.
  struct Arrived {
    std::vector<ConnectionMonitor::Event> updates_events;
    bool commands_lost = false;
    bool handshake_failed = false;
    std::vector<zmq::message_t> replies;
    bool updates = false;
  };
  /// What is to be done after a turn of the core.
  struct Todo {
    std::vector<replica::ClientCore::SubscriptionChange> subscriptions;
    std::optional<std::string> updates_endpoint;  // when it is new
    std::vector<std::string> topics;              // all of them, for the new endpoint
    std::vector<SessionEvent> session_events;
    std::vector<PromisedWrite> settled;
    std::vector<std::shared_ptr<detail::NamespaceState>> closed;
  };

  void run();
  void turn();
  void begin_again();
  Poller::Ready wait();
  void follow_lead();
  [[nodiscard]] std::chrono::milliseconds timeout();
  Arrived gather(const Poller::Ready& ready);
  void gather_replies(Arrived& arrived);
  void apply(Arrived& arrived);
  [[nodiscard]] std::optional<std::string> told_updates_endpoint() const;
  void carry_out();
  void connect_updates();
  void send_request();
  void move_on(std::uint64_t now);
  [[nodiscard]] const std::string& endpoint() const { return ring_.current(); }
  void say_goodbye();

  Client::Implementation& client_;
  Socket commands_;
  ConnectionMonitor commands_monitor_;
  std::optional<std::string> connected_to_;  // the updates endpoint
  Todo todo_;
  bool has_failed_ = false;      // the last turn
  bool commands_ready_ = false;  // though their descriptor may not tell
  bool leads_ = false;           // and waits for the writer's descriptor
  EndpointRing ring_;
  std::uint64_t moved_ms_;  // or the broker was heard
  bool connect_failed_ = false;
  std::string peer_address_;            // where the last reply came from
  std::optional<std::string> request_;  // given by the core, not yet taken by the network
  std::optional<std::uint64_t> next_event_ms_;

  std::atomic<bool> stopping_{false};
  std::atomic<SteadyTime> goodbye_until_{SteadyTime{}};
  std::thread thread_;
};

}  // namespace bulletin::client
