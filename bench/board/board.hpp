// Bulletin itself.
#pragma once

#include <string>
#include <vector>

#include "harness/contender.hpp"
#include "harness/reading.hpp"

namespace bulletin::bench {

// Reads from memory; 10,000 attributes.
Way read_typed(Readers readers);
Way read_by_name(Readers readers);
Way read_string(Readers readers);
Way read_struct(Readers readers);

/// One `set()`, a round trip; and one by a Publisher, which keeps no copy.
Way board_set();
Way board_publish();
/// `set()` until another process's callback runs, and until its plain read sees it.
Way board_watch();
Way board_watch_publisher();
Way board_read();
Way board_read_publisher();

/// `set()` here until the callback of a far end has written back, and that has come.
Way board_echo();
/// Acts as that far end, until this process ends.
[[noreturn]] void echo(const std::string& endpoint);

/// Changes per second until a replica in another process has them all.
Way board_set_async(std::size_t writers);
/// The same by one Publisher.
Way board_publish_async();
/// The same without futures: posted, and flushed.
Way board_post();
Way board_publish_post();
/// Transactions of 100 changes; every writer waits for each of its own.
Way board_commit(std::size_t writers);
/// The same by one writer that does not wait.
Way board_commit_async();
/// The same, counted at so many processes.
Way board_fanout(std::size_t subscribers);
/// The same by a publisher that posts.
Way board_post_fanout(std::size_t subscribers);
/// The same with transactions of 100.
Way board_commit_fanout(std::size_t subscribers);

/// `open()` of so many attributes by a fresh client.
Way board_join(std::size_t attributes);
/// Bytes that a process takes for an attribute.
Way board_memory_of_broker(std::size_t attributes);
Way board_memory_of_replica(std::size_t attributes);
/// The same with a broker of its own that keeps its data: each change is on the disk before it is
/// answered or seen.
Way durable(Way way);
/// The same with a broker of its own that has keys: all is encrypted.
Way secured(Way way);
/// From the start of a broker with so many attributes in its data until its first answer.
Way board_restart(std::size_t attributes);
/// Bytes on the disk for each of 10,000 attributes, when they have been overwritten so often in
/// all.
Way board_disk(std::size_t changes);

/// From the broker back on its port until 100 clients hold 10,000 attributes again, and one change
/// more; the attributes are written again, or the broker has kept them.
Way board_reconnect(bool keeps);

/// The longest wait of a client that behaves, beside each of many that do not; with what they cost
/// in memory.
std::vector<Way> board_beside_hostile();

Roles board_roles();

}  // namespace bulletin::bench
