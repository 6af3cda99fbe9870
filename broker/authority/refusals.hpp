// What is refused whatever the state is, and in which words.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <bulletin/options.hpp>

#include "authority/authority_options.hpp"
#include "wire/replies.hpp"

namespace bulletin::authority {

using Refused = std::optional<wire::Refusal>;

/// Is this the name of a namespace?
Refused check_namespace(std::string_view name, const Limits& limits);
/// The same, of one that may be written here: clients' or, in a system authority, the broker's own.
Refused check_writable(std::string_view name, const AuthorityOptions& options);
/// Is this the name of a shared attribute?
Refused check_attribute(std::string_view name, const Limits& limits);
Refused check_value(std::string_view name, std::string_view value, const Limits& limits);
Refused check_client(std::string_view name, std::string_view host);
/// `what` has a `size` of so many `unit`s.
Refused check_size(std::string_view what, std::size_t size, std::size_t limit,
                   std::string_view unit);

/// A bound of the broker is reached.
wire::Refusal overloaded(std::string_view what, std::size_t bound);

/// The outcomes of a WRITE take as much as they may; how long it is, encoded.
wire::Refusal no_room_for_outcome();
inline constexpr std::size_t no_room_for_outcome_bytes = 47;
/// The items of a WRITE cost as much as they may; not longer.
wire::Refusal too_much_work();

/// The user may not write there; who may read neither is not told whether it is there.
wire::Refusal denied_to_write(std::string_view space);
wire::Refusal denied_to_read(std::string_view space);

}  // namespace bulletin::authority
