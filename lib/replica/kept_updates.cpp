#include "replica/kept_updates.hpp"

namespace bulletin::replica {

void KeptUpdates::keep(const wire::CommitsUpdate& update) {
  kept_.push_back({{update.epoch, update.run}, std::string(update.run.bytes)});
  size_ += size_of(kept_.back());
  while (size_ > bound && kept_.size() > 1) pop();
}

wire::CommitsUpdate KeptUpdates::front() const noexcept {
  wire::CommitsUpdate update = kept_.front().update;
  update.run.bytes = kept_.front().bytes;
  return update;
}

void KeptUpdates::pop() noexcept {
  size_ -= size_of(kept_.front());
  kept_.pop_front();
}

void KeptUpdates::clear() noexcept {
  kept_.clear();
  size_ = 0;
}

}  // namespace bulletin::replica
