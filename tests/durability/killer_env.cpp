#include "durability/killer_env.hpp"

#include <unistd.h>

#include <csignal>
#include <utility>

namespace bulletin::durability {

class KillerEnv::Journal : public rocksdb::WritableFileWrapper {
 public:
  Journal(KillerEnv& env, std::unique_ptr<rocksdb::WritableFile> file)
      : rocksdb::WritableFileWrapper(file.get()), env_(env), file_(std::move(file)) {}

  rocksdb::Status Append(const rocksdb::Slice& data) override {
    if (is_fatal()) {
      file_->Append({data.data(), data.size() / 2}).PermitUncheckedError();
      die();
    }
    return file_->Append(data);
  }
  rocksdb::Status Append(const rocksdb::Slice& data,
                         const rocksdb::DataVerificationInfo&) override {
    return Append(data);
  }
  rocksdb::Status Sync() override {
    if (is_fatal()) die();
    return file_->Sync();
  }
  rocksdb::Status Fsync() override { return Sync(); }

 private:
  bool is_fatal() { return ++env_.uses_ == env_.fatal_; }
  static void die() { ::kill(::getpid(), SIGKILL); }

  KillerEnv& env_;
  const std::unique_ptr<rocksdb::WritableFile> file_;
};

rocksdb::Status KillerEnv::NewWritableFile(const std::string& name,
                                           std::unique_ptr<rocksdb::WritableFile>* file,
                                           const rocksdb::EnvOptions& options) {
  std::unique_ptr<rocksdb::WritableFile> made;
  rocksdb::Status status = target()->NewWritableFile(name, &made, options);
  if (!status.ok()) return status;
  if (name.ends_with(".log")) {
    *file = std::make_unique<Journal>(*this, std::move(made));
  } else {
    *file = std::move(made);
  }
  return status;
}

}  // namespace bulletin::durability
