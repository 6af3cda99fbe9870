#include "check_config.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include <bulletin/error.hpp>

#include "complain.hpp"
#include "metrics_endpoint.hpp"
#include "server/access/access.hpp"
#include "server/access/authorized_keys.hpp"
#include "server/config/bind_address.hpp"
#include "server/config/check_options.hpp"
#include "server/telemetry/loggers.hpp"
#include "store/data_folder.hpp"

namespace bulletin {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(std::string_view option, const fs::path& path, std::string_view fault) {
  throw Error(Errc::rejected,
              fmt::format("{}: {} {}", option, server::quoted(path.string()), fault));
}

/// Files can be made in it.
void check_folder(std::string_view option, const fs::path& path) {
  if (::access(path.c_str(), W_OK | X_OK) != 0)
    refuse(option, path,
           fmt::format("cannot be written to: {}", std::generic_category().message(errno)));
}

void check_socket_folder(std::string_view option, const std::string& given) {
  if (given.empty()) return;
  const server::BindAddress endpoint = server::parse_endpoint(given, option);
  if (endpoint.transport == server::BindAddress::Transport::ipc)
    check_folder(option, fs::absolute(endpoint.path).parent_path());
}

/// It need not be there yet, but then it must be possible to make it.
void check_data_folder(const std::string& data) {
  if (data.empty()) return;
  fs::path path = fs::absolute(data);
  std::error_code ignored;
  while (!fs::exists(path, ignored) && path.has_relative_path()) path = path.parent_path();
  check_folder("data", path);
}

std::string described(const BrokerOptions& options, const server::Access& access) {
  std::string text = fmt::format("OK: commands at {}", options.bind);
  if (!options.updates.empty()) text += fmt::format(", updates at {}", options.updates);
  text += options.data.empty() ? "; in memory only"
                               : fmt::format("; data in {}", server::printable(options.data));
  text += access.wants_keys() ? fmt::format("; {} authorized {}", access.keys(),
                                            access.keys() == 1 ? "key" : "keys")
                              : "; no keys";
  return text;
}

}  // namespace

void check_program_options(const server::ProgramOptions& options) {
  server::check_options(options.broker);
  if (!options.metrics.empty()) check_metrics_address(options.metrics);
  server::standard_log(options.log_level);
  if (!options.broker.secret_key.empty())
    static_cast<void>(server::read_key_pair(options.broker.secret_key));
  server::Access::read(options.broker);
  if (!options.broker.data.empty() && fs::exists(options.broker.data) &&
      !fs::is_directory(options.broker.data))
    refuse("data", options.broker.data, "is no folder");
  if (!options.broker.data.empty()) store::check_owner(options.broker.data);
}

int check_config(const server::ProgramOptions& options) {
  check_program_options(options);
  check_socket_folder("bind", options.broker.bind);
  check_socket_folder("updates", options.broker.updates);
  check_data_folder(options.broker.data);
  const server::Access access = server::Access::read(options.broker);
  std::puts(described(options.broker, access).c_str());
  for (const std::string& user : access.unknown_users())
    std::puts(fmt::format("note: permissions: there are rules for the user {}, who has no key",
                          server::quoted(user))
                  .c_str());
  return finish_output(0);
}

}  // namespace bulletin
