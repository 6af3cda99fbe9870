// Files that people write.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bulletin::server {

/// What such a file may have. A device or a pipe is read no further either.
inline constexpr std::size_t text_file_bytes = 1u << 20;

/// All of a file. Throws Error rejected, which names `option`, the path and the reason: it cannot
/// be read, or it is larger than text_file_bytes. Throws std::system_error where that is no fault
/// of the file: there is no descriptor or no memory now.
std::string read_text_file(std::string_view option, const std::string& path);

}  // namespace bulletin::server
