// The updates of all namespaces, from the socket to the replicas.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <zmq.hpp>

#include "client/transport/keys.hpp"
#include "client/transport/poller.hpp"
#include "client/transport/sockets.hpp"
#include "replica/subscriptions.hpp"

namespace bulletin::client {

/// Takes updates one after the other. Called by any thread, with no lock but the stream's.
class UpdateSink {
 public:
  virtual ~UpdateSink() = default;
  /// False: after this update the client's thread has something to do, such as to ask, or to tell.
  virtual bool apply_update(std::string_view topic, std::string_view body) = 0;
};

/// The updates socket, and what has arrived there. It is the client's thread's; but a thread that
/// leads a write is awake anyway when its own update comes, so the stream is lent to it meanwhile,
/// and the client's thread sleeps on. Whoever uses the socket holds a lock, and leaves nothing in
/// it or says that something waits: so its descriptor tells of what comes later.
class UpdateStream {
 public:
  /// `poller`: of the client's thread. `client_thread` wakes it.
  UpdateStream(UpdateSink& sink, Poller& poller, Waker& client_thread);
  UpdateStream(const UpdateStream&) = delete;
  UpdateStream& operator=(const UpdateStream&) = delete;
  ~UpdateStream();

  // --- the client's thread ---
  /// A new socket, with these topics. Throws zmq::error_t, and is closed then.
  void open(zmq::context_t& context, const std::optional<Keys>& keys,
            const std::vector<std::string>& topics);
  /// Throws zmq::error_t when the endpoint is none.
  void connect(const std::string& endpoint);
  void close();
  [[nodiscard]] bool is_open() const noexcept { return socket_.has_value(); }
  void change(const std::vector<replica::SubscriptionChange>& changes);
  /// What has happened to the connection.
  std::vector<ConnectionMonitor::Event> events(const Poller::Ready& ready);
  /// There may be something to serve.
  [[nodiscard]] bool is_ready(const Poller::Ready& ready) const;
  /// Takes what has arrived, and applies some of it.
  void serve();
  /// Something is left to serve, of which the descriptor does not tell.
  [[nodiscard]] bool waits() const noexcept { return waits_.load(std::memory_order_acquire); }

  // --- the thread that leads a write ---
  /// What this thread did before happens before what is told of updates that come afterwards. The
  /// way through the broker orders them in fact, but not by the rules of C++ (nor for a thread
  /// sanitizer).
  void write_is_sent() noexcept { sent_.fetch_add(1, std::memory_order_release); }

  /// While it lives, the client's thread is not told of what arrives, unless it takes the stream
  /// back. One at a time.
  class Loan {
   public:
    explicit Loan(UpdateStream& stream);
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan() { end(); }

    /// To be waited for; negative: there is nothing lent (any more).
    [[nodiscard]] int descriptor() const;
    /// Something has arrived. Gives the stream back when there is more to do than to apply it.
    void serve();

   private:
    void end();

    UpdateStream& stream_;
  };

 private:
  bool serve_some(std::size_t most_bytes, std::size_t most_messages);
  bool gather(std::size_t most_bytes);
  bool apply_some(std::size_t most_messages);
  void forget_descriptor();

  UpdateSink& sink_;
  Poller& poller_;
  Waker& client_thread_;
  std::atomic<std::uint64_t> sent_ = 0;  // the writes whose sending has begun
  std::uint64_t monitors_made_ = 0;

  std::mutex mutex_;  // of the socket, and of what follows
  std::optional<Socket> socket_;
  std::deque<std::pair<zmq::message_t, zmq::message_t>> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::atomic<bool> waits_ = false;  // written under it

  std::optional<ConnectionMonitor> monitor_;  // the client's thread's; ends before the socket

  mutable std::mutex loan_mutex_;  // of what follows; taken last
  int descriptor_ = -1;            // the socket's
  const Loan* loan_ = nullptr;
};

}  // namespace bulletin::client
