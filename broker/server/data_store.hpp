// Between the authority and its store.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include <spdlog/logger.h>

#include <bulletin/broker.hpp>

#include "authority/authority.hpp"
#include "service/persistence.hpp"

namespace rocksdb {
class Env;
}

namespace bulletin::store {
class Copy;
class Store;
}  // namespace bulletin::store

namespace bulletin::server {

/// Makes the authority, keeps its turns, and looks after a store that fails: then nothing is
/// decided any more until the store could be opened again and is known. Without a folder for data
/// it keeps nothing and never fails.
class DataStore : public service::Persistence {
 public:
  /// `options` and `log` have to outlive it; `env`: the filesystem, null: the real one. `first`:
  /// where the revisions of a new epoch begin.
  DataStore(const BrokerOptions& options, spdlog::logger& log, rocksdb::Env* env,
            std::uint64_t first);
  ~DataStore() override;
  DataStore(const DataStore&) = delete;
  DataStore& operator=(const DataStore&) = delete;

  /// The authority to serve, once: what the store has, or a new one. Throws Error rejected.
  authority::Authority open();

  std::optional<Time> keep(const authority::Authority& authority, Time now) override;
  [[nodiscard]] bool failed() const noexcept override { return failed_; }
  std::optional<Reopened> reopen(Time now) override;

  /// There is a folder for data.
  [[nodiscard]] bool has_data() const noexcept { return !options_.data.empty(); }
  /// Begins a copy of what is kept: there is a folder for data, and the store has not failed.
  void begin_copy();
  /// The copy; null: there is none (any more: it goes when the store fails).
  [[nodiscard]] const store::Copy* copy() const noexcept { return copy_.get(); }
  void drop_copy() noexcept;

  /// What has to be done by time.
  void pass(Time now);
  /// When `pass` or `reopen` have something to do, if ever.
  [[nodiscard]] std::optional<Time> next() const noexcept;

  /// A clean end. Throws Error or StoreError.
  void close();

  /// Any thread.
  [[nodiscard]] DataState state() const noexcept;

 private:
  [[nodiscard]] authority::AuthorityOptions authority_options() const;
  authority::Authority load();
  void fail(std::string_view reason, Time now);

  const BrokerOptions options_;
  spdlog::logger& log_;
  rocksdb::Env* const env_;
  const std::uint64_t first_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::Copy> copy_;  // of the store, and goes before it
  std::atomic<bool> failed_ = false;   // written by the loop
  Time try_again_{};
  std::optional<Time> sync_at_;
};

/// While nothing fails.
DataState wanted_data_state(const BrokerOptions& options) noexcept;

}  // namespace bulletin::server
