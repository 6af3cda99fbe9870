#include "server/settings.hpp"

#include <charconv>
#include <cstdint>
#include <limits>
#include <system_error>

#include <fmt/format.h>

#include <bulletin/error.hpp>

namespace bulletin::server {
namespace {

std::int64_t whole_number(const Setting& setting, std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0) {
    throw Error(Errc::rejected, fmt::format("{}: '{}' is no whole number", setting.name, text));
  }
  return number;
}

}  // namespace

std::vector<Setting> settings_of(ProgramOptions& options) {
  BrokerOptions& broker = options.broker;
  Limits& limits = broker.limits;
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
      {"beat-ms", "MS", "how often a subscribed namespace tells its newest revision", &broker.beat},
      {"session-ms", "MS", "how long a silent session lives", &broker.session_time},
      {"log-bytes", "BYTES", "recent commits kept for clients that reconnect", &broker.log_bytes},
      {"reader-bytes", "BYTES", "updates kept at most for one reader slower than the stream",
       &broker.reader_bytes},
      {"limit-name-bytes", "BYTES", "longest name of an attribute", &limits.name_bytes},
      {"limit-namespace-bytes", "BYTES", "longest name of a namespace", &limits.namespace_bytes},
      {"limit-value-bytes", "BYTES", "largest value", &limits.value_bytes},
      {"limit-transaction-bytes", "BYTES", "largest transaction", &limits.transaction_bytes},
      {"limit-transaction-operations", "COUNT", "most operations of a transaction",
       &limits.transaction_operations},
      {"log-level", "LEVEL", "trace, debug, info, warning, error, critical or off",
       &options.log_level},
  };
}

void set_from_text(const Setting& setting, std::string_view text) {
  if (auto* const target = std::get_if<std::string*>(&setting.target)) {
    (*target)->assign(text);
  } else if (auto* const time = std::get_if<std::chrono::milliseconds*>(&setting.target)) {
    **time = std::chrono::milliseconds(whole_number(setting, text));
  } else {
    *std::get<std::size_t*>(setting.target) = static_cast<std::size_t>(whole_number(setting, text));
  }
}

std::string text_of(const Setting& setting) {
  if (auto* const target = std::get_if<std::string*>(&setting.target)) return **target;
  if (auto* const time = std::get_if<std::chrono::milliseconds*>(&setting.target)) {
    return std::to_string((*time)->count());
  }
  return std::to_string(*std::get<std::size_t*>(setting.target));
}

}  // namespace bulletin::server
