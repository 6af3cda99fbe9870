#include "wire/epoch.hpp"

#include <cstring>

#include "wire/decode_error.hpp"
#include "wire/reader.hpp"

namespace bulletin::wire {

Epoch read_epoch(Reader& reader) {
  const std::string_view bytes = reader.binary("epoch");
  Epoch epoch;
  if (bytes.size() != epoch.bytes.size()) throw DecodeError("epoch: is not 16 bytes long");
  std::memcpy(epoch.bytes.data(), bytes.data(), bytes.size());
  return epoch;
}

}  // namespace bulletin::wire
