// Keeps what ClientOptions::on_state is told.
#pragma once

#include <algorithm>
#include <functional>
#include <mutex>
#include <vector>

#include <bulletin/options.hpp>

#include "support/await.hpp"

namespace bulletin::test {

/// Lives longer than the client that it listens to.
class Events {
 public:
  std::function<void(ClientEvent)> listener() {
    return [this](ClientEvent event) {
      const std::scoped_lock lock(mutex_);
      events_.push_back(event);
    };
  }

  std::vector<ClientEvent> all() const {
    const std::scoped_lock lock(mutex_);
    return events_;
  }

  /// Waits until these were told in this order. On a busy machine a broker may seem to be away for
  /// a moment, so others may stand between them.
  bool saw(const std::vector<ClientEvent>& expected) const {
    return await([&] {
      auto next = expected.begin();
      for (const ClientEvent event : all()) {
        if (next != expected.end() && event == *next) ++next;
      }
      return next == expected.end();
    });
  }

  std::size_t count(ClientEvent event) const {
    const std::vector<ClientEvent> events = all();
    return static_cast<std::size_t>(std::count(events.begin(), events.end(), event));
  }

 private:
  mutable std::mutex mutex_;
  std::vector<ClientEvent> events_;
};

}  // namespace bulletin::test
