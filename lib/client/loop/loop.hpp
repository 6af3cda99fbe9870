// Moves bytes between the transport and the state of a client.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "client/loop/client_state.hpp"
#include "client/loop/writes.hpp"
#include "client/transport/endpoint_ring.hpp"
#include "client/transport/poller.hpp"
#include "client/transport/transport.hpp"
#include "client/watch/dispatcher.hpp"

namespace bulletin::client {

/// One life of a client: made when the client is, and anew in a forked child.
///
/// One thread at a time *drives*: it waits for the transport and moves what arrives and what is to
/// be sent. A thread that waits for an answer drives until what it waits for is there; those that
/// come meanwhile wait until the driver finds that for them, or until it has done and one of them
/// drives. While no thread waits, the client's thread drives. It sleeps at the *gate*, which a
/// driver closes: so what arrives wakes the thread that waits for it, and no other.
///
/// All members are guarded by the client's lock, and those that are marked by the role of the
/// driver, who does not hold the lock while it waits.
///
/// A loop of an ancestor process is never destroyed: its thread does not exist here, and its
/// sockets are the ancestor's.
class Loop {
 public:
  using Predicate = std::function<bool()>;

  /// The caller blocks signals meanwhile (SignalsBlocked): they would interrupt what makes the
  /// threads, which would inherit them.
  Loop(ClientState& state, std::shared_ptr<AsyncWriteQueue> queue,
       std::unique_ptr<Transport> transport);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  /// Lets writes end and says GOODBYE, as far as the time allows; then ends the threads.
  void close(SteadyTime deadline);

  /// Any thread: there is something to do, such as to ask.
  void wake() noexcept { transport_->wake(); }

  enum class Waits {
    for_an_answer,  ///< drives: the broker owes it
    for_a_change,   ///< of unknown time: does not drive, as then others would have to wake it
  };
  /// Waits until the predicate is true, with the lock held when it is called, by whatever thread.
  /// False: the deadline has passed, or the loop has been closed.
  bool wait(Lock& lock, SteadyTime deadline, const Predicate& predicate, Waits waits) noexcept;

  /// Waits for the end of the write. When it throws, the write was not sent and will not be.
  replica::FinishedWrite write(replica::PendingWrite&& write);

  [[nodiscard]] bool is_closed(const Lock&) const noexcept { return stopping_; }
  /// The core was asked for something: it is told to the broker soon.
  void has_work(Lock& lock) noexcept;

  Writes writes;
  const std::shared_ptr<Dispatcher> dispatcher;
  const std::uint64_t made_in;  ///< the process's generation

 private:
  /// A thread that waits while another one drives.
  class Follower {
   public:
    Follower(Loop& loop, const Predicate& predicate, Waits waits) noexcept;
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;
    ~Follower();

    const Predicate& predicate;
    const bool may_drive;
    bool done = false;
    std::condition_variable changed;
    Follower* next;
    Follower* previous = nullptr;

   private:
    Loop& loop_;
  };
  enum class Driver { none, caller, client_thread };
  /// How many updates a turn applies before it looks at the rest.
  struct Share {
    std::size_t messages;
    std::size_t bytes;
  };

  // --- who drives ---
  void run();
  std::chrono::milliseconds drive_as_client_thread(Lock& lock) noexcept;
  bool drive(Lock& lock, SteadyTime deadline, const Predicate& predicate) noexcept;
  void pass_on() noexcept;
  void tell_followers() noexcept;
  [[nodiscard]] bool may_drive() const noexcept {
    return driver_ == Driver::none && !needs_client_thread() && !stopping_;
  }
  [[nodiscard]] bool needs_client_thread() const noexcept { return has_failed_ || must_move_; }
  [[nodiscard]] bool is_unfinished() noexcept;

  // --- the driver ---
  void turn(Lock& lock, SteadyTime latest, Share share);
  void prepare(Lock& lock);
  [[nodiscard]] std::uint64_t next_event_ms() const;
  void take(const ConnectionEvent& event, Lock& lock);
  void take_updates(Lock& lock, Share share);
  void take_answers(Lock& lock);
  void keep_house(Lock& lock, std::uint64_t now);
  void follow_updates(std::uint64_t now);
  [[nodiscard]] std::optional<std::string> told_updates_endpoint() const;
  void send_request();
  void transmit();
  void transmit_next() noexcept;
  void look_for_broker(std::uint64_t now);
  void move_on(Lock& lock);
  void begin_again(Lock& lock);
  void say_goodbye(SteadyTime deadline);

  ClientState& state_;
  const std::unique_ptr<Transport> transport_;  // the driver's
  Poller gate_;

  Driver driver_ = Driver::none;
  Follower* followers_ = nullptr;  // the newest first
  bool stopping_ = false;
  std::condition_variable left_;          // by the driver, while stopping
  std::uint64_t thread_wakes_at_ms_ = 0;  // by itself

  bool has_failed_ = false;  // the last turn
  bool has_work_ = true;     // the house is to be kept now
  std::uint64_t house_due_ms_ = 0;
  bool answered_ = false;                    // since the house was kept last
  std::optional<std::string> request_;       // given by the core, not yet taken by the network
  std::optional<std::string> connected_to_;  // the updates endpoint
  std::vector<PromisedWrite> settled_;       // on their way

  EndpointRing ring_;
  std::uint64_t moved_ms_;  // or the broker was heard
  bool connect_failed_ = false;
  bool must_move_ = false;  // which takes time: names are looked up

  std::thread thread_;
};

}  // namespace bulletin::client
