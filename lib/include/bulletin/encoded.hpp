// A value as its bytes.
#pragma once

#include <string>

namespace bulletin {

/// A value in MessagePack, as it travels and is kept: for language bindings and for programs that
/// pass values on without looking at them. Stored and read wherever a value is, with no `Value` in
/// between:
///
///     robot.set("pose", bulletin::Encoded{"\x92\x01\x02"});  // the array [1, 2]
///     std::string bytes = robot.at<bulletin::Encoded>("pose").bytes;
///     std::optional<bulletin::Versioned<bulletin::Encoded>> both =
///         robot.read<bulletin::Encoded>("pose");
///
/// `bytes` must be exactly one value: no extension types, strings and keys in UTF-8, keys once
/// each, at most 64 deep. Writing anything else throws Error rejected. Map keys keep their order.
struct Encoded {
  std::string bytes;

  friend bool operator==(const Encoded&, const Encoded&) = default;
};

}  // namespace bulletin
