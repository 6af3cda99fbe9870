#include "cli/command_line.hpp"

#include <exception>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/command_words.hpp"
#include "cli/terminal.hpp"
#include "client/transport/endpoint.hpp"
#include "wire/names.hpp"

namespace bulletin::cli {
namespace {

constexpr const char* description =
    "Reads and writes the attributes of a Bulletin board: a namespace, such as plant/robot, holds\n"
    "attributes, each a name and a value.\n";

constexpr const char* footer =
    "Examples:\n"
    "  bulletin set plant/robot speed 3.2\n"
    "  bulletin set plant/robot mode --string idle\n"
    "  bulletin get plant/robot speed\n"
    "  bulletin watch plant/robot\n"
    "  bulletin dump plant/robot > robot.json; bulletin load plant/copy robot.json\n"
    "`bulletin VERB --help` or `bulletin help VERB` tells more about a verb. rm, list, put and "
    "incr\n"
    "are del, ls, set and add. Words that begin with - are written behind --.\n\n"
    "Values are JSON. Bytes are {\"$bytes\": \"base64\"}, numbers that are not finite {\"$real\":\n"
    "\"nan\"}, \"inf\" or \"-inf\"; a map with a member of such a name is {\"$map\": {...}}. A "
    "TIME is\n"
    "a number with its unit: 500ms, 2s, 1.5m or 1h.\n\n"
    "Exit status:\n"
    "  0                     Done\n"
    "  1                     Refused, no such attribute, not what `watch --until` waited for, or\n"
    "                        the output could not be written\n"
    "  2                     Wrong usage, or a file that it names\n"
    "  3                     No broker; nothing was changed\n"
    "  4                     In doubt: a write was sent, and its outcome is not known\n\n"
    "Environment:\n"
    "  BULLETIN_ENDPOINT     Where the broker listens, without --endpoint\n"
    "  BULLETIN_SERVER_KEY   The broker's public key, or its file, without --server-key\n"
    "  BULLETIN_KEY          The file of this client's secret key, without --key\n"
    "  VISUAL, EDITOR        The editor of edit; else vi\n"
    "  TMPDIR                Where edit keeps its text; else /tmp\n\n"
    "Files:\n"
    "  NAME.key, NAME.pub    A pair of keys, as keygen makes them; see bulletin-keys(5)";

}  // namespace

class CommandLine::Implementation {
 public:
  Implementation() : app_(description, "bulletin") {
    app_.footer(footer);
    app_.set_version_flag("--version", "bulletin " BULLETIN_VERSION, "Print the version and exit");
    app_.require_subcommand(0, 1);
    app_.get_formatter()->label("SUBCOMMAND", "VERB");
    app_.get_formatter()->label("REQUIRED", "");
    app_.get_formatter()->column_width(24);
    add_common(app_, {});
  }

  Verb verb(const char* name, const char* what, const char* examples,
            std::function<Exit(const Common&)> run, Uses uses) {
    CLI::App* const app = app_.add_subcommand(name, what);
    app->group("Verbs");
    app->footer(std::string("Examples:\n") + examples);
    app->allow_extras();  // what is too much is told by us, in our words
    app->final_callback([this, run = std::move(run)] { run_ = run; });
    uses_.emplace_back(app, uses);
    return Verb(*app);
  }

  /// When all verbs have been declared, so that their own options are shown before the common ones.
  void finish() {
    for (const auto& [app, uses] : uses_) add_common(*app, uses);
    app_.add_subcommand("help", "Print this, or with a verb what it can do")->group("Verbs");
  }

  std::variant<Action, Exit> parse(const std::vector<std::string>& words) {
    std::string verb;
    try {
      app_.parse(parser_words(app_, words, verb));
      check_complete();
      common_.endpoint = client::choose_endpoint(common_.endpoint);
    } catch (const CLI::Success& asked) {  // --help, --version
      app_.exit(asked);
      return Exit::done;
    } catch (const std::exception& error) {
      const std::string help = verb.empty() ? "" : " " + verb;
      note(fmt::format("{}; see bulletin{} --help", error.what(), help));
      return Exit::wrong_usage;
    }
    return [run = run_, common = common_] { return run(common); };
  }

 private:
  /// A verb takes also those that mean nothing to it, as they may come from an alias of the shell.
  void add_common(CLI::App& app, const Uses& uses) {
    Verb(app)
        .text("--endpoint", "ENDPOINT", common_.endpoint,
              "Where the broker listens; several with commas between them [$BULLETIN_ENDPOINT, "
              "else tcp://127.0.0.1:5570]")
        .text("--server-key", "FILE", common_.server_key,
              "The broker's public key, if it has one [$BULLETIN_SERVER_KEY]")
        .text("--key", "FILE", common_.key, "This client's secret key [$BULLETIN_KEY]")
        .time("--timeout", common_.timeout,
              "How long to wait for the broker, such as 500ms or 2s [5s]")
        .flag("--json", common_.json, "Print JSON, for scripts");
    const auto hide = [&app](const char* name) { app.get_option(name)->group(""); };
    if (!uses.broker) {
      for (const char* name : {"--endpoint", "--server-key", "--key", "--timeout"}) hide(name);
    }
    if (!uses.json) hide("--json");
  }

  void check_complete() const {
    if (run_ == nullptr) throw UsageError("no verb");
    const std::vector<std::string> extra = app_.remaining(true);
    if (!extra.empty()) throw UsageError(wire::quoted(as_given(extra.front())) + " is too much");
  }

  CLI::App app_;
  Common common_;
  std::vector<std::pair<CLI::App*, Uses>> uses_;
  std::function<Exit(const Common&)> run_;
};

CommandLine::CommandLine() : implementation_(std::make_unique<Implementation>()) {
  add_set_verb(*this);
  add_get_verb(*this);
  add_change_verbs(*this);
  add_edit_verb(*this);
  add_listing_verbs(*this);
  add_top_verb(*this);
  add_watch_verb(*this);
  add_dump_verb(*this);
  add_load_verb(*this);
  add_backup_verb(*this);
  add_keygen_verb(*this);
  add_ping_verb(*this);
  implementation_->finish();
}

CommandLine::~CommandLine() = default;

Verb CommandLine::verb(const char* name, const char* what, const char* examples,
                       std::function<Exit(const Common&)> run, Uses uses) {
  return implementation_->verb(name, what, examples, std::move(run), uses);
}

std::variant<Action, Exit> CommandLine::parse(const std::vector<std::string>& words) {
  return implementation_->parse(words);
}

std::variant<Action, Exit> parse_command_line(int argc, char** argv) {
  CommandLine line;
  return line.parse({argv + 1, argv + argc});
}

}  // namespace bulletin::cli
