#include "store/database.hpp"

#include <rocksdb/memtablerep.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <cstdarg>
#include <cstdint>
#include <vector>

#include "store/forked.hpp"
#include "store/records.hpp"

namespace bulletin::store {
namespace {

constexpr std::size_t least_log_bytes = 1u << 20;
/// Journals may be this much larger than the changes that are not in tables yet.
constexpr std::uint64_t journal_bytes = 256u << 20;

/// A journal: nothing is read before the next start, so tables need no index in memory, no filter
/// and no cache, and the buffer of changes is sorted only when it is written out.
rocksdb::ColumnFamilyOptions state_options(std::size_t buffer_bytes) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = buffer_bytes;
  options.memtable_factory = std::make_shared<rocksdb::VectorRepFactory>();
  options.compression = rocksdb::kNoCompression;
  rocksdb::BlockBasedTableOptions table;
  table.no_block_cache = true;
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

/// The oldest table goes when there is too much.
rocksdb::ColumnFamilyOptions log_options(const DatabaseSizes& sizes) {
  const std::size_t bytes = std::max(sizes.log_bytes, least_log_bytes);
  rocksdb::ColumnFamilyOptions options = state_options(std::min(sizes.buffer_bytes, bytes));
  options.num_levels = 1;
  options.compaction_style = rocksdb::kCompactionStyleFIFO;
  options.compaction_options_fifo.max_table_files_size = bytes;
  return options;
}

/// Who only looks leaves no log behind.
class Silence : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::DBOptions database_options(rocksdb::Env& env, History history, bool read_only) {
  rocksdb::DBOptions options;
  options.env = &env;
  options.create_if_missing = history == History::beginning;
  options.create_missing_column_families = options.create_if_missing;
  options.allow_concurrent_memtable_write = false;  // as the vector wants it
  options.max_total_wal_size = journal_bytes;
  // What was waited for is complete but for its last write, which nobody was told of. Otherwise the
  // end may be missing, and the history is another one.
  options.wal_recovery_mode = history == History::unsynced
                                  ? rocksdb::WALRecoveryMode::kPointInTimeRecovery
                                  : rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.info_log_level = rocksdb::WARN_LEVEL;
  if (read_only) options.info_log = std::make_shared<Silence>();
  options.keep_log_file_num = 2;
  options.max_log_file_size = 1u << 20;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.max_manifest_file_size = 4u << 20;
  options.db_host_id.clear();  // a backup tells nobody where it was made
  return options;
}

}  // namespace

/// RocksDB wants its handles back before its end.
Database::~Database() {
  for (rocksdb::ColumnFamilyHandle* family : {families_.state, families_.log}) {
    if (family != nullptr) database_->DestroyColumnFamilyHandle(family).PermitUncheckedError();
  }
  if (database_ != nullptr) database_->Close().PermitUncheckedError();
}

rocksdb::Status Database::open(rocksdb::Env& env, const std::string& path, History history,
                               const DatabaseSizes& sizes, bool read_only) {
  refuse_forked_child();
  const rocksdb::DBOptions options = database_options(env, history, read_only);
  const std::vector<rocksdb::ColumnFamilyDescriptor> descriptors{
      {rocksdb::kDefaultColumnFamilyName, state_options(sizes.buffer_bytes)},
      {log_family, log_options(sizes)}};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* database = nullptr;
  rocksdb::Status status =
      read_only ? rocksdb::DB::OpenForReadOnly(options, path, descriptors, &handles, &database)
                : rocksdb::DB::Open(options, path, descriptors, &handles, &database);
  database_.reset(database);
  if (status.ok() && !read_only) let_forked_children_exit();
  if (status.ok()) families_ = {handles[0], handles[1]};
  return status;
}

}  // namespace bulletin::store
