#include "support/disk.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

namespace bulletin::test {

namespace {

void must(const rocksdb::Status& status) {
  if (!status.ok()) throw std::logic_error("the test's disk: " + status.ToString());
}

}  // namespace

class Disk::File : public rocksdb::WritableFileWrapper {
 public:
  File(Disk& disk, std::string name, std::unique_ptr<rocksdb::WritableFile> file)
      : rocksdb::WritableFileWrapper(file.get()),
        disk_(disk),
        name_(std::move(name)),
        file_(std::move(file)) {}

  rocksdb::Status Append(const rocksdb::Slice& data) override {
    const rocksdb::Status allowed = disk_.pass();
    const rocksdb::Slice done(data.data(), allowed.ok() ? data.size() : data.size() / 2);
    const rocksdb::Status status = file_->Append(done);
    if (status.ok()) disk_.appended(name_, done.size());
    return allowed.ok() ? status : allowed;
  }
  rocksdb::Status Append(const rocksdb::Slice& data,
                         const rocksdb::DataVerificationInfo&) override {
    return Append(data);
  }
  rocksdb::Status Sync() override {
    const rocksdb::Status allowed = disk_.pass();
    if (!allowed.ok()) return allowed;
    const rocksdb::Status status = file_->Sync();
    if (status.ok()) disk_.synced(name_);
    return status;
  }
  rocksdb::Status Fsync() override { return Sync(); }
  bool IsSyncThreadSafe() const override { return true; }  // as with a real file

 private:
  Disk& disk_;
  const std::string name_;
  const std::unique_ptr<rocksdb::WritableFile> file_;
};

Disk::Disk() : Disk(std::unique_ptr<rocksdb::Env>(rocksdb::NewMemEnv(rocksdb::Env::Default()))) {}

Disk::Disk(std::unique_ptr<rocksdb::Env> memory)
    : rocksdb::EnvWrapper(memory.get()), memory_(std::move(memory)) {}

void Disk::fail_after(std::uint64_t writes, Fault fault) {
  const std::scoped_lock lock(mutex_);
  last_good_ = writes_ + writes;
  failed_ = false;
  fault_ = fault;
}

void Disk::fail(Fault fault) {
  const std::scoped_lock lock(mutex_);
  failed_ = true;
  fault_ = fault;
}

void Disk::mend() {
  const std::scoped_lock lock(mutex_);
  last_good_ = UINT64_MAX;
  failed_ = false;
}

bool Disk::has_failed() const {
  const std::scoped_lock lock(mutex_);
  return failed_;
}

std::uint64_t Disk::writes() const {
  const std::scoped_lock lock(mutex_);
  return writes_;
}

rocksdb::Status Disk::pass() {
  const std::scoped_lock lock(mutex_);
  if (!failed_ && std::this_thread::get_id() == owner_ && ++writes_ > last_good_) failed_ = true;
  if (!failed_) return rocksdb::Status::OK();
  switch (fault_) {
    case Fault::full: return rocksdb::Status::NoSpace("the test's disk is full");
    case Fault::read_only: return rocksdb::Status::IOError("the test's disk", "Permission denied");
    case Fault::broken: break;
  }
  return rocksdb::Status::IOError("the test's disk is broken");
}

void Disk::appended(const std::string& name, std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  sizes_[name].all += bytes;
}

void Disk::synced(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  Size& size = sizes_[name];
  size.synced = size.all;
}

rocksdb::Status Disk::NewWritableFile(const std::string& name,
                                      std::unique_ptr<rocksdb::WritableFile>* file,
                                      const rocksdb::EnvOptions& options) {
  if (rocksdb::Status allowed = pass(); !allowed.ok()) return allowed;
  std::unique_ptr<rocksdb::WritableFile> made;
  rocksdb::Status status = target()->NewWritableFile(name, &made, options);
  if (!status.ok()) return status;
  {
    const std::scoped_lock lock(mutex_);
    sizes_[name] = {};
  }
  *file = std::make_unique<File>(*this, name, std::move(made));
  return status;
}

rocksdb::Status Disk::RenameFile(const std::string& from, const std::string& to) {
  if (rocksdb::Status allowed = pass(); !allowed.ok()) return allowed;
  rocksdb::Status status = target()->RenameFile(from, to);
  const std::scoped_lock lock(mutex_);
  if (auto moved = sizes_.extract(from)) sizes_.insert_or_assign(to, moved.mapped());
  return status;
}

rocksdb::Status Disk::DeleteFile(const std::string& name) {
  if (rocksdb::Status allowed = pass(); !allowed.ok()) return allowed;
  const std::scoped_lock lock(mutex_);
  sizes_.erase(name);
  return target()->DeleteFile(name);
}

void Disk::lose_unsynced(unsigned kept_per_mille) {
  const std::scoped_lock lock(mutex_);
  for (auto& [name, size] : sizes_) {
    if (size.all == size.synced) continue;
    std::string text;
    must(rocksdb::ReadFileToString(target(), name, &text));
    text.resize(size.synced + (size.all - size.synced) * kept_per_mille / 1000);
    must(rocksdb::WriteStringToFile(target(), text, name));
    size = {text.size(), text.size()};
  }
}

void Disk::damage(const std::string& ending) {
  const std::scoped_lock lock(mutex_);
  for (auto next = sizes_.rbegin(); next != sizes_.rend(); ++next) {
    const auto& [name, size] = *next;
    if (!name.ends_with(ending) || size.all == 0) continue;
    std::string text;
    must(rocksdb::ReadFileToString(target(), name, &text));
    text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 0x40);
    must(rocksdb::WriteStringToFile(target(), text, name));
    return;
  }
  throw std::logic_error("the test's disk has no file that ends so: " + ending);
}

std::map<std::string, std::string> Disk::contents(const std::string& folder) {
  const std::scoped_lock lock(mutex_);
  std::map<std::string, std::string> files;
  for (const auto& [name, size] : sizes_) {
    if (name.starts_with(folder + "/"))
      must(rocksdb::ReadFileToString(target(), name, &files[name]));
  }
  return files;
}

void Disk::put(const std::map<std::string, std::string>& files) {
  const std::scoped_lock lock(mutex_);
  for (auto next = sizes_.begin(); next != sizes_.end();) {
    must(target()->DeleteFile(next->first));
    next = sizes_.erase(next);
  }
  for (const auto& [name, text] : files) {
    must(rocksdb::WriteStringToFile(target(), text, name));
    sizes_[name] = {text.size(), text.size()};
  }
}

}  // namespace bulletin::test
