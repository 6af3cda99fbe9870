// The real filesystem, and a death at a chosen moment of its use.
#pragma once

#include <rocksdb/env.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace bulletin::durability {

/// Ends the process with SIGKILL at the `fatal`-th append to, or sync of, a journal: before it, or,
/// for an append, when half is written.
class KillerEnv : public rocksdb::EnvWrapper {
 public:
  explicit KillerEnv(std::uint64_t fatal)
      : rocksdb::EnvWrapper(rocksdb::Env::Default()), fatal_(fatal) {}

  rocksdb::Status NewWritableFile(const std::string& name,
                                  std::unique_ptr<rocksdb::WritableFile>* file,
                                  const rocksdb::EnvOptions& options) override;

 private:
  class Journal;

  const std::uint64_t fatal_;
  std::atomic<std::uint64_t> uses_ = 0;
};

}  // namespace bulletin::durability
