// Copies of the data for clients that take them away.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "server/keeper.hpp"
#include "wire/requests.hpp"

namespace bulletin::server {

/// One at a time: it takes room on the disk, and is dropped when nobody asked for it for a minute.
class Backup {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Backup(Keeper& keeper) noexcept : keeper_(keeper) {}

  // Each gives the answer's bytes, a refusal among them.
  [[nodiscard]] std::string answer(const wire::Backup& request, Time now);
  [[nodiscard]] std::string answer(const wire::BackupPart& request, Time now);
  [[nodiscard]] std::string answer(const wire::BackupEnd& request, Time now);

  void pass(Time now);

 private:
  /// The copy that has this name, or null.
  [[nodiscard]] const store::Copy* find(std::string_view id) const noexcept;

  Keeper& keeper_;
  std::string id_;
  Time asked_{};
};

}  // namespace bulletin::server
