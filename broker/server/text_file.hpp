// Files that people write.
#pragma once

#include <string>
#include <string_view>

namespace bulletin::server {

/// All of a file. Throws Error rejected, which names `option`, the path and the reason.
std::string read_text_file(std::string_view option, const std::string& path);

}  // namespace bulletin::server
