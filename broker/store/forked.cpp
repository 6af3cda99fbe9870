#include "store/forked.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include <bulletin/error.hpp>

namespace bulletin::store {
namespace {

std::atomic<pid_t> owner{0};  // whose RocksDB's threads are

void end_forked_child(int status, void*) {
  if (owner == ::getpid()) return;
  std::fflush(nullptr);
  ::_exit(status);
}

}  // namespace

void refuse_forked_child() {
  if (owner == 0 || owner == ::getpid()) return;
  throw Error(Errc::rejected,
              "data cannot be opened in a child that was forked from a process that had some open: "
              "start bulletin-broker as a process of its own (bulletin::Manager)");
}

void let_forked_children_exit() {
  pid_t nobody = 0;
  if (owner.compare_exchange_strong(nobody, ::getpid())) ::on_exit(end_forked_child, nullptr);
}

}  // namespace bulletin::store
