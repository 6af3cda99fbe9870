#include <algorithm>

#include <bulletin/namespace.hpp>

#include "client/api/snapshot_data.hpp"
#include "client/loop/namespace_state.hpp"
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

const std::string& Namespace::name() const noexcept { return state_->replica->name(); }

std::string Namespace::uri() const { return state_->uri(); }

// --- reads ---

bool Namespace::read_slot(std::string_view name, detail::Reading& out) const {
  detail::notice_fork();
  if (state_->table_of(name).read(name, out)) return true;
  check_name(name);  // only on a miss: what is there has a legal name
  return false;
}

detail::ScalarValue Namespace::read_scalar(std::string_view name) const {
  detail::notice_fork();
  const detail::ScalarValue scalar = state_->table_of(name).read_scalar(name);
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
  return state_->replica->table().size();
}

std::vector<std::string> Namespace::names() const {
  detail::notice_fork();
  std::vector<std::string> names;
  {
    const client::Lock lock = state_->client->lock();
    names.reserve(size());
    state_->replica->table().for_each(
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
    const client::Lock lock = state_->client->lock();
    data->revision = state_->replica->revision();
    data->items.reserve(size());
    state_->replica->table().for_each([&](std::string_view name, std::uint64_t, const auto& found) {
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
  const client::Lock lock = state_->client->lock();
  return std::make_shared<detail::PinnedSlot>(state_, std::string(name),
                                              state_->replica->table().pin(name));
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

Revision Namespace::set_value(std::string_view name, detail::Content value,
                              const SetOptions& options) const {
  detail::notice_fork();
  if (wire::is_private(name)) return set_private(*state_, name, value, options);
  return state_->set(name, value, options);
}

Future<Revision> Namespace::set_value_async(std::string_view name, detail::Content value,
                                            const SetOptions& options) const {
  require_shared(name);
  return state_->set_async(name, value, options);
}

void Namespace::post_value(std::string_view name, detail::Content value,
                           const SetOptions& options) const {
  require_shared(name);
  state_->post(name, value, options);
}

void Namespace::flush(Timeout timeout) const { state_->flush(timeout); }

bool Namespace::erase(std::string_view name) const {
  detail::notice_fork();
  if (!wire::is_private(name)) return state_->erase(name);
  check_name(name);
  const client::Lock lock = state_->client->lock();
  return state_->private_attributes.erase(name, wire::name_hash(name), 0);
}

std::optional<Revision> Namespace::compare_and_set_value(std::string_view name, Revision expected,
                                                         detail::Content value,
                                                         const SetOptions& options) const {
  return state_->compare_and_set(name, expected, value, options);
}

std::chrono::steady_clock::time_point Namespace::write_deadline() const {
  return client::deadline_after(state_->client->options.write_timeout);
}

void Namespace::give_up_after(std::chrono::steady_clock::time_point deadline, std::string_view name,
                              std::uint64_t attempts) const {
  if (std::chrono::steady_clock::now() < deadline) return;
  throw Error(Errc::overloaded,
              "the update of " + wire::quoted(name) + " in '" + this->name() + "' gave up after " +
                  std::to_string(attempts) + " attempts in " +
                  std::to_string(state_->client->options.write_timeout.count()) +
                  " ms (write_timeout): other writers changed it each time before this one could; "
                  "nothing was applied. Try again later, let fewer writers update it, or use add()",
              std::string(name));
}

Value Namespace::add_value(std::string_view name, const Value& amount) const {
  return state_->add(name, amount);
}

CommitResult Namespace::commit(const Transaction& transaction) const {
  return state_->commit(transaction);
}

Future<CommitResult> Namespace::commit_async(const Transaction& transaction) const {
  return state_->commit_async(transaction);
}

// --- watching ---

namespace {

client::QueuedBatch first_values(const NamespaceState& state,
                                 const std::optional<std::string>& only) {
  client::QueuedBatch batch;
  batch.space = state.replica->id();
  batch.resynced = true;
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

Subscription start_watch(const std::shared_ptr<NamespaceState>& state,
                         std::optional<std::string> name, Watcher callback) {
  if (!callback)
    throw Error(Errc::rejected, "a watch on '" + state->replica->name() + "' needs a callback");
  const std::shared_ptr<client::Dispatcher> dispatcher = state->client->dispatcher();
  auto watch = std::make_shared<detail::Watch>(dispatcher, state->replica->id(), std::move(name),
                                               std::move(callback), client::generation());
  watch->open = state;
  const client::Lock lock = state->client->lock();
  dispatcher->add(watch, first_values(*state, watch->name));
  return Subscription(std::move(watch));
}

}  // namespace

Subscription Namespace::watch(std::string_view name, Watcher callback) const {
  require_shared(name);
  check_name(name);
  return start_watch(state_, std::string(name), std::move(callback));
}

Subscription Namespace::watch(Watcher callback) const {
  return start_watch(state_, std::nullopt, std::move(callback));
}

bool Namespace::wait_until(std::string_view name,
                           const std::function<bool(const Value&)>& condition,
                           std::chrono::milliseconds timeout) const {
  require_shared(name);
  check_name(name);
  // A year is for ever, and does not overflow the clock.
  const auto deadline = std::chrono::steady_clock::now() +
                        std::min<std::chrono::milliseconds>(timeout, std::chrono::hours(24 * 365));
  for (;;) {
    const auto position = [&] {
      return std::pair(state_->replica->history(), state_->replica->revision());
    };
    const auto seen = position();
    if (const std::optional<Value> value = get<Value>(name); value && condition(*value))
      return true;
    const bool moved = state_->client->wait_for(deadline, [&] { return position() != seen; });
    if (!moved) return false;
  }
}

void Namespace::sync(Timeout timeout) const { state_->client->sync(*state_->replica, timeout); }

Revision Namespace::revision() const noexcept {
  detail::notice_fork();
  return Revision(state_->replica->revision());
}

Freshness Namespace::freshness() const noexcept {
  detail::notice_fork();
  return state_->client->freshness(*state_->replica);
}

}  // namespace bulletin
