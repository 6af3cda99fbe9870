// What whoever does not wait for a write is promised.
#pragma once

#include <exception>
#include <memory>
#include <utility>

#include <bulletin/future.hpp>

#include "client/loop/shared_state.hpp"
#include "replica/write_lane.hpp"

namespace bulletin::client {

/// Kept once; one that ends before makes its future throw std::future_error broken_promise.
class WritePromise {
 public:
  /// Promises nothing.
  WritePromise() noexcept = default;

  /// Its future tells what the write came to.
  template <class T>
  static std::pair<WritePromise, Future<T>> make() {
    detail::SharedState* const state = detail::SharedState::make();
    return {WritePromise(state), Future<T>(state)};
  }

  explicit operator bool() const noexcept { return state_ != nullptr; }
  /// Of a write that was applied, or lost its race.
  void fulfil(wire::Outcome&& outcome) noexcept { state_.release()->fulfil(std::move(outcome)); }
  void fail(std::exception_ptr error) noexcept { state_.release()->fail(std::move(error)); }

 private:
  struct Break {
    void operator()(detail::SharedState* state) const noexcept { state->break_promise(); }
  };

  explicit WritePromise(detail::SharedState* state) noexcept : state_(state) {}

  std::unique_ptr<detail::SharedState, Break> state_;
};

/// A write that has ended, and whom to tell.
struct PromisedWrite {
  PromisedWrite(replica::FinishedWrite&& write, WritePromise&& promise) noexcept
      : write(std::move(write)), promise(std::move(promise)) {}

  replica::FinishedWrite write;
  WritePromise promise;
};

/// Fulfils the promise as the write's fate and outcome say.
void fulfil(PromisedWrite& promised) noexcept;

}  // namespace bulletin::client
