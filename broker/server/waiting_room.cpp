#include "server/waiting_room.hpp"

#include <utility>

namespace bulletin::server {

WaitingRoom::Entry WaitingRoom::add(Request& request) {
  const std::size_t size = request.body.size();
  Queue& queue = queues_[request.connection()];
  if (queue.requests.size() >= most_)
    return ++queue.excess == flood_factor * most_ ? Entry::flood : Entry::too_many;
  if (queue.requests.empty()) {
    turns_.push_back(&queue);
  } else if (queue.bytes + size > bytes_of_one || bytes_ + size > bytes_of_all) {
    return Entry::too_large;
  }
  queue.requests.push_back(std::move(request));
  queue.bytes += size;
  bytes_ += size;
  return Entry::waits;
}

bool WaitingRoom::take(Request& request) {
  if (turns_.empty()) return false;
  Queue& queue = *turns_.front();
  turns_.pop_front();
  request = std::move(queue.requests.front());
  queue.requests.pop_front();
  queue.bytes -= request.body.size();
  bytes_ -= request.body.size();
  if (queue.excess != 0 && queue.excess < flood_factor * most_) --queue.excess;
  if (!queue.requests.empty()) turns_.push_back(&queue);
  return true;
}

}  // namespace bulletin::server
