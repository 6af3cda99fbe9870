// What whoever does not wait for a write is promised.
#pragma once

#include <future>
#include <optional>
#include <utility>
#include <variant>

#include <bulletin/revision.hpp>

#include "replica/write_lane.hpp"

namespace bulletin::client {

/// Nothing, a `set`'s revision, or that of a transaction, which may lose.
using WritePromise =
    std::variant<std::monostate, std::promise<Revision>, std::promise<std::optional<Revision>>>;

/// A write that has ended, and whom to tell.
struct PromisedWrite {
  PromisedWrite(replica::FinishedWrite&& write, WritePromise&& promise) noexcept
      : write(std::move(write)), promise(std::move(promise)) {}

  replica::FinishedWrite write;
  WritePromise promise;
};

/// Fulfils the promise as the write's fate and outcome say.
void fulfil(PromisedWrite& promised);

}  // namespace bulletin::client
