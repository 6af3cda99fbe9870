#include "server/waiting_room.hpp"

#include <utility>

namespace bulletin::server {

WaitingRoom::Entry WaitingRoom::add(Request& request) {
  const std::size_t size = request.body.size();
  auto found = queues_.find(request.connection());
  if (found != queues_.end()) {
    if (found->second.requests.size() >= most_) return Entry::too_many;
    if (found->second.bytes + size > bytes_of_one || bytes_ + size > bytes_of_all)
      return Entry::too_large;
  } else {
    found = queues_.emplace(request.connection(), Queue{}).first;
    turns_.push_back(found);
  }
  found->second.requests.push_back(std::move(request));
  found->second.bytes += size;
  bytes_ += size;
  return Entry::waits;
}

bool WaitingRoom::take(Request& request) {
  if (turns_.empty()) return false;
  const Queues::iterator next = turns_.front();
  turns_.pop_front();
  Queue& queue = next->second;
  request = std::move(queue.requests.front());
  queue.requests.pop_front();
  queue.bytes -= request.body.size();
  bytes_ -= request.body.size();
  if (queue.requests.empty()) {
    queues_.erase(next);
  } else {
    turns_.push_back(next);
  }
  return true;
}

}  // namespace bulletin::server
