#include <algorithm>

#include <bulletin/namespace.hpp>

#include "client/loop/namespace_state.hpp"
#include "client/loop/snapshot_data.hpp"
#include "client/watch/pulled_watch.hpp"
#include "client/watch/watch.hpp"
#include "wire/digest.hpp"
#include "wire/value_codec.hpp"

namespace bulletin {
namespace {

using detail::NamespaceState;

[[noreturn]] void reject_private(std::string_view name) {
  throw Error(Errc::rejected,
              "attribute " + wire::quoted(name) +
                  " is private to this process: names that begin with '_' only get, at, get_or, "
                  "contains, set and erase",
              std::string(name));
}

void check_name(std::string_view name) {
  std::string checked(name);
  if (wire::is_private(name)) checked.front() = 'x';  // the rest is as for shared names
  const std::string_view fault = wire::attribute_name_fault(checked);
  if (fault.empty()) return;
  throw Error(Errc::rejected,
              wire::quoted(name) + " cannot be the name of an attribute: " + std::string(fault),
              std::string(name));
}

Revision set_private(NamespaceState& state, std::string_view name, detail::Content value,
                     const SetOptions& options) {
  if (options.ephemeral || options.ttl.count() != 0) reject_private(name);
  check_name(name);
  std::string bytes;
  wire::encode_content(name, value, bytes);
  const client::Lock lock = state.client->lock();
  state.private_attributes.set(name, wire::name_hash(name), bytes, 0);
  return Revision();
}

}  // namespace

// --- reads ---

bool Namespace::read_slot(std::string_view name, detail::Reading& out) const {
  detail::notice_fork();
  if (state().table_of(name).read(name, out)) return true;
  check_name(name);  // only on a miss: what is there has a legal name
  return false;
}

detail::ScalarValue Namespace::read_scalar(std::string_view name) const {
  detail::notice_fork();
  const detail::ScalarValue scalar = state().table_of(name).read_scalar(name);
  if (scalar.kind == detail::Kind::absent) check_name(name);
  return scalar;
}

void Namespace::require_shared(std::string_view name) const {
  if (wire::is_private(name)) reject_private(name);
}

bool Namespace::contains(std::string_view name) const {
  return read_scalar(name).kind != detail::Kind::absent;
}

std::size_t Namespace::size() const noexcept {
  detail::notice_fork();
  return state_ ? state_->replica->table().size() : 0;
}

std::vector<std::string> Namespace::names() const {
  detail::notice_fork();
  std::vector<std::string> names;
  {
    const client::Lock lock = state().client->lock();
    names.reserve(size());
    state().replica->table().for_each(
        [&](std::string_view name, std::uint64_t, const auto&) { names.emplace_back(name); });
  }
  std::sort(names.begin(), names.end());
  return names;
}

Snapshot Namespace::snapshot() const {
  detail::notice_fork();
  auto data = std::make_shared<detail::SnapshotData>();
  data->space = name();
  {
    const client::Lock lock = state().client->lock();
    data->revision = state().replica->revision();
    data->items.reserve(size());
    state().replica->table().for_each([&](std::string_view name, std::uint64_t, const auto& found) {
      data->items.push_back({std::string(name), std::string(found.value), found.revision});
    });
  }
  std::sort(data->items.begin(), data->items.end(),
            [](const auto& left, const auto& right) { return left.name < right.name; });
  return Snapshot(std::move(data));
}

std::shared_ptr<detail::PinnedSlot> Namespace::pin(std::string_view name) const {
  detail::notice_fork();
  require_shared(name);
  check_name(name);
  const client::Lock lock = state().client->lock();
  return std::make_shared<detail::PinnedSlot>(state_, std::string(name),
                                              state().replica->table().pin(name));
}

detail::PinnedSlot::~PinnedSlot() { replica::AttributeTable::unpin(slot); }

void Namespace::throw_missing(std::string_view name) const {
  throw Error(Errc::missing, "'" + this->name() + "' has no attribute " + wire::quoted(name),
              std::string(name));
}

void Namespace::throw_wrong_type(std::string_view name, const detail::Reading& found,
                                 std::string_view wanted) const {
  throw Error(Errc::wrong_type,
              "attribute " + wire::quoted(name) + " of '" + this->name() + "' holds " +
                  detail::described(detail::to_value(found)) + "; asked for " + std::string(wanted),
              std::string(name));
}

// --- writes ---

Revision Namespace::set_here(std::string_view name, detail::Content content,
                             const SetOptions& options) const {
  detail::notice_fork();
  if (wire::is_private(name)) return set_private(state(), name, content, options);
  return set_content(name, content, options);
}

bool Namespace::erase(std::string_view name, Timeout timeout) const {
  detail::notice_fork();
  if (!wire::is_private(name)) return Publisher::erase(name, timeout);
  check_name(name);
  const client::Lock lock = state().client->lock();
  return state().private_attributes.erase(name, wire::name_hash(name), 0);
}

std::chrono::steady_clock::time_point Namespace::write_deadline(const SetOptions& options) const {
  return client::deadline_after(options.timeout.value_or(state().client->options.write_timeout));
}

void Namespace::give_up_after(std::chrono::steady_clock::time_point deadline, std::string_view name,
                              std::uint64_t attempts) const {
  if (std::chrono::steady_clock::now() < deadline) return;
  throw Error(Errc::overloaded,
              "the update of " + wire::quoted(name) + " in '" + this->name() + "' gave up after " +
                  std::to_string(attempts) + " attempts in " +
                  std::to_string(state().client->options.write_timeout.count()) +
                  " ms (write_timeout): other writers changed it each time before this one could; "
                  "nothing was applied. Try again later, let fewer writers update it, or use add()",
              std::string(name));
}

// --- watching ---

namespace {

client::QueuedBatch first_values(const NamespaceState& state,
                                 const std::optional<std::string>& only) {
  client::QueuedBatch batch;
  batch.space = state.replica->id();
  batch.resynced = true;
  if (!state.replica->complete()) {
    state.replica->tells_first = true;
    return batch;
  }
  const auto add = [&](std::string_view name, const auto& found) {
    batch.changes.push_back({std::string(name), std::string(found.value), found.revision, 0, {}});
  };
  if (only) {
    replica::AttributeTable::Found found;
    wire::ScalarBytes scratch;
    if (state.replica->table().find(*only, found, scratch)) add(*only, found);
    return batch;
  }
  state.replica->table().for_each(
      [&](std::string_view name, std::uint64_t, const auto& found) { add(name, found); });
  std::sort(batch.changes.begin(), batch.changes.end(),
            [](const auto& left, const auto& right) { return left.name < right.name; });
  return batch;
}

std::shared_ptr<detail::PulledWatch> paced_watch(const NamespaceState& state,
                                                 const std::optional<std::string>& name,
                                                 const WatchOptions& options) {
  if (options.interval.count() < 0)
    throw Error(Errc::rejected,
                "the interval of a watch on '" + state.replica->name() + "' is negative");
  if (options.interval.count() == 0) return nullptr;
  return std::make_shared<detail::PulledWatch>(state.replica->id(), name, options);
}

Subscription start_watch(const std::shared_ptr<NamespaceState>& state,
                         std::optional<std::string> name, Watcher callback,
                         const WatchOptions& options) {
  if (!callback)
    throw Error(Errc::rejected, "a watch on '" + state->replica->name() + "' needs a callback");
  const std::shared_ptr<client::Dispatcher> dispatcher = state->client->dispatcher();
  auto paced = paced_watch(*state, name, options);
  auto watch =
      std::make_shared<detail::Watch>(dispatcher, state->replica->id(), std::move(name),
                                      std::move(callback), client::generation(), std::move(paced));
  watch->open = state;
  const client::Lock lock = state->client->lock();
  dispatcher->add(watch,
                  options.updates_only ? client::QueuedBatch() : first_values(*state, watch->name));
  return Subscription(std::move(watch));
}

}  // namespace

Subscription Namespace::watch(std::string_view name, Watcher callback, WatchOptions options) const {
  static_cast<void>(state());
  require_shared(name);
  check_name(name);
  return start_watch(state_, std::string(name), std::move(callback), options);
}

Subscription Namespace::watch(Watcher callback, WatchOptions options) const {
  static_cast<void>(state());
  return start_watch(state_, std::nullopt, std::move(callback), options);
}

detail::WatchQueueHandle Namespace::queue(std::optional<std::string> name,
                                          const WatchOptions& options) const {
  const NamespaceState& space = state();
  if (name) {
    require_shared(*name);
    check_name(*name);
  }
  std::shared_ptr<client::Dispatcher> dispatcher = space.client->dispatcher();
  auto watch = std::make_shared<detail::PulledWatch>(space.replica->id(), std::move(name), options);
  const client::Lock lock = space.client->lock();
  if (!options.updates_only) watch->begin(first_values(space, watch->name));
  dispatcher->add(watch);
  return {std::move(watch), state_, std::move(dispatcher)};
}

bool Namespace::wait_on(std::string_view name, const std::function<bool()>& condition,
                        std::chrono::milliseconds timeout) const {
  require_shared(name);
  check_name(name);
  const auto deadline = client::deadline_after(timeout);
  for (;;) {
    const auto position = [&] {
      return std::pair(state().replica->history(), state().replica->revision());
    };
    const auto seen = position();
    if (condition()) return true;
    const bool moved = state().client->wait_for(deadline, [&] { return position() != seen; });
    if (!moved) return false;
  }
}

bool Namespace::wait_for_removal(std::string_view name, std::chrono::milliseconds timeout) const {
  return wait_on(
      name, [&] { return !contains(name); }, timeout);
}

void Namespace::sync(Timeout timeout) const { state().client->sync(*state().replica, timeout); }

Revision Namespace::revision() const noexcept {
  detail::notice_fork();
  return state_ ? Revision(state_->replica->revision()) : absent;
}

Freshness Namespace::freshness() const noexcept {
  detail::notice_fork();
  return state_ ? state_->client->freshness(*state_->replica) : Freshness();
}

}  // namespace bulletin
