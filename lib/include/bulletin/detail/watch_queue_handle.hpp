// What the template WatchQueue calls.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <bulletin/change.hpp>
#include <bulletin/encoded.hpp>
#include <bulletin/revision.hpp>
#include <bulletin/typed_change.hpp>
#include <bulletin/value.hpp>

namespace bulletin {

namespace client {
class Dispatcher;
}

namespace detail {

class NamespaceState;
class PulledWatch;

/// A change as it is queued.
struct PulledChange {
  std::string name;
  std::string value;  ///< MessagePack; empty: removed
  Revision revision;
  std::uint64_t skipped = 0;
  bool resynced = false;
  bool last = false;
};

/// A queue in its client.
class WatchQueueHandle {
 public:
  WatchQueueHandle() noexcept = default;
  WatchQueueHandle(std::shared_ptr<PulledWatch> watch, std::shared_ptr<NamespaceState> space,
                   std::shared_ptr<client::Dispatcher> source) noexcept
      : watch_(std::move(watch)), space_(std::move(space)), source_(std::move(source)) {}
  WatchQueueHandle(WatchQueueHandle&&) noexcept = default;
  WatchQueueHandle& operator=(WatchQueueHandle&& other) noexcept;
  ~WatchQueueHandle();

  explicit operator bool() const noexcept { return watch_ != nullptr; }
  std::optional<PulledChange> next(std::chrono::milliseconds timeout) const;
  int descriptor() const;
  void end() noexcept;

 private:
  PulledWatch& watch() const;

  std::shared_ptr<PulledWatch> watch_;
  std::shared_ptr<NamespaceState> space_;  // stays open
  std::shared_ptr<client::Dispatcher> source_;
};

Value decoded(const std::string& bytes);
/// Of a value of another type than a watch is for.
[[noreturn]] void throw_wrong_change(const std::string& name, const Value& found,
                                     std::string_view wanted);

template <class T>
T change_value(const std::string& name, const Value& found) {
  if (std::optional<T> value = ValueTraits<T>::from_value(found)) return *std::move(value);
  throw_wrong_change(name, found, type_name<T>());
}

template <class T>
TypedChange<T> typed_change(PulledChange&& change) {
  TypedChange<T> typed{std::move(change.name), std::nullopt,    change.revision,
                       change.skipped,         change.resynced, change.last};
  if (change.value.empty()) return typed;
  if constexpr (std::same_as<T, Encoded>) {
    typed.value = Encoded{std::move(change.value)};
  } else {
    typed.value = change_value<T>(typed.name, decoded(change.value));
  }
  return typed;
}

/// What a callback gets, for a typed one.
template <class T>
TypedChange<T> typed_change(const Change& change) {
  TypedChange<T> typed{std::string(change.name), std::nullopt,    change.revision,
                       change.skipped,           change.resynced, change.last};
  if (change.value != nullptr) typed.value = change_value<T>(typed.name, *change.value);
  return typed;
}

}  // namespace detail

}  // namespace bulletin
