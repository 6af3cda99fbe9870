#include "store/failure.hpp"

#include <rocksdb/status.h>

#include <fmt/format.h>

#include <bulletin/error.hpp>

namespace bulletin::store {
namespace {

bool is_lock(const std::string& text) {
  return text.find("lock ") != std::string::npos || text.find("LOCK:") != std::string::npos;
}

}  // namespace

void refuse(const std::string& folder, const std::string& fault) {
  throw Error(Errc::rejected, fmt::format("cannot use the data in {}: {}", folder, fault));
}

void refuse(const std::string& folder, const std::exception& damage) {
  refuse(folder, fmt::format("it is damaged: {}; put back a backup", damage.what()));
}

std::string words_for(const rocksdb::Status& status) {
  std::string text = status.ToString();
  // RocksDB 9 wraps what goes wrong while it opens, and then tells it in the text only.
  if (status.IsNoSpace() || text.find("No space left on device") != std::string::npos)
    return "the disk is full; make room (" + text + ")";
  if (status.IsCorruption())
    return "the files are damaged; see `bulletin-broker check`, or put back a backup (" + text +
           ")";
  if (status.IsIOError() && is_lock(text))
    return "another broker or tool has it open; stop that one (" + text + ")";
  if (text.find("Permission denied") != std::string::npos ||
      text.find("Read-only file system") != std::string::npos)
    return "this user may not write there (" + text + ")";
  return text;
}

}  // namespace bulletin::store
