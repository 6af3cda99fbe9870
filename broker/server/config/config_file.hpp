// The configuration file of `bulletin-broker`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/config/settings.hpp"

namespace bulletin::server {

/// Reads TOML: the names of the command line as keys at the top level, numbers and strings as
/// values. Throws Error rejected, with file and line, for a key that there is not, a value of the
/// wrong type, and text that is no TOML.
void read_config_file(const std::string& path, const std::vector<Setting>& settings);

/// The same from text; `source` is what messages call it.
void read_config(std::string_view text, std::string_view source,
                 const std::vector<Setting>& settings);

}  // namespace bulletin::server
