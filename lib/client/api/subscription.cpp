#include <utility>

#include <bulletin/subscription.hpp>

#include "client/system/fork.hpp"
#include "client/watch/dispatcher.hpp"
#include "client/watch/watch.hpp"

namespace bulletin {

Subscription::Subscription(std::shared_ptr<detail::Watch> watch) noexcept
    : watch_(std::move(watch)) {}

Subscription::Subscription(Subscription&& other) noexcept : watch_(std::move(other.watch_)) {}

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  if (this != &other) {
    cancel();
    watch_ = std::move(other.watch_);
  }
  return *this;
}

Subscription::~Subscription() { cancel(); }

void Subscription::cancel() noexcept {
  const std::shared_ptr<detail::Watch> watch = std::move(watch_);
  if (watch == nullptr) return;
  const std::shared_ptr<void> open = std::move(watch->open);
  if (watch->generation != client::generation()) return;
  watch->dispatcher->remove(*watch);
}

}  // namespace bulletin
