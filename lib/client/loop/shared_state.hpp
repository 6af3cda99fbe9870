// Between the promise of a write and its future.
#pragma once

#include <atomic>
#include <exception>
#include <optional>

#include <bulletin/future.hpp>

#include "client/system/clock.hpp"
#include "wire/replies.hpp"

namespace bulletin::client {

/// Who is told by the thread that makes a future ready.
class Listener {
 public:
  virtual void told(detail::SharedState& state) noexcept = 0;

 protected:
  ~Listener() = default;
};

}  // namespace bulletin::client

/// What the two sides of a promise share: one of each, and each lets go once. Whoever comes second
/// ends it. The promise's side tells by one exchange, and makes no system call unless somebody
/// listens.
class bulletin::detail::SharedState {
 public:
  /// In memory that one thread may take and another give back.
  static SharedState* make();

  // --- the promise's side ---
  void fulfil(wire::Outcome&& outcome) noexcept;
  void fail(std::exception_ptr error) noexcept;
  void break_promise() noexcept;

  // --- the future's side ---
  [[nodiscard]] bool is_ready() const noexcept;
  /// False: not within the time. Throws std::logic_error when somebody else waits.
  bool wait(std::optional<client::SteadyTime> deadline);
  /// From now on the listener has the future's side; false: it is ready already.
  bool listen(client::Listener& listener);
  void let_go() noexcept;

  // Once it is ready:
  std::exception_ptr error;
  wire::Outcome outcome;  // of a write that was decided

 private:
  SharedState() = default;
  void tell() noexcept;
  bool cease_to_listen(client::Listener& listener) noexcept;
  void end() noexcept;

  // Nobody yet (null), who listens, or how it ended.
  std::atomic<client::Listener*> listener_ = nullptr;
};
