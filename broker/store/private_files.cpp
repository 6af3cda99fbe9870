#include "store/private_files.hpp"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <sys/stat.h>

#include <memory>
#include <string>

namespace bulletin::store {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

class PrivateFileSystem : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  const char* Name() const override { return "BulletinPrivateFileSystem"; }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext* context) override {
    return made(name, target()->NewWritableFile(name, options, file, context));
  }
  IOStatus ReopenWritableFile(const std::string& name, const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* file,
                              IODebugContext* context) override {
    return made(name, target()->ReopenWritableFile(name, options, file, context));
  }
  IOStatus LockFile(const std::string& name, const IOOptions& options, rocksdb::FileLock** lock,
                    IODebugContext* context) override {
    return made(name, target()->LockFile(name, options, lock, context));
  }
  IOStatus NewLogger(const std::string& name, const IOOptions& options,
                     std::shared_ptr<rocksdb::Logger>* logger, IODebugContext* context) override {
    return made(name, target()->NewLogger(name, options, logger, context));
  }

 private:
  /// On a filesystem without modes there is nothing to take away.
  static IOStatus made(const std::string& name, IOStatus status) {
    if (status.ok()) ::chmod(name.c_str(), S_IRUSR | S_IWUSR);
    return status;
  }
};

}  // namespace

rocksdb::Env& private_files() {
  // Threads of RocksDB may use it until the end.
  static rocksdb::Env& env =
      *rocksdb::NewCompositeEnv(std::make_shared<PrivateFileSystem>(rocksdb::FileSystem::Default()))
           .release();
  return env;
}

}  // namespace bulletin::store
