// Which names are allowed.
#pragma once

#include <string>
#include <string_view>

namespace bulletin::wire {

/// Why this cannot be the name of a shared attribute, or empty when it can: 1 to 1024 bytes of
/// UTF-8 without NUL. A leading '_' is refused as private.
std::string_view attribute_name_fault(std::string_view name) noexcept;

/// Why this cannot be a namespace's name, or empty: a path of non-empty segments divided by '/',
/// UTF-8 without NUL, at most 255 bytes. Names that begin with '$' are legal here; who may write
/// them is the broker's matter.
std::string_view namespace_name_fault(std::string_view name) noexcept;

/// True for the names that stay in their process.
inline bool is_private(std::string_view name) noexcept { return name.starts_with('_'); }

/// True for the namespaces that belong to the broker.
inline bool is_system(std::string_view name) noexcept { return name.starts_with('$'); }

/// Strict: no surrogates, no overlong forms, nothing above U+10FFFF.
bool is_utf8(std::string_view text) noexcept;

/// Throw Error rejected, with the fault, for a name that is not allowed.
void check_attribute_name(std::string_view name);
void check_namespace_name(std::string_view name);

/// A name for a message: in quotes, escaped (see escape.hpp), cut when it is long.
std::string quoted(std::string_view name);

}  // namespace bulletin::wire
