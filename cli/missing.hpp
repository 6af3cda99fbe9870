// What is not there.
#pragma once

#include <string>

namespace bulletin::cli {

/// For a name that is not there: what to do if its author meant a pattern; empty: nothing.
std::string wildcard_hint(const std::string& name);

/// Throws Error missing.
[[noreturn]] void throw_missing(const std::string& space, const std::string& name);
/// Of a namespace without attributes.
[[noreturn]] void throw_empty(const std::string& space);

}  // namespace bulletin::cli
