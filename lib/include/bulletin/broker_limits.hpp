// What a broker accepts.
#pragma once

#include <cstddef>

namespace bulletin {

/// The limits of a broker, in bytes; see `Client::limits`. A write over one of them throws Error
/// rejected.
///
///     if (photo.size() > client.limits().value_bytes) photo = scaled(photo);
struct Limits {
  std::size_t name_bytes = 1024;
  std::size_t namespace_bytes = 255;
  std::size_t value_bytes = 1u << 20;
  std::size_t transaction_bytes = 8u << 20;
  std::size_t transaction_operations = 10'000;

  friend bool operator==(const Limits&, const Limits&) = default;
};

}  // namespace bulletin
