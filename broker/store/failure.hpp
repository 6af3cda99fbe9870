// What went wrong with the disk, in words that tell what to do.
#pragma once

#include <stdexcept>
#include <string>

namespace rocksdb {
class Status;
}

namespace bulletin::store {

/// A turn could not be kept. Whether the store has it is not known before it is opened again.
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws Error rejected, which names the folder and says what is wrong with it.
[[noreturn]] void refuse(const std::string& folder, const std::string& fault);
/// The same, for bytes that make no sense.
[[noreturn]] void refuse(const std::string& folder, const std::exception& damage);

std::string words_for(const rocksdb::Status& status);

}  // namespace bulletin::store
