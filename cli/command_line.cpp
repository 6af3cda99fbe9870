#include "cli/command_line.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/verbs.hpp"
#include "client/endpoint.hpp"
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
    "`bulletin VERB --help` tells more about a verb.\n\n"
    "Values are JSON. Bytes are {\"$bytes\": \"base64\"}, numbers that are not finite {\"$real\":\n"
    "\"nan\"}, \"inf\" or \"-inf\"; a map with a member of such a name is {\"$map\": {...}}.\n\n"
    "Exit codes: 0 done; 1 refused, or no such attribute; 2 wrong usage; 3 no broker, nothing was\n"
    "changed; 4 in doubt: a write was sent, and its outcome is not known.";

/// CLI11 would take "-5" for an option, and knows nothing of "--" behind a verb. Words that are no
/// option get a mark, which those that take them remove.
constexpr char word_mark = '\x01';

bool is_number(const std::string& word) {
  return word.size() > 1 && word[0] == '-' &&
         (std::isdigit(static_cast<unsigned char>(word[1])) != 0 || word[1] == '.');
}

std::vector<std::string> marked(std::vector<std::string> words) {
  std::vector<std::string> result;
  bool words_only = false;
  for (std::string& word : words) {
    if (!words_only && word == "--") {
      words_only = true;
    } else {
      result.push_back(words_only || is_number(word) ? word_mark + word : std::move(word));
    }
  }
  return result;
}

std::string unmarked(std::string word) {
  if (word.starts_with(word_mark)) word.erase(0, 1);
  return word;
}

std::uint64_t to_number(const std::string& text, std::uint64_t least, const char* wanted) {
  std::uint64_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc() || end != last || number < least) {
    throw CLI::ValidationError("'" + text + "' is no " + wanted);
  }
  return number;
}

std::chrono::milliseconds to_time(const std::string& text, std::int64_t least) {
  static constexpr std::pair<std::string_view, double> units[] = {
      {"", 1}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const auto* found = std::find_if(std::begin(units), std::end(units),
                                   [&](const auto& known) { return known.first == unit; });
  if (error != std::errc() || found == std::end(units) || !(number >= 0 && number <= 1e12)) {
    throw CLI::ValidationError("'" + text + "' is no time such as 500ms, 2s or 1.5m");
  }
  const auto milliseconds = static_cast<std::int64_t>(number * found->second);
  if (milliseconds < least) throw CLI::ValidationError("'" + text + "' is less than 1ms");
  return std::chrono::milliseconds(milliseconds);
}

class CommandLine {
 public:
  CommandLine() : app_(description, "bulletin") {
    app_.footer(footer);
    app_.set_version_flag("--version", "bulletin " BULLETIN_VERSION, "Print the version and exit");
    app_.require_subcommand(0, 1);
    app_.fallthrough();
    app_.allow_extras();  // what is too much is told by us, in our words
    app_.get_formatter()->label("SUBCOMMAND", "VERB");
    app_.get_formatter()->label("REQUIRED", "");
    app_.get_formatter()->column_width(24);
    app_.add_option(
            "--endpoint", common_.endpoint,
            "Where the broker listens; several with commas between them [$BULLETIN_ENDPOINT, "
            "else tcp://127.0.0.1:5570]")
        ->type_name("ENDPOINT");
    app_.add_option("--server-key", common_.server_key,
                    "The broker's public key, if it has one [$BULLETIN_SERVER_KEY]")
        ->type_name("FILE");
    app_.add_option("--key", common_.key, "This client's secret key [$BULLETIN_KEY]")
        ->type_name("FILE");
    add_time(
        app_, "--timeout", common_.timeout,
        "How long to wait for the broker, such as 500ms, 2s; a bare number is milliseconds [5s]");
    app_.add_flag("--json", common_.json, "Print JSON, for scripts");
    add_attribute_verbs();
    add_listing_verbs();
    add_top_verb();
    add_watch_verb();
    add_transfer_verbs();
    add_backup_verb();
    add_keygen_verb();
    add_ping_verb();
  }

  std::variant<Action, Exit> parse(std::vector<std::string> words) {
    words = marked(std::move(words));
    std::reverse(words.begin(), words.end());  // as CLI11 wants them
    try {
      app_.parse(std::move(words));
      check_complete();
      common_.endpoint = client::choose_endpoint(common_.endpoint);
    } catch (const CLI::Success& asked) {  // --help, --version
      app_.exit(asked);
      return Exit::done;
    } catch (const std::exception& error) {
      const auto verbs = app_.get_subcommands();
      const std::string help = verbs.empty() ? "" : " " + verbs.front()->get_name();
      std::cerr << "bulletin: " << error.what() << "; see bulletin" << help << " --help\n";
      return Exit::wrong_usage;
    }
    return [run = run_, common = common_] { return run(common); };
  }

 private:
  void check_complete() const {
    const std::vector<std::string> extra = app_.remaining(true);
    const std::string first = extra.empty() ? "" : wire::quoted(unmarked(extra.front()));
    if (run_ == nullptr) throw UsageError(extra.empty() ? "no verb" : first + " is no verb");
    if (!extra.empty()) throw UsageError(first + " is too much");
  }

  /// A verb with the arguments that it fills in.
  template <class Arguments>
  struct Verb {
    CLI::App* app;
    std::shared_ptr<Arguments> arguments;
  };

  template <class Arguments>
  Verb<Arguments> add_verb(const char* name, const char* what, const char* examples,
                           Exit (*run)(const Common&, const Arguments&)) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* const app = app_.add_subcommand(name, what);
    app->group("Verbs");
    app->footer(std::string("Examples:\n") + examples);
    app->final_callback([this, arguments, run] {
      run_ = [arguments, run](const Common& common) { return run(common, *arguments); };
    });
    return {app, arguments};
  }

  static CLI::Option* add_word(CLI::App& app, const char* name, std::string& word,
                               const char* what) {
    return app
        .add_option_function<std::string>(
            name, [&word](const std::string& given) { word = unmarked(given); }, what)
        ->type_name("");
  }

  /// Decimal; a count begins at 1, a revision at 0.
  template <class Number>
  static CLI::Option* add_number(CLI::App& app, const char* name, const char* type, Number& number,
                                 const char* what) {
    const bool count = std::string_view(type) == "N";
    return app
        .add_option_function<std::string>(
            name,
            [&number, count](const std::string& given) {
              number = to_number(unmarked(given), count ? 1 : 0,
                                 count ? "number from 1 on" : "revision");
            },
            what)
        ->type_name(type);
  }

  static void add_time(CLI::App& app, const char* name, std::chrono::milliseconds& time,
                       const char* what, std::int64_t least = 1) {
    app.add_option_function<std::string>(
           name,
           [&time, least](const std::string& given) { time = to_time(unmarked(given), least); },
           what)
        ->type_name("TIME");
  }

  void add_attribute_verbs() {
    const auto [set_verb, set_words] =
        add_verb<SetArguments>("set", "Set an attribute",
                               "  bulletin set plant/robot speed 3.2\n"
                               "  bulletin set plant/robot pose '{\"x\": 1.5, \"y\": -2}'\n"
                               "  bulletin set plant/robot mode --string idle\n"
                               "  bulletin set plant/robot lease 7 --ttl 30s --if-absent\n"
                               "  bulletin set plant/robot map - < map.json",
                               set);
    add_word(*set_verb, "NS", set_words->space, "The namespace")->required();
    add_word(*set_verb, "NAME", set_words->name, "The attribute")->required();
    add_word(*set_verb, "JSON", set_words->value, "The value; - reads standard input")->required();
    set_verb->add_flag("--string", set_words->is_text, "The value is plain text, not JSON");
    add_time(*set_verb, "--ttl", set_words->ttl, "The attribute goes after this time");
    CLI::Option* const revision =
        add_number(*set_verb, "--if-revision", "REVISION", set_words->if_revision,
                   "Only if the attribute's revision is still this one (see get --json)");
    set_verb
        ->add_flag_callback(
            "--if-absent", [words = set_words] { words->if_revision = 0; },
            "Only if there is no such attribute")
        ->excludes(revision);

    const auto [get_verb, get_words] =
        add_verb<GetArguments>("get", "Print the value of an attribute",
                               "  bulletin get plant/robot speed\n"
                               "  bulletin get plant/robot speed --json       with its revision\n"
                               "  bulletin get plant/robot photo --raw > photo.jpg",
                               get);
    add_word(*get_verb, "NS", get_words->space, "The namespace")->required();
    add_word(*get_verb, "NAME", get_words->name, "The attribute")->required();
    get_verb->add_flag("--raw", get_words->raw, "Text without quotes, bytes as they are");

    const auto [del_verb, del_words] = add_verb<GetArguments>(
        "del", "Remove an attribute", "  bulletin del plant/robot speed",
        +[](const Common& common, const GetArguments& words) {
          return del(common, words.space, words.name);
        });
    add_word(*del_verb, "NS", del_words->space, "The namespace")->required();
    add_word(*del_verb, "NAME", del_words->name, "The attribute")->required();
  }

  void add_listing_verbs() {
    const auto [ls_verb, prefix] =
        add_verb<std::string>("ls", "List the namespaces, or those that begin with PREFIX",
                              "  bulletin ls\n"
                              "  bulletin ls plant/\n"
                              "  bulletin ls '$sys/'                         the broker's own",
                              ls);
    add_word(*ls_verb, "PREFIX", *prefix, "How their names begin");

    const auto [show_verb, space] = add_verb<std::string>(
        "show", "Print a table of a namespace's attributes", "  bulletin show plant/robot", show);
    add_word(*show_verb, "NS", *space, "The namespace")->required();

    add_verb<std::monostate>(
        "stat", "Print what the broker tells about itself, and its namespaces",
        "  bulletin stat\n  bulletin --endpoint tcp://robot7:5570 stat",
        +[](const Common& common, const std::monostate&) { return stat(common); });
  }

  void add_top_verb() {
    const auto [verb, words] = add_verb<TopArguments>(
        "top", "Show what goes on at the broker, live: rates, clients, and the busiest namespaces",
        "  bulletin top\n"
        "  bulletin top --interval 5s --count 2\n"
        "Ctrl-C ends it. Elsewhere than on a terminal it prints one picture after the other.",
        top);
    add_time(*verb, "--interval", words->interval, "The pause between two pictures [1s]", 100);
    add_number(*verb, "--count", "N", words->count, "End after so many pictures");
  }

  void add_watch_verb() {
    const auto [verb, words] = add_verb<WatchArguments>(
        "watch", "Print a line for each change, after the values that are there",
        "  bulletin watch plant/robot\n"
        "  bulletin watch plant/robot speed --json\n"
        "  bulletin watch plant/robot ready --count 1  waits until there is such an attribute\n"
        "Ctrl-C ends it.",
        watch);
    add_word(*verb, "NS", words->space, "The namespace")->required();
    add_word(*verb, "NAME", words->name, "Only this attribute");
    add_number(*verb, "--count", "N", words->count, "End after so many lines");
  }

  void add_transfer_verbs() {
    const auto [dump_verb, dump_words] = add_verb<DumpArguments>(
        "dump", "Print a namespace as JSON, for `load`",
        "  bulletin dump plant/robot > robot.json\n"
        "  bulletin dump --all > board.jsonl           a line for each namespace\n"
        "Each namespace is as of one moment, but not all as of the same; see backup.",
        dump);
    CLI::Option* const dumped = add_word(*dump_verb, "NS", dump_words->space, "The namespace");
    dump_verb->add_flag("--all", dump_words->all, "All namespaces")->excludes(dumped);

    const auto [load_verb, words] = add_verb<LoadArguments>(
        "load", "Set the attributes of a JSON object of names to values",
        "  bulletin load plant/robot robot.json\n"
        "  bulletin dump plant/robot | bulletin load plant/copy - --replace\n"
        "  bulletin load --all board.jsonl\n"
        "What the broker's limits allow is one commit; what is more becomes several.",
        load);
    add_word(*load_verb, "NS", words->space, "The namespace; not with --all");
    add_word(*load_verb, "FILE", words->file, "The file; - reads standard input");
    load_verb->add_flag("--all", words->all, "What `dump --all` has printed");
    load_verb->add_flag("--replace", words->replace, "Remove all other attributes");
  }

  void add_backup_verb() {
    const auto [verb, folder] = add_verb<std::string>(
        "backup", "Copy all of the broker's data into a new folder here, while it goes on",
        "  bulletin backup /var/backups/board-today\n"
        "The broker has to keep its data (--data). A broker that is started with the copy begins "
        "a\n"
        "new history: bulletin-broker --data /var/backups/board-today",
        backup);
    add_word(*verb, "FOLDER", *folder, "The folder; it is made")->required();
  }

  void add_keygen_verb() {
    const auto [verb, name] = add_verb<std::string>(
        "keygen", "Make a pair of keys: NAME.key, which is secret, and NAME.pub",
        "  bulletin keygen broker\n"
        "  bulletin-broker --secret-key broker.key --authorized-keys authorized_keys\n"
        "  bulletin keygen robot7\n"
        "  bulletin --server-key broker.pub --key robot7.key ls\n"
        "A line of authorized_keys is the last line of a .pub file, a user's name, a comment.",
        keygen);
    add_word(*verb, "NAME", *name, "How the files begin")->required();
  }

  void add_ping_verb() {
    const auto [verb, words] = add_verb<PingArguments>(
        "ping", "Measure the way to the broker and back", "  bulletin ping --count 10", ping);
    add_number(*verb, "--count", "N", words->count, "How many times [4]");
    add_time(*verb, "--interval", words->interval, "The pause between them [200ms]", 0);
  }

  CLI::App app_;
  Common common_;
  std::function<Exit(const Common&)> run_;
};

}  // namespace

std::variant<Action, Exit> parse_command_line(int argc, char** argv) {
  CommandLine line;
  return line.parse({argv + 1, argv + argc});
}

}  // namespace bulletin::cli
