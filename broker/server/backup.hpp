// Copies of the data for clients that take them away.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <spdlog/logger.h>

#include "server/data_store.hpp"
#include "service/persistence.hpp"
#include "store/failure.hpp"
#include "wire/requests.hpp"

namespace bulletin::server {

/// One at a time: it takes room on the disk, and is dropped when nobody asked for it for a minute.
class Backup : public service::Backups {
 public:
  /// Both have to outlive it.
  Backup(DataStore& data_store, spdlog::logger& log) noexcept
      : data_store_(data_store), log_(log) {}

  // What went wrong with the disk is for the
  // log: a refusal says nothing of the host.
  [[nodiscard]] std::string answer(const wire::Backup& request, Time now) override;
  [[nodiscard]] std::string answer(const wire::BackupPart& request, Time now) override;
  [[nodiscard]] std::string answer(const wire::BackupEnd& request, Time now) override;

  void pass(Time now);

 private:
  std::string failed(std::string_view what, const store::StoreError& error) const;
  /// The copy that has this name, or null.
  [[nodiscard]] const store::Copy* find(std::string_view id) const noexcept;

  DataStore& data_store_;
  spdlog::logger& log_;
  std::string id_;
  Time asked_{};
};

}  // namespace bulletin::server
