// What a forked child may do with the database of its parent: nothing.
#pragma once

namespace bulletin::store {

/// Throws Error rejected in a child that was forked from a process that had opened a database:
/// RocksDB's threads, which its static objects count on, are the parent's.
void refuse_forked_child();

/// Once a database has been opened. RocksDB has a static object that at exit waits for its thread.
/// In a forked child there is no such thread; so a child that calls exit() ends, with its streams
/// flushed, where that object's turn would come: after all that was registered later.
void let_forked_children_exit();

}  // namespace bulletin::store
