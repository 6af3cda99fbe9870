#include "store/store.hpp"

#include <algorithm>
#include <cassert>
#include <filesystem>
#include <utility>
#include <vector>

#include <bulletin/error.hpp>

#include "store/copy.hpp"
#include "store/data_folder.hpp"
#include "store/database.hpp"
#include "store/failure.hpp"
#include "store/label.hpp"
#include "store/private_files.hpp"
#include "store/records.hpp"
#include "store/turn_batch.hpp"
#include "wire/decode_error.hpp"

namespace bulletin::store {
namespace {

/// Where time is all that went by, this much of the running clock may be lost.
constexpr std::uint64_t clock_grain_ms = 1000;

std::string_view view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

void check(const std::string& folder, const rocksdb::Status& status) {
  if (!status.ok()) refuse(folder, words_for(status));
}

/// Not what may be in an empty folder, or what a beginning that failed has left there.
bool is_foreign(const std::string& name) {
  return name != "." && name != ".." && name != "lost+found" && name != unfinished_label;
}

}  // namespace

class Store::Implementation {
 public:
  explicit Implementation(const StoreOptions& options)
      : options_(options), env_(options.env == nullptr ? &private_files() : options.env) {
    if (!options_.read_only) check_owner(options_.folder);
    open_label();
    open_database();
    read_counters();
    if (options_.read_only) return;
    remove_old_copies(*env_, options_.folder);
    if (label_.history == History::kept && !options_.synced) relabel(History::unsynced);
  }

  const std::string& folder() const noexcept { return options_.folder; }
  const Label& label() const noexcept { return label_; }
  bool empty() const noexcept { return empty_; }
  std::optional<wire::Epoch> epoch() const noexcept { return epoch_; }
  void begin(const wire::Epoch& epoch) {
    epoch_ = epoch;
    beginning_ = true;
  }

  void tell(authority::StateVisitor& visitor) const;
  void keep(const authority::Authority& authority);
  void sync();
  void close();
  void verify() const;
  std::unique_ptr<Copy> copy() {
    return std::make_unique<Copy>(*database_, *env_, copy_folder(options_.folder));
  }
  bool unsynced() const noexcept { return unsynced_; }

 private:
  void open_label();
  void make_folder();
  void open_database();
  void read_counters();
  void relabel(History history) {
    label_ = {stored_format, history};
    write_label(*env_, options_.folder, label_);
  }
  template <class Visit>
  void scan(rocksdb::ColumnFamilyHandle* family, Visit&& visit) const;
  /// What the folder says while turns are kept in it.
  History running() const noexcept { return options_.synced ? History::kept : History::unsynced; }

  const StoreOptions options_;
  rocksdb::Env* const env_;
  Label label_;
  Database database_;
  bool empty_ = true;
  std::optional<wire::Epoch> epoch_;
  bool beginning_ = false;  // it has to be kept as yet
  std::uint64_t next_run_ = 0;
  std::uint64_t kept_clock_ms_ = 0;
  bool unsynced_ = false;
  TurnBatch batch_;
};

void Store::Implementation::open_label() {
  const std::string& folder = options_.folder;
  if (std::optional<Label> found = read_label(*env_, folder)) {
    label_ = *found;
    return;
  }
  if (options_.read_only) refuse(folder, "there is no board.toml: it is no folder of a broker");
  if (env_->FileExists(folder).IsNotFound()) make_folder();
  std::vector<std::string> names;
  check(folder, env_->GetChildren(folder, &names));
  if (std::any_of(names.begin(), names.end(), is_foreign))
    refuse(folder, "it has files, but no board.toml: choose an empty folder, or a broker's");
  relabel(History::beginning);
}

/// It is there after a power cut, too.
void Store::Implementation::make_folder() {
  const std::string& folder = options_.folder;
  check(folder, env_->CreateDirIfMissing(folder));
  make_private(folder);
  const std::string parent = std::filesystem::path(folder).parent_path().string();
  std::unique_ptr<rocksdb::Directory> directory;
  check(folder, env_->NewDirectory(parent.empty() ? "." : parent, &directory));
  check(folder, directory->Fsync());
}

void Store::Implementation::open_database() {
  const std::string database = options_.folder + "/db";
  if (!options_.read_only) {
    // Not only its files: whoever may open its lock could keep the next start out.
    check(options_.folder, env_->CreateDirIfMissing(database));
    make_private(database);
  }
  check(options_.folder,
        database_.open(*env_, database, label_.history, {options_.log_bytes, options_.buffer_bytes},
                       options_.read_only));
}

void Store::Implementation::read_counters() {
  std::string value;
  const rocksdb::Status status =
      database_->Get(rocksdb::ReadOptions(), database_.families().state, counters_key(), &value);
  if (status.IsNotFound()) return;
  check(options_.folder, status);
  try {
    const StoredCounters counters = decode_counters(value);
    empty_ = false;
    if (label_.history == History::kept) epoch_ = counters.epoch;
    kept_clock_ms_ = counters.counters.clock_ms;
    const std::unique_ptr<rocksdb::Iterator> last(
        database_->NewIterator(rocksdb::ReadOptions(), database_.families().log));
    last->SeekToLast();
    if (last->Valid()) next_run_ = number_of(view(last->key())) + 1;
    check(options_.folder, last->status());
  } catch (const wire::DecodeError& error) {
    refuse(options_.folder, error);
  }
}

template <class Visit>
void Store::Implementation::scan(rocksdb::ColumnFamilyHandle* family, Visit&& visit) const {
  rocksdb::ReadOptions options;
  options.readahead_size = 2u << 20;
  options.total_order_seek = true;
  const std::unique_ptr<rocksdb::Iterator> next(database_->NewIterator(options, family));
  for (next->SeekToFirst(); next->Valid(); next->Next())
    visit(view(next->key()), view(next->value()));
  check(options_.folder, next->status());
}

void Store::Implementation::tell(authority::StateVisitor& visitor) const {
  try {
    scan(database_.families().state,
         [&](std::string_view key, std::string_view value) { tell_record(visitor, key, value); });
    scan(database_.families().log,
         [&](std::string_view, std::string_view value) { tell_commits(visitor, value); });
  } catch (const wire::DecodeError& error) {
    refuse(options_.folder, error);
  }
}

void Store::Implementation::keep(const authority::Authority& authority) {
  assert(!options_.read_only && epoch_);
  batch_.begin(database_.families(), *epoch_, next_run_);
  authority.visit_turn(batch_);
  const bool needed = batch_.touched() || beginning_;
  const std::uint64_t clock_ms = batch_.newest().clock_ms;
  if (!needed && clock_ms - kept_clock_ms_ < clock_grain_ms) return;
  rocksdb::WriteOptions how;
  how.sync = beginning_ || (needed && options_.synced);
  const rocksdb::Status status = database_->Write(how, &batch_.writes());
  if (!status.ok()) throw StoreError(words_for(status));
  next_run_ = batch_.next_run();
  kept_clock_ms_ = clock_ms;
  unsynced_ = !how.sync;
  if (!std::exchange(beginning_, false)) return;
  empty_ = false;
  try {
    relabel(running());
  } catch (const Error& error) {
    throw StoreError(error.what());
  }
}

void Store::Implementation::sync() {
  const rocksdb::Status status = database_->FlushWAL(true);
  if (!status.ok()) throw StoreError(words_for(status));
  unsynced_ = false;
}

void Store::Implementation::close() {
  sync();
  // Tables are read faster than the journal.
  const rocksdb::Status status = database_->Flush(
      rocksdb::FlushOptions(), {database_.families().state, database_.families().log});
  if (!status.ok()) throw StoreError(words_for(status));
  if (label_.history == History::unsynced && epoch_) relabel(History::kept);
}

void Store::Implementation::verify() const { check(options_.folder, database_->VerifyChecksum()); }

Store::Store(const StoreOptions& options)
    : implementation_(std::make_unique<Implementation>(options)) {}
Store::~Store() = default;
const std::string& Store::folder() const noexcept { return implementation_->folder(); }
std::uint64_t Store::format() const noexcept { return implementation_->label().format; }
std::string_view Store::history() const noexcept {
  return text_of(implementation_->label().history);
}
bool Store::empty() const noexcept { return implementation_->empty(); }
std::optional<wire::Epoch> Store::epoch() const noexcept { return implementation_->epoch(); }
void Store::begin(const wire::Epoch& epoch) { implementation_->begin(epoch); }
void Store::tell(authority::StateVisitor& visitor) const { implementation_->tell(visitor); }
void Store::keep(const authority::Authority& authority) { implementation_->keep(authority); }
bool Store::unsynced() const noexcept { return implementation_->unsynced(); }
void Store::sync() { implementation_->sync(); }
void Store::close() { implementation_->close(); }
void Store::verify() const { implementation_->verify(); }
std::unique_ptr<Copy> Store::copy() { return implementation_->copy(); }

}  // namespace bulletin::store
