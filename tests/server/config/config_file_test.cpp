#include "server/config/config_file.hpp"

#include <cstdint>

#include <bulletin/error.hpp>

#include "server/config/check_options.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::server;

namespace {

ProgramOptions read(const std::string& text) {
  ProgramOptions options;
  read_config(text, "board.toml", settings_of(options));
  return options;
}

std::string complaint(const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("A configuration file sets what the command line sets") {
  const ProgramOptions options = read(
      "# a board\n"
      "bind = \"tcp://*:7000\"\n"
      "beat-ms = 250\n"
      "log-bytes = 1_000\n"
      "limit-value-bytes = 5000\n"
      "log-level = \"debug\"\n");
  CHECK(options.broker.bind == "tcp://*:7000");
  CHECK(options.broker.beat == std::chrono::milliseconds(250));
  CHECK(options.broker.log_bytes == 1000);
  CHECK(options.broker.limits.value_bytes == 5000);
  CHECK(options.log_level == "debug");
  CHECK(options.broker.session_time == BrokerOptions{}.session_time);
}

TEST_CASE("An unknown key is an error that names the key, the line and the keys that there are") {
  const std::string message = complaint("bind = \"tcp://*:*\"\n\nbeat = 250\n");
  CHECK(message.find("board.toml:3:") == 0);
  CHECK(message.find("'beat'") != std::string::npos);
  CHECK(message.find("beat-ms") != std::string::npos);
  CHECK(complaint("[server]\nbind = \"x\"\n").find("board.toml:1:") == 0);
}

TEST_CASE("A value of the wrong type is an error that names the key and the line") {
  CHECK(complaint("\nbeat-ms = \"fast\"").find("board.toml:2: 'beat-ms' is to be a whole number") ==
        0);
  CHECK(complaint("bind = 5570").find("board.toml:1: 'bind' is to be a string") == 0);
  CHECK(complaint("beat-ms = 1.5").find("board.toml:1: 'beat-ms'") == 0);
  CHECK(complaint("beat-ms = -1").find("board.toml:1: beat-ms") == 0);
  CHECK(complaint("\nbeat-ms = 0").find("board.toml:2: beat-ms: 0 is not between 1 and") == 0);
  CHECK(complaint("bind = \"a\nb\"").find("board.toml:1:") == 0);
}

TEST_CASE("Every option can be set from text, and tells its value") {
  ProgramOptions options;
  for (const Setting& setting : settings_of(options)) {
    const std::string text = setting.is_flag()              ? "true"
                             : setting.is_number()          ? std::to_string(setting.most)
                             : setting.name == "durability" ? "async"
                                                            : "text";
    set_from_text(setting, text);
    CHECK(text_of(setting) == text);
  }
  for (const Setting& setting : settings_of(options)) {
    if (setting.is_number()) CHECK_THROWS_AS(set_from_text(setting, "12x"), Error);
  }
}

TEST_CASE("Options that make no sense are refused by name") {
  const auto fault = [](auto change) {
    BrokerOptions options;
    change(options);
    try {
      check_options(options);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(fault([](BrokerOptions&) {}).empty());
  for (const char* open : {"tcp://*:1", "tcp://0.0.0.0:1", "tcp://10.0.0.1:1", "tcp://[::]:1"}) {
    CHECK(fault([=](BrokerOptions& o) { o.bind = open; }).find("bind: other hosts") == 0);
    CHECK(fault([=](BrokerOptions& o) { o.updates = open; }).find("updates: other hosts") == 0);
    CHECK(fault([=](BrokerOptions& o) {
            o.bind = open;
            o.insecure = true;
          }).empty());
    CHECK(fault([=](BrokerOptions& o) {
            o.bind = open;
            o.secret_key = "broker.key";
            o.authorized_keys = "authorized";
          }).empty());
  }
  for (const char* closed : {"tcp://127.0.0.1:1", "tcp://[::1]:1", "tcp://localhost:1",
                             "tcp://lo:1", "ipc:///run/board"}) {
    CHECK(fault([=](BrokerOptions& o) { o.bind = closed; }).empty());
  }
  CHECK(fault([](BrokerOptions& o) { o.beat = std::chrono::milliseconds(0); }).find("beat-ms") ==
        0);
  CHECK(fault([](BrokerOptions& o) { o.session_time = o.beat; }).find("session-ms") == 0);
  CHECK(fault([](BrokerOptions& o) { o.limits.name_bytes = 2000; }).find("limit-name-bytes") == 0);
  CHECK(fault([](BrokerOptions& o) {
          o.limits.value_bytes = 9u << 20;
        }).find("less than limit-value-bytes (9437184)") != std::string::npos);
  CHECK(fault([](BrokerOptions& o) {
          o.limits.transaction_bytes = 64u << 20;
        }).find("limit-tran") == 0);
  CHECK(fault([](BrokerOptions& o) {
          o.busy_poll = std::chrono::seconds(1);
        }).find("busy-poll-us") == 0);
  CHECK(fault([](BrokerOptions& o) { o.reader_bytes = 1; }).find("reader-bytes") == 0);
  CHECK(fault([](BrokerOptions& o) { o.reader_bytes = SIZE_MAX; }).find("reader-bytes") == 0);
  CHECK(fault([](BrokerOptions& o) { o.updates = o.bind; }).find("updates: ") == 0);
  CHECK(fault([](BrokerOptions& o) { o.bind = o.updates = "tcp://127.0.0.1:*"; }).empty());
  CHECK(fault([](BrokerOptions& o) { o.advertise = "gateway"; }).find("advertise") == 0);
}
