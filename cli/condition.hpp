// What a value is waited for.
#pragma once

#include <string>

#include <bulletin/value.hpp>

namespace bulletin::cli {

/// "5": equal to it; "> 5", ">= 5", "< 5", "<= 5", "!= 5"; "present" and "absent". Values are JSON.
/// Numbers are compared by their value and text by its bytes; what is of another type is neither
/// more nor less, and what is absent only "absent".
class Condition {
 public:
  /// Throws UsageError.
  explicit Condition(const std::string& text);

  /// Null: the attribute is absent.
  [[nodiscard]] bool holds(const Value* value) const;

 private:
  enum class Kind { equal, unequal, less, less_or_equal, more, more_or_equal, present, absent };

  Kind kind_ = Kind::equal;
  Value wanted_;
};

}  // namespace bulletin::cli
