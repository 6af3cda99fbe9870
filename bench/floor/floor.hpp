// What a program could get at best: the same sockets with nothing of ours between them.
#pragma once

#include "harness/contender.hpp"

namespace bulletin::bench {

/// 32 bytes to another process and back.
Way tcp_ping_pong();
Way zmq_ping_pong();
/// The same by ZeroMQ, and 400 bytes appended to a file and synced (fdatasync).
Way zmq_ping_pong_and_sync();
/// 32 bytes through a relay of REQ, ROUTER, XPUB and SUB to another process.
Way zmq_relay();
/// The same, and the sender's process is told as well: so is a writer that keeps a replica.
Way zmq_relay_told();
/// As the first, until another thread of that process, which reads again and again, sees it.
Way zmq_relay_read();
/// Messages of 64 bytes from XPUB to so many subscriber processes.
Way zmq_fanout(std::size_t subscribers);

/// So many futures in one process, each made ready by another thread.
Way promises(std::size_t count);

/// Reads in one process, by so many threads at once; of `mutex_and_map` by name among 10,000.
Way atomic_load(std::size_t threads);
Way seqlock(std::size_t threads);
Way mutex_and_map(std::size_t threads);

Roles floor_roles();

}  // namespace bulletin::bench
