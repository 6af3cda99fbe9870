// The options that the command line and the configuration file share: one table, so that neither
// has a name of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <bulletin/broker.hpp>

namespace bulletin::server {

/// What `bulletin-broker` can be told.
struct ProgramOptions {
  BrokerOptions broker;
  std::string log_level = "info";
};

/// One option: its name, what --help says, and where its value goes.
struct Setting {
  using Target = std::variant<std::string*, std::chrono::milliseconds*, std::size_t*>;

  std::string_view name;
  std::string_view placeholder;
  std::string_view help;
  Target target;
};

/// The table, with targets in `options`, which has to outlive it.
std::vector<Setting> settings_of(ProgramOptions& options);

/// Sets a value from text. Throws Error rejected, which names the setting, for what is no whole
/// number where one is needed.
void set_from_text(const Setting& setting, std::string_view text);

/// The present value as text, for --help.
std::string text_of(const Setting& setting);

}  // namespace bulletin::server
