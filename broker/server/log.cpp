#include "server/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <fmt/format.h>

#include <bulletin/error.hpp>

namespace bulletin::server {
namespace {

void append_printable(std::string& out, char byte) {
  if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F) {
    out += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
  } else {
    out += byte;
  }
}

}  // namespace

std::shared_ptr<spdlog::logger> silent_log() {
  auto log = std::make_shared<spdlog::logger>("bulletin");
  log->set_level(spdlog::level::off);
  return log;
}

std::shared_ptr<spdlog::logger> standard_log(const std::string& level) {
  const spdlog::level::level_enum parsed = spdlog::level::from_str(level);
  if (parsed == spdlog::level::off && level != "off") {
    throw Error(
        Errc::rejected,
        fmt::format("log-level: '{}' is none of trace, debug, info, warning, error, critical, off",
                    level));
  }
  auto log = std::make_shared<spdlog::logger>("bulletin",
                                              std::make_shared<spdlog::sinks::stderr_sink_mt>());
  log->set_level(parsed);
  // A log that cannot be written ends nothing, and there is no other place to say so.
  log->set_error_handler([](const std::string&) {});
  log->set_pattern("level=%l time=%Y-%m-%dT%H:%M:%S.%e%z %v");
  log->flush_on(spdlog::level::trace);
  return log;
}

std::string printable(std::string_view text) {
  std::string out;
  for (const char byte : text) append_printable(out, byte);
  return out;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') out += '\\';
    append_printable(out, byte);
  }
  return out += '"';
}

}  // namespace bulletin::server
