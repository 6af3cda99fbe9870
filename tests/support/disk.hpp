// A filesystem in memory that fails, and loses what was not synced, as a test wants it.
#pragma once

#include <rocksdb/env.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace bulletin::test {

/// Counts and fails what the thread that made it does to files; while it fails, all threads' writes
/// do.
class Disk : public rocksdb::EnvWrapper {
 public:
  enum class Fault { full, broken, read_only };

  Disk();

  /// The next `writes` succeed, and all after them fail; the first one that fails may have been
  /// done in part.
  void fail_after(std::uint64_t writes, Fault fault = Fault::broken);
  /// Every write fails, whichever thread's it is.
  void fail(Fault fault = Fault::broken);
  void mend();
  /// A write has failed since `fail_after`.
  [[nodiscard]] bool has_failed() const;
  /// Writes so far: appends, syncs, files made, renamed and deleted.
  [[nodiscard]] std::uint64_t writes() const;

  /// The power goes off, while nobody has files open: of what was not synced each file keeps so
  /// many thousandths, at its front.
  void lose_unsynced(unsigned kept_per_mille);
  /// Changes the byte in the middle of the newest file whose name ends so.
  void damage(const std::string& ending);
  /// All files below, as they are.
  [[nodiscard]] std::map<std::string, std::string> contents(const std::string& folder);
  void put(const std::map<std::string, std::string>& files);

  rocksdb::Status NewWritableFile(const std::string& name,
                                  std::unique_ptr<rocksdb::WritableFile>* file,
                                  const rocksdb::EnvOptions& options) override;
  rocksdb::Status RenameFile(const std::string& from, const std::string& to) override;
  rocksdb::Status DeleteFile(const std::string& name) override;

 private:
  class File;

  explicit Disk(std::unique_ptr<rocksdb::Env> memory);
  /// Before each write: whether it may be done.
  rocksdb::Status pass();
  void appended(const std::string& name, std::uint64_t bytes);
  void synced(const std::string& name);

  struct Size {
    std::uint64_t all = 0;
    std::uint64_t synced = 0;
  };

  const std::unique_ptr<rocksdb::Env> memory_;
  const std::thread::id owner_ = std::this_thread::get_id();
  mutable std::mutex mutex_;
  std::uint64_t writes_ = 0;
  std::uint64_t last_good_ = UINT64_MAX;
  bool failed_ = false;
  Fault fault_ = Fault::broken;
  std::map<std::string, Size> sizes_;
};

}  // namespace bulletin::test
