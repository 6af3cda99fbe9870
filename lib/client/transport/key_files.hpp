// A new pair of keys in two files.
#pragma once

#include <string>

#include "client/transport/keys.hpp"

namespace bulletin::client {

/// Writes NAME.key, which only its owner may read, and NAME.pub. Throws Error rejected, which names
/// the file, when one is there already or cannot be written.
Keys make_key_files(const std::string& name);

}  // namespace bulletin::client
