#include "client/loop/open_namespaces.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "client/loop/namespace_state.hpp"

namespace bulletin::client {
namespace {

/// What could not be closed is looked at again then.
constexpr std::uint64_t again_ms = 1000;

}  // namespace

OpenNamespaces::OpenNamespaces(std::chrono::milliseconds linger)
    : linger_ms_(static_cast<std::uint64_t>(
          std::clamp<std::chrono::milliseconds>(linger, std::chrono::milliseconds(0),
                                                std::chrono::hours(24 * 365))
              .count())) {}

OpenNamespaces::StatePtr OpenNamespaces::find(std::string_view name) {
  const auto found = states_.find(name);
  return found == states_.end() ? nullptr : handle_on(found->second);
}

OpenNamespaces::StatePtr OpenNamespaces::add(StatePtr state) {
  const auto place = states_.emplace(state->replica->name(), std::move(state)).first;
  return handle_on(place->second);
}

OpenNamespaces::StatePtr OpenNamespaces::handle_on(const StatePtr& state) {
  if (StatePtr handle = state->handle.lock()) return handle;
  StatePtr handle(state.get(), [this, own = state](State*) mutable {
    const StatePtr last = std::move(own);  // perhaps the last that keeps the client
    release(last);
  });
  state->handle = handle;
  return handle;
}

// The client lives as long as a state of its does.
void OpenNamespaces::release(const StatePtr& state) noexcept {
  std::shared_ptr<Client::Implementation> client;
  {
    const std::scoped_lock lock(releases_mutex_);
    if (closed_ || state->released) return;
    try {
      released_.push_back(state);
      state->released = true;
    } catch (const std::bad_alloc&) {
      return;  // it stays open, until its next last handle
    }
    // Otherwise the client's thread, which looks once a second, sees it in time.
    if (linger_ms_ < again_ms && released_.size() == 1) client = state->client;
  }
  if (client) client->wake();
}

void OpenNamespaces::take_releases(std::uint64_t now_ms) {
  std::vector<StatePtr> released;
  {
    const std::scoped_lock lock(releases_mutex_);
    released.swap(released_);
    for (const StatePtr& state : released) state->released = false;
  }
  for (const StatePtr& state : released) linger(state, now_ms + linger_ms_);
}

void OpenNamespaces::linger(const StatePtr& state, std::uint64_t until_ms) {
  const bool lingers = std::exchange(state->lingers_until_ms, until_ms) != 0;
  if (!lingers) lingering_.emplace(until_ms, state);
}

std::vector<OpenNamespaces::StatePtr> OpenNamespaces::take_unused(
    std::uint64_t now_ms, const std::function<bool(const State&)>& may_close) {
  take_releases(now_ms);
  std::vector<StatePtr> unused;
  while (!lingering_.empty() && lingering_.begin()->first <= now_ms) {
    StatePtr state = std::move(lingering_.extract(lingering_.begin()).mapped());
    const std::uint64_t until_ms = std::exchange(state->lingers_until_ms, 0);
    const auto place = states_.find(state->replica->name());
    const bool is_open = place != states_.end() && place->second == state;
    // The end of the last handle, or of the last private attribute, comes here again.
    if (!is_open || !state->handle.expired() || state->private_attributes.size() != 0) continue;
    if (until_ms > now_ms) {
      linger(state, until_ms);  // it was used meanwhile
    } else if (!may_close(*state)) {
      linger(state, now_ms + again_ms);
    } else {
      states_.erase(place);
      unused.push_back(std::move(state));
    }
  }
  return unused;
}

std::optional<std::uint64_t> OpenNamespaces::next_event_ms() const {
  if (lingering_.empty()) return std::nullopt;
  return lingering_.begin()->first;
}

std::vector<OpenNamespaces::StatePtr> OpenNamespaces::close() {
  std::vector<StatePtr> all;
  {
    const std::scoped_lock lock(releases_mutex_);
    closed_ = true;
    all.swap(released_);
  }
  for (auto& [name, state] : std::exchange(states_, {})) all.push_back(state);
  lingering_.clear();
  return all;
}

}  // namespace bulletin::client
