// A consistent copy of a database that is in use.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace rocksdb {
class DB;
class Env;
}  // namespace rocksdb

namespace bulletin::store {

/// Makes a folder like that of a store, whose label says that it is a copy, on a thread of its own:
/// mostly by links, so it is quick and takes little room. Goes with the object.
class Copy {
 public:
  struct File {
    std::string name;  ///< below the folder
    std::uint64_t size = 0;
  };

  /// `database` has to outlive it. `folder` must not be there; its parent must.
  Copy(rocksdb::DB& database, rocksdb::Env& env, std::string folder);
  ~Copy();
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  [[nodiscard]] bool ready() const noexcept { return done_.load(std::memory_order_acquire); }

  // When it is ready. Each throws StoreError if the copy, or reading it, has failed.

  /// In the order in which they are to be put in place: the label is the last.
  [[nodiscard]] const std::vector<File>& files() const;
  /// The bytes at an offset, at most so many; none at the end and behind it.
  [[nodiscard]] std::string read(std::size_t file, std::uint64_t offset, std::size_t bytes) const;

 private:
  void make() noexcept;
  void list(const std::string& below);

  rocksdb::DB& database_;
  rocksdb::Env& env_;
  const std::string folder_;
  std::vector<File> files_;
  std::string failure_;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

/// Removes what copies have left in a store's folder when their broker was killed.
void remove_old_copies(rocksdb::Env& env, const std::string& folder);

/// Where a copy goes, in a store's folder.
std::string copy_folder(const std::string& folder);

}  // namespace bulletin::store
