// A change of an attribute, with its value as a C++ type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <bulletin/revision.hpp>
#include <bulletin/value.hpp>

namespace bulletin {

/// One change of one attribute, as typed watches and queues get it; it owns what it holds:
///
///     bulletin::Attribute<double> speed = robot.attribute<double>("speed");
///     bulletin::Subscription watch = speed.watch([](const bulletin::TypedChange<double>& change) {
///       if (change.value) show(*change.value);
///     });
///
/// The other members are those of Change.
template <class T = Value>
struct TypedChange {
  std::string name;
  /// The new value; nullopt: the attribute was removed.
  std::optional<T> value;
  Revision revision;
  std::uint64_t skipped = 0;
  bool resynced = false;
  bool last = false;
};

}  // namespace bulletin
