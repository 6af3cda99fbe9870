// The file that says what a folder is: DIR/board.toml.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rocksdb {
class Env;
}

namespace bulletin::store {

/// What is known of the history in the folder before its database is opened.
enum class History {
  beginning,  ///< the database may not have been made yet
  kept,       ///< everything that was answered is there
  unsynced,   ///< written to without waiting for the disk, and not ended cleanly since
  copied,     ///< a backup
};

/// What is left of a label that could not be written.
inline constexpr const char* unfinished_label = "board.toml.new";

struct Label {
  std::uint64_t format = 0;
  History history = History::beginning;
};

/// The word in the file.
std::string_view text_of(History history) noexcept;

/// Nothing if there is no such file. Throws Error rejected, which names the file and says what to
/// do, for one that cannot be read or is of a newer version.
std::optional<Label> read_label(rocksdb::Env& env, const std::string& folder);

/// Replaces the file and waits for the disk. Throws Error rejected.
void write_label(rocksdb::Env& env, const std::string& folder, const Label& label);

}  // namespace bulletin::store
