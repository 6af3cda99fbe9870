#include <utility>

#include <bulletin/detail/watch_queue_handle.hpp>
#include <bulletin/error.hpp>

#include "client/loop/namespace_state.hpp"
#include "client/system/clock.hpp"
#include "client/system/fork.hpp"
#include "client/watch/dispatcher.hpp"
#include "client/watch/pulled_watch.hpp"
#include "wire/names.hpp"
#include "wire/value_codec.hpp"

namespace bulletin::detail {

WatchQueueHandle& WatchQueueHandle::operator=(WatchQueueHandle&& other) noexcept {
  if (this != &other) {
    end();
    watch_ = std::move(other.watch_);
    space_ = std::move(other.space_);
    source_ = std::move(other.source_);
  }
  return *this;
}

WatchQueueHandle::~WatchQueueHandle() { end(); }

void WatchQueueHandle::end() noexcept {
  const std::shared_ptr<PulledWatch> watch = std::move(watch_);
  if (watch && watch->generation == client::generation()) {
    source_->remove(*watch);
  } else if (watch) {
    client::abandon(watch);  // the parent's: its locks may be held for ever
  }
  source_.reset();
  space_.reset();
}

PulledWatch& WatchQueueHandle::watch() const {
  if (!watch_) throw_empty_handle();
  if (watch_->generation != client::generation())
    throw Error(Errc::disconnected, "this watch is the parent's: make one in the forked child");
  return *watch_;
}

std::optional<PulledChange> WatchQueueHandle::next(std::chrono::milliseconds timeout) const {
  return watch().next(client::deadline_after(timeout));
}

int WatchQueueHandle::descriptor() const { return watch().descriptor(); }

Value decoded(const std::string& bytes) { return wire::decode_value(bytes); }

void throw_wrong_change(const std::string& name, const Value& found, std::string_view wanted) {
  throw Error(Errc::wrong_type,
              "attribute " + wire::quoted(name) + " changed to " + described(found) +
                  "; the watch is for " + std::string(wanted),
              name);
}

}  // namespace bulletin::detail
