// The options that the command line and the configuration file share: one table, so that neither
// has a name of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
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
  std::string metrics = {};
};

/// One option: its name, what --help says, and where its value goes.
struct Setting {
  using Target = std::variant<std::string*, std::chrono::milliseconds*, std::chrono::microseconds*,
                              std::size_t*, Durability*, bool*>;

  std::string_view name;
  std::string_view placeholder;
  std::string_view help;
  Target target;
  std::int64_t least = 0;
  std::int64_t most = 0;  ///< 0: no number, but a word

  [[nodiscard]] bool is_number() const noexcept { return most != 0; }
  /// On the command line it takes no value.
  [[nodiscard]] bool is_flag() const noexcept { return std::holds_alternative<bool*>(target); }
};

/// The table, with targets in `options`, which has to outlive it.
std::vector<Setting> settings_of(ProgramOptions& options);

/// Sets a value from text. Throws Error rejected, which names the setting, for what is no whole
/// number, or out of range, where one is needed.
void set_from_text(const Setting& setting, std::string_view text);

/// Throws Error rejected, which names the setting, for a number that is out of range.
void check_range(const Setting& setting);

/// The present value as text, for --help.
std::string text_of(const Setting& setting);

}  // namespace bulletin::server
