// The database as a store uses it: written all the time, read once.
#pragma once

#include <rocksdb/db.h>

#include <cstddef>
#include <memory>
#include <string>

#include "store/label.hpp"

namespace bulletin::store {

/// Where things go.
struct Families {
  rocksdb::ColumnFamilyHandle* state = nullptr;
  rocksdb::ColumnFamilyHandle* log = nullptr;
};

/// How much it may keep.
struct DatabaseSizes {
  std::size_t log_bytes = 0;     ///< recent commits
  std::size_t buffer_bytes = 0;  ///< in each buffer in memory
};

class Database {
 public:
  Database() = default;
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Once. `history`: what the label says of it.
  rocksdb::Status open(rocksdb::Env& env, const std::string& path, History history,
                       const DatabaseSizes& sizes, bool read_only);

  rocksdb::DB* operator->() const noexcept { return database_.get(); }
  rocksdb::DB& operator*() const noexcept { return *database_; }
  [[nodiscard]] const Families& families() const noexcept { return families_; }

 private:
  std::unique_ptr<rocksdb::DB> database_;
  Families families_;
};

}  // namespace bulletin::store
