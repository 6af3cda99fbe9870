// What is in a folder, and whether it is whole.
#pragma once

#include <cstdint>
#include <string>

#include "store/store.hpp"

namespace bulletin::store {

struct Inspection {
  std::uint64_t format = 0;
  std::string history;  ///< as board.toml has it
  std::uint64_t revision = 0;
  std::uint64_t namespaces = 0;
  std::uint64_t attributes = 0;
  std::uint64_t value_bytes = 0;
  std::uint64_t sessions = 0;
  std::uint64_t kept_bytes = 0;  ///< of recent commits, in memory
};

/// Reads all of it, and compares every checksum and every digest. Changes nothing. Throws Error
/// rejected, which says what is wrong.
Inspection inspect(const std::string& folder, rocksdb::Env* env = nullptr);

}  // namespace bulletin::store
