#include "store/copy.hpp"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/utilities/checkpoint.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

#include "store/data_folder.hpp"
#include "store/failure.hpp"
#include "store/label.hpp"
#include "store/records.hpp"

namespace bulletin::store {
namespace {

constexpr const char* copies = "/copy";
constexpr const char* label_name = "board.toml";

void check(const rocksdb::Status& status) {
  if (!status.ok()) throw StoreError(words_for(status));
}

std::string joined(std::string folder, const std::string& name) {
  return folder.append("/").append(name);
}

/// A folder and the folders of files in it.
void remove_folder(rocksdb::Env& env, const std::string& folder) {
  std::vector<std::string> names;
  if (!env.GetChildren(folder, &names).ok()) return;
  for (const std::string& name : names) {
    if (name == "." || name == "..") continue;
    const std::string path = joined(folder, name);
    bool is_folder = false;
    if (env.IsDirectory(path, &is_folder).ok() && is_folder) {
      remove_folder(env, path);
    } else {
      env.DeleteFile(path).PermitUncheckedError();  // what stays is removed at the next start
    }
  }
  env.DeleteDir(folder).PermitUncheckedError();
}

}  // namespace

std::string copy_folder(const std::string& folder) { return folder + copies; }

void remove_old_copies(rocksdb::Env& env, const std::string& folder) {
  remove_folder(env, copy_folder(folder));
}

Copy::Copy(rocksdb::DB& database, rocksdb::Env& env, std::string folder)
    : database_(database), env_(env), folder_(std::move(folder)), thread_([this] { make(); }) {}

Copy::~Copy() {
  thread_.join();
  remove_folder(env_, folder_);
}

void Copy::make() noexcept {
  try {
    check(env_.CreateDirIfMissing(folder_));
    make_private(folder_);
    rocksdb::Checkpoint* raw = nullptr;
    check(rocksdb::Checkpoint::Create(&database_, &raw));
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
    check(checkpoint->CreateCheckpoint(folder_ + "/db"));
    list("db");
    write_label(env_, folder_, {stored_format, History::copied});
    std::uint64_t size = 0;
    check(env_.GetFileSize(joined(folder_, label_name), &size));
    files_.push_back({label_name, size});
  } catch (const std::exception& error) {
    failure_ = error.what();
  }
  done_.store(true, std::memory_order_release);
}

void Copy::list(const std::string& below) {
  std::vector<std::string> names;
  check(env_.GetChildren(joined(folder_, below), &names));
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    if (name == "." || name == "..") continue;
    std::uint64_t size = 0;
    const std::string file = joined(below, name);
    check(env_.GetFileSize(joined(folder_, file), &size));
    files_.push_back({file, size});
  }
}

const std::vector<Copy::File>& Copy::files() const {
  if (!failure_.empty()) throw StoreError(failure_);
  return files_;
}

std::string Copy::read(std::size_t file, std::uint64_t offset, std::size_t bytes) const {
  const File& source = files().at(file);
  if (offset >= source.size) return {};
  bytes = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, source.size - offset));
  std::unique_ptr<rocksdb::RandomAccessFile> open;
  check(env_.NewRandomAccessFile(joined(folder_, source.name), &open, rocksdb::EnvOptions()));
  std::string scratch(bytes, '\0');
  rocksdb::Slice result;
  check(open->Read(offset, bytes, &result, scratch.data()));
  return result.ToString();
}

}  // namespace bulletin::store
