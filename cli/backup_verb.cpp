// backup: a copy of the broker's data in a folder here.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

#include <fmt/format.h>
#include <bulletin/inspector.hpp>

#include "cli/command_line.hpp"
#include "cli/contents.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "wire/names.hpp"

namespace bulletin::cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, int error) {
  throw UsageError(fmt::format("cannot write {}: {}", wire::quoted(path.string()),
                               std::generic_category().message(error)));
}

/// Returns when the disk has it.
void sync(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail(path, errno);
  const int result = ::fsync(descriptor);
  const int error = errno;
  ::close(descriptor);
  if (result != 0) fail(path, error);
}

/// A path below the folder, whatever the broker says.
void check_name(const std::string& name) {
  if (name.empty()) throw Error(Errc::protocol, "the broker's backup has a file without a name");
  for (const fs::path& part : fs::path(name)) {
    if (part == "." || part == ".." || part.is_absolute() || part.empty())
      throw Error(Errc::protocol, "the broker's backup has a file of the name " +
                                      wire::quoted(name) + ", which is not below its folder");
  }
}

/// A new folder that is filled.
class Folder : public BackupTarget {
 public:
  explicit Folder(const std::string& path) : path_(path) {
    std::error_code error;
    if (fs::exists(path_, error) && !fs::is_empty(path_, error))
      throw UsageError(wire::quoted(path) + " is there already, and is no empty folder");
    error.clear();
    if (path_.has_parent_path()) fs::create_directories(path_.parent_path(), error);
    if (error) fail(path_, error.value());
    if (::mkdir(path_.c_str(), S_IRWXU) != 0) take_existing();
  }
  ~Folder() override {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  void begin(std::uint64_t bytes) override {
    total_ = bytes;
    progress_.emplace(bytes);
  }

  void write(const std::string& file, std::string_view bytes) override {
    if (file != name_) open(file);
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0) fail(path_ / name_, errno);
      bytes.remove_prefix(static_cast<std::size_t>(written));
      done_ += static_cast<std::uint64_t>(written);
    }
    progress_->show(done_);
  }

  /// All files are on the disk.
  void finish() {
    close();
    for (const auto& entry : fs::recursive_directory_iterator(path_)) {
      if (entry.is_directory()) sync(entry.path());
    }
    sync(path_);
  }

  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
  [[nodiscard]] std::size_t files() const noexcept { return files_; }

 private:
  /// All of the board will be in it.
  void take_existing() const {
    if (errno != EEXIST) fail(path_, errno);
    struct stat status {};
    if (::stat(path_.c_str(), &status) != 0) fail(path_, errno);
    if (status.st_uid != ::geteuid())
      throw UsageError(
          fmt::format("{} belongs to the user with the id {}, who could read and "
                      "change the backup: choose a folder of your own",
                      wire::quoted(path_.string()), status.st_uid));
    if (::chmod(path_.c_str(), S_IRWXU) != 0) fail(path_, errno);
  }

  void open(const std::string& file) {
    check_name(file);
    close();
    name_ = file;
    const fs::path path = path_ / file;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) fail(path.parent_path(), error.value());
    descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor_ < 0) fail(path, errno);
    ++files_;
  }

  void close() {
    if (descriptor_ < 0) return;
    const int result = ::fsync(descriptor_);
    const int error = errno;
    ::close(std::exchange(descriptor_, -1));
    if (result != 0) fail(path_ / name_, error);
  }

  const fs::path path_;
  std::string name_;
  int descriptor_ = -1;
  std::uint64_t total_ = 0;
  std::uint64_t done_ = 0;
  std::size_t files_ = 0;
  std::optional<Progress> progress_;
};

Exit backup(const Common& common, const std::string& path) {
  Inspector client(client_options(common));
  Folder folder(path);
  client.backup(folder);
  folder.finish();
  if (common.json) {
    print_line(fmt::format("{{\"files\": {}, \"bytes\": {}}}", folder.files(), folder.total()));
  } else {
    print_line(fmt::format("{} files, {} bytes", folder.files(), folder.total()));
  }
  return Exit::done;
}

}  // namespace

void add_backup_verb(CommandLine& line) {
  const auto folder = std::make_shared<std::string>();
  line.verb("backup", "Copy all of the broker's data into a new folder here, while it goes on",
            "  bulletin backup /var/backups/board-today\n"
            "The broker has to keep its data (--data). A broker that is started with the copy "
            "begins a\n"
            "new history: bulletin-broker --data /var/backups/board-today",
            [=](const Common& common) { return backup(common, *folder); })
      .word("FOLDER", *folder, "The folder; it is made");
}

}  // namespace bulletin::cli
