// The one exception of the library.
#pragma once

#include <iosfwd>
#include <stdexcept>
#include <string>
#include <string_view>

namespace bulletin {

/// What went wrong, classed by what the caller can do about it. As in libpqxx, "in doubt" is an
/// outcome of its own: a program that must not do a thing twice has to tell it from "not done".
enum class Errc {
  missing,     ///< `at` or `as` on an attribute that does not exist
  wrong_type,  ///< the value has another type than the one asked for, or `add` on something that is
               ///< not a number, or of a real to an integer, or of an integer to a real
  rejected,  ///< the request itself is not allowed: an illegal name, a value over the limit, a sum
             ///< out of range
  denied,    ///< this user may not do that
  disconnected,  ///< no broker within the deadline, or the client was closed; a write was not
                 ///< applied
  overloaded,    ///< the broker has reached a bound and refused, or takes writes more slowly than
                 ///< they come, or `update` lost to other writers again and again; a write was not
                 ///< applied
  in_doubt,      ///< the write was sent, and whether it was applied will not be known
  protocol,      ///< the broker speaks another version, or something that is not Bulletin
};

/// The name of the code, such as "wrong_type".
std::string_view to_string(Errc code) noexcept;
std::ostream& operator<<(std::ostream& out, Errc code);

/// Thrown by every failing call. `what()` says what was wanted, what was found and, where it helps,
/// what to do. It is one line and safe to print: control characters, bidirectional controls and
/// bytes that are not UTF-8 are escaped in it, such as `\x1b`, whatever sent them; `name()` is
/// exact. Absence (`get`) and a lost race (`compare_and_set`, `commit`) are values, not exceptions.
class Error : public std::runtime_error {
 public:
  Error(Errc code, const std::string& message, std::string name = {});

  Errc code() const noexcept { return code_; }

  /// The attribute concerned; empty when the error is not about one attribute.
  const std::string& name() const noexcept { return name_; }

  /// True when the same call may succeed later without any change: `disconnected`, `overloaded`.
  bool retryable() const noexcept;

  /// True only for `in_doubt`: after every other error the write was not applied.
  bool may_have_applied() const noexcept { return code_ == Errc::in_doubt; }

 private:
  Errc code_;
  std::string name_;
};

}  // namespace bulletin
