// How many come in by one socket, and when no more may.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>

#include <zmq.hpp>

#include "server/socket.hpp"

namespace bulletin::server {

/// Watches a socket's connections. Past a bound nobody is let in any more: what knocks is not
/// answered, and TCP knocks again after some time; who is in is served on. (ZeroMQ accepts whatever
/// there are descriptors for, and to unbind would end all connections. So the kernel is told to
/// drop what comes to the listening descriptor, by a filter, see socket(7). Unix sockets have no
/// such filter: there the last that came are ended.)
///
/// A connection is unproven until its handshake is done; ZeroMQ ends it when that takes longer than
/// `handshake_time`. It tells which connections there are, but not whose handshake is done, so that
/// the number of unproven ones is an estimate: the young ones without as many as have proven
/// themselves meanwhile.
class Door {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds handshake_time{3000};

  struct Bounds {
    std::size_t connections = 0;
    /// At once; and so many a second, after four times as many.
    std::size_t unproven = 0;
  };

  /// Make it before `socket` is bound, and end it before that is closed: ZeroMQ's thread would wait
  /// for ever to tell somebody who has gone.
  Door(zmq::context_t& context, zmq::socket_t& socket, const Bounds& bounds);
  ~Door();
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  /// Nobody is to come in meanwhile: what those who are in have sent is more than can be read.
  void hold(bool held) noexcept { held_ = held; }
  /// Reads what has happened, and closes or opens. True: it has just been closed.
  bool look(Time now);
  /// Ends the connection, if it is still one of this socket's. False: it is not.
  bool end(int descriptor, Time now);
  /// Then it wants to look again also if nothing happens.
  [[nodiscard]] bool closed() const noexcept { return closed_; }
  [[nodiscard]] std::size_t connections() const noexcept { return connections_.size(); }
  [[nodiscard]] std::size_t unproven() const noexcept { return young_.size() - proven_; }
  /// Readable when something has happened.
  [[nodiscard]] int descriptor() { return events_.get(zmq::sockopt::fd); }

 private:
  void take(std::uint16_t event, std::int32_t descriptor, Time now);
  void forget(std::int32_t descriptor);
  void age(Time now);
  [[nodiscard]] bool has_room(bool much) const;
  [[nodiscard]] bool is_ours(int descriptor) const;
  void read_events(Time now);
  bool close();
  bool turn_away();
  void open();

  zmq::socket_ref socket_;
  const Bounds bounds_;
  Socket events_;
  std::map<std::int32_t, std::uint64_t> connections_;  // by descriptor: the number of the ticket
  std::map<std::uint64_t, Time> young_;                // by ticket: when it came
  std::uint64_t tickets_ = 0;
  std::size_t proven_ = 0;  // of the young ones
  double allowed_;          // to come at once
  Time allowed_at_{};
  int listener_ = -1;
  bool held_ = false;
  bool closed_ = false;
};

}  // namespace bulletin::server
