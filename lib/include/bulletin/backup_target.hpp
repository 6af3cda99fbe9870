// Where a copy of a broker's data goes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bulletin {

/// Receives the files of `Inspector::backup`.
class BackupTarget {
 public:
  virtual ~BackupTarget() = default;
  /// Before the first byte: how many there are in all.
  virtual void begin(std::uint64_t bytes) = 0;
  /// The next bytes of a file; a file's parts come in a row.
  virtual void write(const std::string& file, std::string_view bytes) = 0;
};

}  // namespace bulletin
