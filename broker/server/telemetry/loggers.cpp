#include "server/telemetry/loggers.hpp"

#include <mutex>
#include <utility>

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <fmt/format.h>

#include <bulletin/error.hpp>

#include "vocabulary/escape.hpp"

namespace bulletin::server {
namespace {

LogLevel to_level(spdlog::level::level_enum level) noexcept {
  if (level >= spdlog::level::err) return LogLevel::error;
  return level == spdlog::level::warn ? LogLevel::warning : LogLevel::info;
}

/// NAME of "event=NAME key=value ...".
std::string event_in(std::string_view text) {
  constexpr std::string_view key = "event=";
  if (!text.starts_with(key)) return {};
  text.remove_prefix(key.size());
  return std::string(text.substr(0, text.find(' ')));
}

class HookSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit HookSink(LogHook hook) : hook_(std::move(hook)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string text(message.payload.data(), message.payload.size());
    try {
      hook_({to_level(message.level), event_in(text), text});
    } catch (...) {
      // Whoever logs has no other place to say so.
    }
  }
  void flush_() override {}

  const LogHook hook_;
};

}  // namespace

std::shared_ptr<spdlog::logger> silent_log() {
  auto log = std::make_shared<spdlog::logger>("bulletin");
  log->set_level(spdlog::level::off);
  return log;
}

std::shared_ptr<spdlog::logger> hooked_log(LogHook hook) {
  auto log =
      std::make_shared<spdlog::logger>("bulletin", std::make_shared<HookSink>(std::move(hook)));
  log->set_level(spdlog::level::info);
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
  return vocabulary::escaped(text, vocabulary::EscapeStyle::bytes);
}

std::string quoted(std::string_view text) {
  return '"' + vocabulary::escaped(text, vocabulary::EscapeStyle::bytes, "\"\\") + '"';
}

}  // namespace bulletin::server
