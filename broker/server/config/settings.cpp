#include "server/config/settings.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <type_traits>

#include <fmt/format.h>

#include <bulletin/error.hpp>

#include "wire/limits.hpp"

namespace bulletin::server {
namespace {

/// What stands behind a number of bytes; 0: no unit.
std::int64_t unit_of(const Setting& setting, std::string_view text) {
  if (text.empty()) return 1;
  if (setting.placeholder != "BYTES") return 0;
  if (text == "KiB") return std::int64_t{1} << 10;
  if (text == "MiB") return std::int64_t{1} << 20;
  if (text == "GiB") return std::int64_t{1} << 30;
  return text == "TiB" ? std::int64_t{1} << 40 : 0;
}

std::int64_t whole_number(const Setting& setting, std::string_view text) {
  std::int64_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  const std::int64_t unit = unit_of(setting, std::string_view(end, last));
  if (error != std::errc{} || unit == 0 || number < 0 || number > INT64_MAX / unit) {
    throw Error(Errc::rejected, fmt::format("{}: '{}' is no whole number from {} to {}",
                                            setting.name, text, setting.least, setting.most));
  }
  return number * unit;
}

Durability durability_of(const Setting& setting, std::string_view text) {
  if (text == "sync") return Durability::sync;
  if (text == "async") return Durability::async;
  throw Error(Errc::rejected,
              fmt::format("{}: '{}' is neither sync nor async", setting.name, text));
}

bool truth_of(const Setting& setting, std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  throw Error(Errc::rejected,
              fmt::format("{}: '{}' is neither true nor false", setting.name, text));
}

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

/// The present value of one that is no text.
std::int64_t number_in(const Setting& setting) {
  return std::visit(
      Overloaded{[](std::string*) { return std::int64_t{0}; },
                 [](Durability*) { return std::int64_t{0}; }, [](bool*) { return std::int64_t{0}; },
                 // What is past the signed range is past every bound, too.
                 [](std::size_t* size) {
                   return static_cast<std::int64_t>(std::min<std::size_t>(*size, INT64_MAX));
                 },
                 [](auto* time) { return static_cast<std::int64_t>(time->count()); }},
      setting.target);
}

}  // namespace

std::vector<Setting> settings_of(ProgramOptions& options) {
  constexpr std::int64_t hour = 3'600'000;
  constexpr std::int64_t most_memory = std::int64_t(1) << 40;
  constexpr std::int64_t most = 1'000'000'000;
  // What is beside the values in a message fits into the rest.
  constexpr std::int64_t most_transaction = wire::message_bytes - (1 << 20);
  BrokerOptions& broker = options.broker;
  Limits& limits = broker.limits;
  BrokerBounds& bounds = broker.bounds;
  return {
      {"bind", "ENDPOINT",
       "where commands are received: tcp://ADDRESS:PORT (PORT `*` for a free one) or ipc://PATH",
       &broker.bind},
      {"updates", "ENDPOINT",
       "where updates are sent; by default the next port, or the path plus .updates",
       &broker.updates},
      {"advertise", "ENDPOINT",
       "the updates endpoint to tell clients that cannot reach it where they reach the commands",
       &broker.advertise},
      {"data", "FOLDER",
       "keep the board in this folder, through any crash; by default in memory only", &broker.data},
      {"durability", "MODE",
       "with --data: sync answers a write when the disk has it, async at once (a crash of the host "
       "may "
       "lose the last 100 ms)",
       &broker.durability},
      {"secret-key", "FILE",
       "the broker's secret key, as `bulletin keygen` makes it; with authorized-keys",
       &broker.secret_key},
      {"authorized-keys", "FILE", "the clients that are let in: PUBLIC-KEY USER COMMENT... a line",
       &broker.authorized_keys},
      {"permissions", "FILE",
       "with keys: a TOML file of [[rule]]s, which user may read or write which namespaces, and of "
       "[[quota]]s, how much each may have",
       &broker.permissions},
      {"insecure", "", "without keys, too, bind addresses that other hosts can reach",
       &broker.insecure},
      {"beat-ms", "MS", "how often a subscribed namespace tells its newest revision", &broker.beat,
       1, hour},
      {"session-ms", "MS", "how long a silent session lives; at least two beats",
       &broker.session_time, 2, 24 * hour},
      {"busy-poll-us", "US",
       "how long to wait awake for the next of requests that come close together; 0: always sleep",
       &broker.busy_poll, 0, 10'000},
      {"log-bytes", "BYTES", "recent commits kept for clients that reconnect", &broker.log_bytes, 0,
       most_memory},
      {"reader-bytes", "BYTES", "updates kept at most for one reader slower than the stream",
       &broker.reader_bytes, wire::update_bytes, most_memory},
      {"memory", "BYTES",
       "memory that clients can make the broker take, at least 64MiB; what the options below say "
       "by "
       "default follows from it; 0: as much as the host or the control group has",
       &broker.memory, 0, most_memory},
      {"max-sessions", "COUNT", "open sessions", &bounds.sessions, 1, most},
      {"max-lanes", "COUNT", "lanes of one session", &bounds.lanes, 1, most},
      {"max-namespaces", "COUNT", "namespaces", &bounds.namespaces, 1, most},
      {"max-namespace-attributes", "COUNT", "attributes of one namespace",
       &bounds.namespace_attributes, 1, most},
      {"max-attributes", "COUNT", "attributes of all namespaces", &bounds.attributes, 1, most},
      {"max-namespace-bytes", "BYTES",
       "memory of the attributes of one namespace, about; 0: as of all", &bounds.namespace_bytes, 0,
       most_memory},
      {"max-bytes", "BYTES", "the same of all namespaces, and theirs; 0: half of the memory",
       &bounds.bytes, 0, most_memory},
      {"max-connections", "COUNT",
       "connections, two or three for each client; 0: half of the descriptors that the broker may "
       "have",
       &bounds.connections, 0, most},
      {"max-handshaking-connections", "COUNT", "of those, the ones in their handshake",
       &bounds.handshaking_connections, 1, most},
      {"max-subscription-bytes", "BYTES",
       "memory of what one connection subscribes to, about 56 for each, and 700 for the first one "
       "to a namespace; past that it ends; 0: a quarter of max-network-bytes, at most 128 MiB",
       &bounds.subscription_bytes, 0, most_memory},
      {"max-network-bytes", "BYTES",
       "received in part, waiting to be sent or subscribed to, of all connections; past that the "
       "connection with most ends; 0: an eighth of the memory",
       &bounds.network_bytes, 0, most_memory},
      {"limit-name-bytes", "BYTES", "longest name of an attribute", &limits.name_bytes, 1,
       wire::name_bytes},
      {"limit-namespace-bytes", "BYTES", "longest name of a namespace", &limits.namespace_bytes, 1,
       wire::namespace_bytes},
      {"limit-value-bytes", "BYTES", "largest value", &limits.value_bytes, 1, most_transaction},
      {"limit-transaction-bytes", "BYTES", "largest transaction; at least a value",
       &limits.transaction_bytes, 1, most_transaction},
      {"limit-transaction-operations", "COUNT", "most operations of a transaction",
       &limits.transaction_operations, 1, 1 << 20},
      {"metrics", "ADDRESS:PORT",
       "tell Prometheus what is counted, at http://ADDRESS:PORT/metrics, to everybody who can "
       "reach "
       "it; by default to nobody",
       &options.metrics},
      {"log-level", "LEVEL", "trace, debug, info, warning, error, critical or off",
       &options.log_level},
  };
}

void check_range(const Setting& setting) {
  if (!setting.is_number()) return;
  const std::int64_t value = number_in(setting);
  if (value >= setting.least && value <= setting.most) return;
  throw Error(Errc::rejected, fmt::format("{}: {} is not between {} and {}", setting.name, value,
                                          setting.least, setting.most));
}

void set_from_text(const Setting& setting, std::string_view text) {
  std::visit(Overloaded{[&](std::string* target) { target->assign(text); },
                        [&](std::size_t* target) {
                          *target = static_cast<std::size_t>(whole_number(setting, text));
                        },
                        [&](Durability* target) { *target = durability_of(setting, text); },
                        [&](bool* target) { *target = truth_of(setting, text); },
                        [&](auto* time) {
                          *time = std::decay_t<decltype(*time)>(whole_number(setting, text));
                        }},
             setting.target);
  check_range(setting);
}

std::string text_of(const Setting& setting) {
  if (auto* const target = std::get_if<std::string*>(&setting.target)) return **target;
  if (auto* const target = std::get_if<Durability*>(&setting.target))
    return **target == Durability::sync ? "sync" : "async";
  if (auto* const target = std::get_if<bool*>(&setting.target)) return **target ? "true" : "false";
  return std::to_string(number_in(setting));
}

}  // namespace bulletin::server
