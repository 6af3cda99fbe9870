#include "server/config/check_options.hpp"

#include <fmt/format.h>

#include <bulletin/error.hpp>

#include "server/config/bind_address.hpp"
#include "server/config/memory_plan.hpp"
#include "server/config/settings.hpp"
#include "server/telemetry/loggers.hpp"
#include "wire/endpoint_text.hpp"

namespace bulletin::server {
namespace {

void check_ranges(const BrokerOptions& options) {
  ProgramOptions program;
  program.broker = options;
  for (const Setting& setting : settings_of(program)) check_range(setting);
}

void check_relations(const BrokerOptions& options) {
  // A client renews its session with what it sends between beats.
  if (options.session_time < 2 * options.beat) {
    throw Error(Errc::rejected, fmt::format("session-ms: {} is less than two beats (beat-ms is {})",
                                            options.session_time.count(), options.beat.count()));
  }
  const Limits& limits = options.limits;
  if (limits.transaction_bytes < limits.value_bytes) {
    throw Error(
        Errc::rejected,
        fmt::format("limit-transaction-bytes: {} is less than limit-value-bytes ({}), and a "
                    "transaction has to hold a value; set both",
                    limits.transaction_bytes, limits.value_bytes));
  }
}

/// What follows from the memory fits into it; what is said for itself has to.
void check_memory(const BrokerOptions& given) {
  if (given.memory == 0) return;
  if (given.memory < least_memory)
    throw Error(Errc::rejected,
                fmt::format("memory: {} is less than 64MiB ({}), which a broker needs",
                            given.memory, least_memory));
  const BrokerOptions options = with_memory_divided(given);
  const std::size_t together =
      options.bounds.bytes + options.bounds.network_bytes + options.log_bytes;
  if (together <= options.memory) return;
  throw Error(
      Errc::rejected,
      fmt::format("memory: max-bytes ({}), max-network-bytes ({}) and log-bytes ({}) are more than "
                  "it together ({}); make them smaller, or leave them out: they follow from it",
                  options.bounds.bytes, options.bounds.network_bytes, options.log_bytes,
                  options.memory));
}

/// Which of the endpoints other hosts can reach, if any.
void check_reach(const BrokerOptions& options, const BindAddress& commands) {
  if (options.secret_key.empty() != options.authorized_keys.empty())
    throw Error(Errc::rejected,
                fmt::format("{}: it goes with {}; name both files",
                            options.secret_key.empty() ? "authorized-keys" : "secret-key",
                            options.secret_key.empty() ? "secret-key" : "authorized-keys"));
  if (!options.permissions.empty() && options.secret_key.empty())
    throw Error(Errc::rejected,
                "permissions: without keys nobody knows who a client is; name secret-key and "
                "authorized-keys, too");
  if (!options.secret_key.empty() || options.insecure) return;
  const auto refuse = [](std::string_view option, const BindAddress& endpoint) {
    throw Error(
        Errc::rejected,
        fmt::format(
            "{}: other hosts can reach {}, and without keys everybody could read and write. "
            "Make keys, `bulletin keygen broker`, and start it with `--secret-key broker.key "
            "--authorized-keys FILE` (a line for each client: the last line of its NAME.pub, "
            "which `bulletin keygen NAME` makes, and a user's name); or let everybody in "
            "with --insecure",
            option, to_string(endpoint)));
  };
  if (!is_of_this_host(commands)) refuse("bind", commands);
  if (options.updates.empty()) return;
  const BindAddress updates = parse_endpoint(options.updates, "updates");
  if (!is_of_this_host(updates)) refuse("updates", updates);
}

bool is_free_port(const BindAddress& endpoint) {
  return endpoint.transport == BindAddress::Transport::tcp && endpoint.port == 0;
}

void check_endpoints(const BrokerOptions& options) {
  const BindAddress commands = parse_endpoint(options.bind, "bind");
  check_reach(options, commands);
  if (options.updates.empty()) {
    updates_beside(commands);
  } else if (parse_endpoint(options.updates, "updates") == commands && !is_free_port(commands)) {
    throw Error(Errc::rejected,
                fmt::format("updates: '{}' is where commands are received (option bind); choose "
                            "another one, or leave it out",
                            options.updates));
  }
  if (options.advertise.empty()) return;
  if (const std::string fault = wire::connect_fault(options.advertise); !fault.empty()) {
    throw Error(Errc::rejected,
                fmt::format("advertise: '{}' {}; write the tcp://HOST:PORT or ipc://PATH at which "
                            "clients reach the updates",
                            printable(options.advertise), printable(fault)));
  }
  if (is_wildcard(wire::host_and_port(options.advertise).host))
    throw Error(Errc::rejected,
                fmt::format("advertise: '{}' is no place that clients could connect to; write the "
                            "tcp://HOST:PORT or ipc://PATH at which they reach the updates",
                            options.advertise));
}

}  // namespace

void check_options(const BrokerOptions& options) {
  check_endpoints(options);
  check_ranges(options);
  check_relations(options);
  check_memory(options);
}

}  // namespace bulletin::server
