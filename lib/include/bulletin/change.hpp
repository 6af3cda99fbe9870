// What a watch is told.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include <bulletin/revision.hpp>
#include <bulletin/value.hpp>

namespace bulletin {

/// One change of one attribute, as a callback gets it:
///
///     robot.watch([](const bulletin::Change& change) {
///       if (change.value == nullptr) return forget(change.name);
///       show(change.name, *change.value, change.revision);
///     });
///
/// The changes of a commit come in a row with the same revision,
/// `last` set on the final one. The views are valid until the callback returns.
struct Change {
  std::string_view name;
  /// The new value; null: the attribute was removed.
  const Value* value = nullptr;
  Revision revision;
  /// How many changes the watch was not told one by one before this one, because it was slower than
  /// the stream or because this process was cut off. After a slow callback: of this attribute,
  /// exactly. After a repair by snapshot: of the whole namespace, told with the first change of the
  /// row.
  std::uint64_t skipped = 0;
  /// Part of a row that brings the watch to the present: the values told first, what a slow watch
  /// skipped to, or a repair by snapshot.
  bool resynced = false;
  /// The final change of its row.
  bool last = false;
};

using Watcher = std::function<void(const Change&)>;

}  // namespace bulletin
