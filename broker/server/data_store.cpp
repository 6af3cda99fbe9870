#include "server/data_store.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <utility>

#include <bulletin/error.hpp>

#include "server/config/hash_seed.hpp"
#include "server/config/memory_plan.hpp"
#include "server/new_history.hpp"
#include "server/telemetry/loggers.hpp"
#include "store/copy.hpp"
#include "store/data_folder.hpp"
#include "store/failure.hpp"
#include "store/store.hpp"

namespace bulletin::server {
namespace {

constexpr std::chrono::milliseconds sync_interval{100};
constexpr std::chrono::seconds retry_interval{1};
/// Between two tries there is this many times what the last one took: reads are served meanwhile.
constexpr int retry_pause = 10;

store::StoreOptions store_options(const BrokerOptions& options, rocksdb::Env* env) {
  store::StoreOptions result;
  result.folder = options.data;
  result.synced = options.durability == Durability::sync;
  result.log_bytes = std::min(options.log_bytes, result.log_bytes);
  result.buffer_bytes = store_buffer_bytes(options.memory);
  result.env = env;
  return result;
}

}  // namespace

DataStore::DataStore(const BrokerOptions& options, spdlog::logger& log, rocksdb::Env* env,
                     std::uint64_t first)
    : options_(with_memory_divided(options)), log_(log), env_(env), first_(first) {}

DataStore::~DataStore() = default;

authority::AuthorityOptions DataStore::authority_options() const {
  authority::AuthorityOptions result;
  result.epoch = random_epoch();
  result.first_revision = first_;
  result.limits = options_.limits;
  result.session_ms = static_cast<std::uint64_t>(options_.session_time.count());
  result.log_bytes = options_.log_bytes;
  result.hash_seed = hash_seed();
  const BrokerBounds& bounds = options_.bounds;
  result.bounds.sessions = bounds.sessions;
  result.bounds.lanes = bounds.lanes;
  result.bounds.namespaces = bounds.namespaces;
  result.bounds.kept_outcome_bytes = session_outcome_bytes(options_.memory);
  result.bounds.all_kept_outcome_bytes = outcome_bytes(options_.memory);
  result.bounds.total = {bounds.attributes, bounds.bytes};
  result.bounds.space = {bounds.namespace_attributes, bounds.namespace_bytes};
  return result;
}

authority::Authority DataStore::open() {
  if (options_.data.empty()) return authority::Authority(authority_options());
  authority::Authority authority = load();
  if (options_.durability == Durability::async) {
    log_.warn(
        "event=durability_async note=\"answers do not wait for the disk: a crash of the host "
        "may lose the last {} ms, and after any crash a new history begins\"",
        sync_interval.count());
  }
  return authority;
}

authority::Authority DataStore::load() {
  const Time begin = std::chrono::steady_clock::now();
  auto store = std::make_unique<store::Store>(store_options(options_, env_));
  const bool empty = store->empty();
  const bool continues = store->epoch().has_value();
  authority::Authority authority = store::open_authority(*store, authority_options());
  store_ = std::move(store);
  if (const auto rights = store::rights_of_others(options_.data); rights != 0)
    log_.warn(
        "event=data_folder_open folder={} others={:04o} note=\"its files are for this user "
        "only, but others may enter it: chmod 700\"",
        server::quoted(options_.data), static_cast<unsigned>(rights));
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begin);
  log_.info("event=data_opened folder={} history={} revision={} namespaces={} sessions={} ms={}",
            server::quoted(options_.data),
            empty ? "new" : (continues ? "continues" : "begins_anew"), authority.revision(),
            authority.namespaces(), authority.sessions(), took.count());
  return authority;
}

std::optional<DataStore::Time> DataStore::keep(const authority::Authority& authority, Time now) {
  if (store_ == nullptr)
    return failed_ ? std::nullopt : std::optional(std::chrono::steady_clock::now());
  try {
    store_->keep(authority);
    if (options_.durability == Durability::async && store_->unsynced() && !sync_at_)
      sync_at_ = now + sync_interval;
    return std::chrono::steady_clock::now();
  } catch (const store::StoreError& error) {
    fail(error.what(), now);
    return std::nullopt;
  }
}

void DataStore::begin_copy() { copy_ = store_->copy(); }

void DataStore::drop_copy() noexcept { copy_.reset(); }

void DataStore::pass(Time now) {
  if (!sync_at_ || now < *sync_at_) return;
  sync_at_.reset();
  try {
    store_->sync();
  } catch (const store::StoreError& error) {
    fail(error.what(), now);
  }
}

void DataStore::fail(std::string_view reason, Time now) {
  if (!failed_)
    log_.error(
        "event=data_failed folder={} reason={} note=\"writes are refused until it is mended\"",
        server::quoted(options_.data), server::quoted(reason));
  failed_ = true;
  sync_at_.reset();
  copy_.reset();
  store_.reset();
  try_again_ = now + retry_interval;
}

std::optional<service::Persistence::Reopened> DataStore::reopen(Time now) {
  if (!failed_ || now < try_again_) return std::nullopt;
  try {
    authority::Authority authority = load();
    failed_ = false;
    return Reopened{std::move(authority), std::chrono::steady_clock::now()};
  } catch (const std::exception& error) {
    log_.debug("event=data_still_failed reason={}", server::quoted(error.what()));
    const Time end = std::chrono::steady_clock::now();
    try_again_ = end + std::max<Time::duration>(retry_interval, retry_pause * (end - now));
    return std::nullopt;
  }
}

std::optional<DataStore::Time> DataStore::next() const noexcept {
  return failed_ ? std::optional(try_again_) : sync_at_;
}

void DataStore::close() {
  copy_.reset();
  if (store_ != nullptr) store_->close();
}

DataState DataStore::state() const noexcept {
  return failed_ ? DataState::failed : wanted_data_state(options_);
}

DataState wanted_data_state(const BrokerOptions& options) noexcept {
  if (options.data.empty()) return DataState::memory;
  return options.durability == Durability::sync ? DataState::sync : DataState::async;
}

}  // namespace bulletin::server
