// The namespaces that a client has open, or writes to: one record for each.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include <bulletin/detail/namespace_state.hpp>

namespace bulletin::client {

/// A record is made for the first handle of a namespace and closed a while after the last one has
/// gone. All handles that exist at one time share one count, which is not the client's: so nobody
/// has to look through the records to find those without a handle.
///
/// Guarded by the client's lock, unless marked.
class OpenNamespaces {
 public:
  using State = detail::NamespaceState;
  using StatePtr = std::shared_ptr<State>;

  explicit OpenNamespaces(std::chrono::milliseconds linger);

  /// A handle, if there is a record.
  StatePtr find(std::string_view name);
  /// A handle on a new record.
  StatePtr add(StatePtr state);

  /// Takes out the records that had no handle for the linger time, unless they keep what is of this
  /// process only, or `may_close` is false: then they are looked at again in a second. To be
  /// destroyed without a lock.
  std::vector<StatePtr> take_unused(std::uint64_t now_ms,
                                    const std::function<bool(const State&)>& may_close);
  /// When there may be something to take.
  [[nodiscard]] std::optional<std::uint64_t> next_event_ms() const;
  /// All of them; from then on nothing is kept. To be destroyed without a lock.
  std::vector<StatePtr> close();

  // A leaf lock, held by whoever lets the last handle go, in any thread and with any lock.
  void lock_releases() { releases_mutex_.lock(); }
  void unlock_releases() { releases_mutex_.unlock(); }

 private:
  StatePtr handle_on(const StatePtr& state);
  void release(const StatePtr& state) noexcept;
  void take_releases(std::uint64_t now_ms);
  void linger(const StatePtr& state, std::uint64_t until_ms);

  const std::uint64_t linger_ms_;
  std::map<std::string_view, StatePtr> states_;       // by the name in the state
  std::multimap<std::uint64_t, StatePtr> lingering_;  // by when they may be closed, or earlier

  std::mutex releases_mutex_;
  // Guarded by releases_mutex_.
  std::vector<StatePtr> released_;  // have had their last handle since `take_releases`
  bool closed_ = false;
};

}  // namespace bulletin::client
