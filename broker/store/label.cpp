#include "store/label.hpp"

#include <rocksdb/env.h>

#include <array>
#include <memory>
#include <string_view>

#include <fmt/format.h>
#include <toml++/toml.h>

#include <bulletin/error.hpp>

#include "store/failure.hpp"
#include "store/records.hpp"
#include "store/toml_depth.hpp"

namespace bulletin::store {
namespace {

struct Name {
  History history;
  std::string_view text;
};
constexpr std::array names{Name{History::beginning, "beginning"}, Name{History::kept, "kept"},
                           Name{History::unsynced, "unsynced"}, Name{History::copied, "copied"}};

constexpr std::string_view comment =
    "# The data of a Bulletin broker: do not edit. history: beginning, kept, unsynced (written "
    "with\n"
    "# --durability async and not ended cleanly since) or copied (a backup).\n";

constexpr std::size_t most_bytes = 64u << 10;

std::string path_of(const std::string& folder) { return folder + "/board.toml"; }

[[noreturn]] void fail(const std::string& path, std::string_view fault) {
  throw Error(Errc::rejected, fmt::format("{}: {}", path, fault));
}

Label parse(const std::string& path, const std::string& text) {
  if (text.size() > most_bytes || line_too_deep(text) != 0)
    fail(path, "it is damaged (too large or too deep); put back a backup");
  Label label;
  try {
    const toml::table table = toml::parse(text);
    label.format = static_cast<std::uint64_t>(table["format"].value<std::int64_t>().value_or(0));
    const std::string history = table["history"].value<std::string>().value_or("");
    if (label.format > stored_format) {
      fail(path, fmt::format("the data has the format {}, which is newer than {}, the newest that "
                             "this broker reads; run the newer bulletin-broker",
                             label.format, stored_format));
    }
    for (const Name& name : names) {
      if (name.text == history && label.format != 0) {
        label.history = name.history;
        return label;
      }
    }
  } catch (const toml::parse_error& error) {
    fail(path, fmt::format("it is damaged ({}); put back a backup", error.description()));
  }
  fail(path, "it is damaged (format or history is missing or unknown); put back a backup");
}

}  // namespace

std::string_view text_of(History history) noexcept {
  for (const Name& name : names) {
    if (name.history == history) return name.text;
  }
  return {};
}

std::optional<Label> read_label(rocksdb::Env& env, const std::string& folder) {
  const std::string path = path_of(folder);
  if (const rocksdb::Status status = env.FileExists(path); status.IsNotFound()) return std::nullopt;
  std::string text;
  const rocksdb::Status status = rocksdb::ReadFileToString(&env, path, &text);
  if (!status.ok()) fail(path, words_for(status));
  return parse(path, text);
}

void write_label(rocksdb::Env& env, const std::string& folder, const Label& label) {
  const std::string path = path_of(folder);
  const std::string fresh = folder + "/" + unfinished_label;
  const std::string text = fmt::format("{}format = {}\nhistory = \"{}\"\n", comment, label.format,
                                       text_of(label.history));
  std::unique_ptr<rocksdb::Directory> directory;
  rocksdb::Status status = rocksdb::WriteStringToFile(&env, text, fresh, true);
  if (status.ok()) status = env.RenameFile(fresh, path);
  if (status.ok()) status = env.NewDirectory(folder, &directory);
  if (status.ok()) status = directory->Fsync();
  if (!status.ok()) fail(path, words_for(status));
}

}  // namespace bulletin::store
