// What a client tells its program's log, and where it looks for the broker.

#include <chrono>
#include <exception>
#include <utility>

#include "client/loop/engine.hpp"
#include "client/loop/implementation.hpp"
#include "wire/names.hpp"

namespace bulletin {

std::string Client::Implementation::endpoint_in_use() const {
  detail::notice_fork();
  std::scoped_lock lock(apply_mutex);
  return endpoint_in_use_;
}

void Client::Implementation::log(LogLevel level, std::string_view event, std::string_view details) {
  if (!options.on_log || active_ == nullptr) return;
  if (auto entry = event_log_.admit(level, event, details, std::chrono::steady_clock::now()))
    active_->dispatcher->push(*std::move(entry));
}

void Client::Implementation::failed(std::string_view what) noexcept {
  try {
    failure_ = what;
    log(LogLevel::error, "failed", "reason=" + wire::quoted(what));
  } catch (const std::exception&) {
    // There is no memory to tell of it.
  }
}

void Client::Implementation::moved_to(const std::string& place) {
  log(LogLevel::info, "endpoint_moved", "endpoint=" + place + " left=" + endpoint_in_use_);
  endpoint_in_use_ = place;
}

void Client::Implementation::not_let_in(std::string_view event) {
  if (std::exchange(told_not_let_in_, true)) return;
  log(LogLevel::warning, event, "endpoint=" + endpoint_in_use_ + " keys=" + (keys ? "yes" : "no"));
}

}  // namespace bulletin
