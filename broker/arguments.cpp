#include "arguments.hpp"

#include <exception>
#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <bulletin/error.hpp>

#include "check.hpp"
#include "check_config.hpp"
#include "complain.hpp"
#include "server/config/config_file.hpp"

namespace bulletin {
namespace {

constexpr int wrong_usage = 2;

constexpr const char* description =
    "The Bulletin broker: holds namespaces of attributes and broadcasts every change.\n\n"
    "When it is ready it prints one line on standard output, with the real ports:\n"
    "  ready commands=tcp://127.0.0.1:5570 updates=tcp://127.0.0.1:5571\n"
    "It logs to standard error. SIGTERM, SIGINT and SIGHUP end it cleanly; with keys SIGHUP reads "
    "the\n"
    "authorized keys and the permissions again.";

constexpr const char* footer =
    "The configuration file is TOML and has the same names as keys, for example:\n"
    "  bind = \"tcp://*:5570\"\n"
    "  session-ms = 5000\n"
    "An option given on the command line wins; of one given twice, the\n"
    "last. The files of keys and permissions are explained in\n"
    "bulletin-keys(5).\n\n"
    "Exit status:\n"
    "  0                           Ended cleanly\n"
    "  1                           Cannot serve, or the output could not be written\n"
    "  2                           Wrong usage, or a file that an option names is missing or "
    "wrong\n\n"
    "Environment:\n"
    "  NOTIFY_SOCKET, WATCHDOG_USEC  Set by systemd, which is told of the start, of reloads and "
    "of\n"
    "                              life; see sd_notify(3)\n\n"
    "Files:\n"
    "  /etc/bulletin/broker.toml   The configuration of the service of Debian's package\n"
    "  /var/lib/bulletin           Its data\n"
    "  PATH, PATH.updates, PATH.lock  The sockets and the lock of an endpoint ipc://PATH";

/// An option's description, with its range and its default where there is one to tell.
std::string help_of(const server::Setting& setting) {
  const std::string value = server::text_of(setting);
  std::string help(setting.help);
  if (setting.most > 0) help += fmt::format(" ({} to {})", setting.least, setting.most);
  if (!value.empty()) help += fmt::format(" [{}]", value);
  return help;
}

}  // namespace

std::optional<int> parse_arguments(int argc, char** argv, Arguments& arguments) {
  const std::vector<server::Setting> settings = server::settings_of(arguments.options);
  std::map<std::string_view, std::string> given;
  std::map<std::string_view, CLI::Option*> options;
  std::string config;

  CLI::App app(description, "bulletin-broker");
  app.footer(footer);
  app.set_version_flag("--version", "bulletin-broker " BULLETIN_VERSION,
                       "Print the version and exit");
  // Who starts the broker may put options before those of its user.
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  const CLI::Option* const config_option =
      app.add_option("--config", config, "read options from this file")->type_name("FILE");
  for (const server::Setting& setting : settings) {
    if (setting.is_flag()) {
      options[setting.name] = app.add_flag_callback(
          "--" + std::string(setting.name), [&, name = setting.name] { given[name] = "true"; },
          std::string(setting.help));
      continue;
    }
    options[setting.name] =
        app.add_option("--" + std::string(setting.name), given[setting.name], help_of(setting))
            ->type_name(std::string(setting.placeholder));
  }
  app.add_option("--exit-on-eof", arguments.exit_on_eof,
                 "end when this descriptor, such as a pipe from the starter, is closed by the "
                 "other side; 0 is standard input")
      ->type_name("FD");
  std::string folder;
  CLI::App* const check =
      app.add_subcommand("check", "Tell what is in a folder of data, and whether it is whole");
  check->add_option("FOLDER", folder, "as given to --data")->required();
  const CLI::App* const config_check =
      app.add_subcommand("check-config",
                         "Read the options, the configuration file, keys and permissions as at a "
                         "start, and tell whether they are right; nothing is bound")
          ->fallthrough();
  try {
    app.parse(argc, argv);
    if (check->parsed()) return check_data(folder);
    if (config_option->count() > 0) server::read_config_file(config, settings);
    for (const server::Setting& setting : settings) {
      if (options[setting.name]->count() > 0) server::set_from_text(setting, given[setting.name]);
    }
    if (config_check->parsed()) return check_config(arguments.options);
    check_program_options(arguments.options);
  } catch (const CLI::ParseError& error) {
    // --help and --version are such errors, with exit code 0.
    if (error.get_exit_code() == 0) return finish_output(app.exit(error));
    return complain(fmt::format("{}; see --help", error.what()), wrong_usage);
  } catch (const std::exception& error) {
    return complain(error.what(), wrong_usage);
  }
  return std::nullopt;
}

}  // namespace bulletin
