// edit: a value in an editor, set only if nobody else has set it meanwhile.

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

#include <fmt/format.h>
#include <bulletin/client.hpp>
#include <bulletin/transaction.hpp>

#include "cli/command_line.hpp"
#include "cli/contents.hpp"
#include "cli/escape.hpp"
#include "cli/files.hpp"
#include "cli/read_attribute.hpp"
#include "cli/terminal.hpp"
#include "cli/values_json.hpp"
#include "cli/verbs.hpp"
#include "wire/names.hpp"
#include "wire/value_codec.hpp"

namespace bulletin::cli {
namespace {

struct EditArguments {
  std::string space;
  std::string name;
  std::optional<std::uint64_t> if_revision;
};

/// A file for the editor. It goes with the object, unless it is kept.
class EditedText {
 public:
  explicit EditedText(const std::string& text)
      : path_((std::filesystem::temp_directory_path() / "bulletin-XXXXXX.json").string()) {
    const int descriptor = ::mkstemps(path_.data(), 5);
    if (descriptor < 0)
      throw std::system_error(errno, std::generic_category(), "cannot make " + path_);
    ::close(descriptor);
    std::ofstream file(path_);
    file << text;
    file.close();
    if (!file) throw UsageError("cannot write " + path_);
  }
  ~EditedText() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove(path_, ignored);
  }
  EditedText(const EditedText&) = delete;
  EditedText& operator=(const EditedText&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// Leaves the file, and tells where it is.
  [[nodiscard]] std::string keep() {
    kept_ = true;
    return "; nothing was changed, and your text is in " + path_;
  }

 private:
  std::string path_;
  bool kept_ = false;
};

std::string editor() {
  for (const char* variable : {"VISUAL", "EDITOR"}) {
    const char* const value = std::getenv(variable);
    if (value != nullptr && *value != '\0') return value;
  }
  return "vi";
}

/// As a shell takes it, because $EDITOR may have options.
std::string shell_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char character : text) {
    if (character == '\'') {
      quoted += "'\\''";
    } else {
      quoted += character;
    }
  }
  return quoted + '\'';
}

void run_editor(EditedText& text) {
  const std::string program = editor();
  const int status = std::system((program + ' ' + shell_quoted(text.path())).c_str());
  if (status == -1 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw UsageError(fmt::format("the editor {} has failed{}", wire::quoted(program), text.keep()));
}

Value edited_value(EditedText& text) {
  try {
    return parse_value(read_file(text.path()));
  } catch (const JsonError& error) {
    throw UsageError(fmt::format("this is no JSON value: {}{}", error.what(), text.keep()));
  }
}

std::optional<ReadAttribute> read_one(const Client& client, const EditArguments& arguments) {
  const auto found = attributes_of(client.read(arguments.space, {arguments.name}));
  return found.empty() ? std::nullopt : std::optional(found.front());
}

Revision revision_of(const std::optional<ReadAttribute>& found) {
  return found ? found->revision : absent;
}

std::string what_won(const EditArguments& arguments, const std::optional<ReadAttribute>& now) {
  const std::string what =
      fmt::format("{} of {}", wire::quoted(arguments.name), wire::quoted(arguments.space));
  if (!now) return what + " was removed meanwhile";
  return fmt::format("{} was set to {} meanwhile, at revision {}", what,
                     shorten(to_json(now->value), 200), now->revision.value());
}

/// Returns the revision of the commit. What is left of a time to live stays.
Revision write_edited(Client& client, const EditArguments& arguments, Revision expected,
                      const Value& value, EditedText& text) {
  try {
    const auto now = read_one(client, arguments);
    std::chrono::milliseconds left{0};
    if (now && now->lease) left = now->lease->ttl;
    Transaction transaction;
    transaction.require(arguments.name, expected).set(arguments.name, value, {.ttl = left});
    const CommitResult written = commit(client, client.publisher(arguments.space), transaction);
    if (written) return written.revision();
    throw Error(Errc::rejected, what_won(arguments, read_one(client, arguments)), arguments.name);
  } catch (const Error& error) {
    throw Error(error.code(), error.what() + text.keep(), error.name());
  }
}

void check_editable(const EditArguments& arguments, const std::optional<ReadAttribute>& found) {
  const std::string what =
      fmt::format("{} of {}", wire::quoted(arguments.name), wire::quoted(arguments.space));
  if (arguments.if_revision && *arguments.if_revision != revision_of(found).value())
    throw Error(
        Errc::rejected,
        fmt::format("{} is not at revision {}; nothing was changed", what, *arguments.if_revision),
        arguments.name);
  if (found && found->lease && found->lease->ephemeral)
    throw Error(Errc::rejected,
                what +
                    " is ephemeral: it goes with the session of another program, and edited it "
                    "would stay",
                arguments.name);
}

Exit edit(const Common& common, const EditArguments& arguments) {
  Client client(client_options(common));
  const auto found = read_one(client, arguments);
  check_editable(arguments, found);
  const std::string original = found ? to_indented_json(found->value) + "\n" : "";
  EditedText text(original);
  run_editor(text);
  const bool same = read_file(text.path()) == original;
  if (same) {
    note("the text is as it was; nothing was changed");
    return Exit::done;
  }
  const Value value = edited_value(text);
  const Revision revision = write_edited(client, arguments, revision_of(found), value, text);
  if (common.json) print_line(fmt::format("{{\"revision\": {}}}", revision.value()));
  return Exit::done;
}

}  // namespace

void add_edit_verb(CommandLine& line) {
  const auto words = std::make_shared<EditArguments>();
  line.verb(
          "edit", "Change the value of an attribute in an editor",
          "  bulletin edit plant/robot pose\n"
          "  EDITOR=nano bulletin edit plant/robot pose\n"
          "The editor is $VISUAL, else $EDITOR, else vi. The value is set only if nobody has set "
          "it\n"
          "meanwhile; otherwise it says what was set, keeps your text in a file, and ends with 1.",
          [=](const Common& common) { return edit(common, *words); })
      .word("NS", words->space, "The namespace")
      .word("NAME", words->name, "The attribute; it need not be there")
      .revision("--if-revision", words->if_revision,
                "Only if the attribute's revision is still this one (see get --json)");
}

}  // namespace bulletin::cli
