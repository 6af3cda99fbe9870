#include "authority/refusals.hpp"

#include <utility>

#include "wire/limits.hpp"
#include "wire/names.hpp"

namespace bulletin::authority {

namespace {

using wire::Refusal;
using wire::Status;

std::string over_limit(std::string_view what, std::size_t size, std::size_t limit,
                       std::string_view unit) {
  std::string message(what);
  message += " has " + std::to_string(size) + " ";
  message += unit;
  return message + ", the limit is " + std::to_string(limit);
}

/// The name, or its beginning: one that is too long must not fill the answer.
std::string echo(std::string_view name) {
  if (name.size() <= wire::name_bytes) return std::string(name);
  std::size_t end = wire::name_bytes;
  const auto continues = [&] { return (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80; };
  while (end != 0 && continues()) --end;
  return std::string(name.substr(0, end));
}

Refusal bad_name(std::string_view name, std::string_view kind, std::string_view fault) {
  std::string message = wire::quoted(name) + " cannot be the name of ";
  message += kind;
  message += ": ";
  message += fault;
  return {Status::rejected, message, echo(name)};
}

Refused check_name(std::string_view name, std::string_view kind, std::string_view fault,
                   std::size_t limit) {
  if (!fault.empty()) return bad_name(name, kind, fault);
  if (name.size() <= limit) return std::nullopt;
  return Refusal{Status::rejected,
                 over_limit("the name " + wire::quoted(name), name.size(), limit, "bytes"),
                 echo(name)};
}

}  // namespace

Refused check_namespace(std::string_view name, const Limits& limits) {
  return check_name(name, "a namespace", wire::namespace_name_fault(name), limits.namespace_bytes);
}

Refused check_writable(std::string_view name, const AuthorityOptions& options) {
  if (Refused refused = check_namespace(name, options.limits)) return refused;
  if (wire::is_system(name) == options.system) return std::nullopt;
  return Refusal{Status::rejected, wire::quoted(name) + " belongs to the broker and is read-only",
                 std::string(name)};
}

Refused check_attribute(std::string_view name, const Limits& limits) {
  return check_name(name, "a shared attribute", wire::attribute_name_fault(name),
                    limits.name_bytes);
}

Refused check_value(std::string_view name, std::string_view value, const Limits& limits) {
  if (value.size() <= limits.value_bytes) return std::nullopt;
  return Refusal{
      Status::rejected,
      over_limit("the value of " + wire::quoted(name), value.size(), limits.value_bytes, "bytes"),
      std::string(name)};
}

Refused check_client(std::string_view name, std::string_view host) {
  if (!wire::is_utf8(name) || !wire::is_utf8(host)) {
    return Refusal{Status::rejected, "the client's name or host is not UTF-8", {}};
  }
  if (Refused fault =
          check_size("the client's name", name.size(), wire::client_name_bytes, "bytes"))
    return fault;
  return check_size("the client's host", host.size(), wire::host_bytes, "bytes");
}

Refused check_size(std::string_view what, std::size_t size, std::size_t limit,
                   std::string_view unit) {
  if (size <= limit) return std::nullopt;
  return Refusal{Status::rejected, over_limit(what, size, limit, unit), {}};
}

Refusal overloaded(std::string_view what, std::size_t bound) {
  std::string message = "the broker's bound of " + std::to_string(bound) + " ";
  message += what;
  return {Status::overloaded, message + " is reached", {}};
}

Refusal no_room_for_outcome() {
  return {Status::overloaded, "the outcomes before it take too many bytes", {}};
}

Refusal too_much_work() {
  return {Status::overloaded, "the items before it are too much work", {}};
}

Refusal denied_to_write(std::string_view space) {
  return {Status::denied, "this user may not write " + wire::quoted(space), echo(space)};
}

Refusal denied_to_read(std::string_view space) {
  return {Status::denied, "this user may not read " + wire::quoted(space), echo(space)};
}

}  // namespace bulletin::authority
