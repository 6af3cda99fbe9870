#include "server/boards.hpp"

#include <algorithm>
#include <string>

#include "wire/names.hpp"

namespace bulletin::server {
namespace {

/// Where to go on behind a name: if nothing around it may be read, behind all of that.
std::string past_what_is_hidden(const Rights& rights, std::string_view name) {
  std::size_t end = 0;
  while ((end = name.find('/', end + 1)) != std::string_view::npos) {
    const std::string_view around = name.substr(0, end);
    // 0xFF comes behind every name.
    if (rights.may_read_nothing_below(around)) return std::string(around) + "/\xFF";
  }
  return std::string(name);
}

}  // namespace

std::string Boards::answer(const wire::Read& request) const {
  return of(request.space).answer(request);
}

std::string Boards::answer(const wire::SnapshotRequest& request) const {
  return of(request.space).answer(request);
}

std::string Boards::answer(const wire::Since& request) const {
  return of(request.space).answer(request);
}

std::string Boards::answer(const wire::StatusRequest& request) const {
  if (std::none_of(request.spaces.begin(), request.spaces.end(), wire::is_system))
    return clients_.answer(request);
  if (const auto refusal = clients_.check(request)) return wire::encode(*refusal);
  wire::StatusReply reply;
  for (const std::string_view space : request.spaces) reply.namespaces.push_back(status(space));
  return wire::encode(reply);
}

/// Of those that follow, as many as the user may see some of, or none.
std::string Boards::answer(const wire::List& request, const Rights& rights) const {
  wire::List next = request;
  std::string after;
  for (;;) {
    wire::ListReply reply = list(next);
    const std::string_view last = reply.names.empty() ? std::string_view() : reply.names.back();
    after = past_what_is_hidden(rights, last);
    std::erase_if(reply.names, [&](std::string_view name) { return !rights.may_read(name); });
    if (!reply.names.empty() || !reply.more) return wire::encode(reply);
    next.after = after;
  }
}

wire::ListReply Boards::list(const wire::List& request) const {
  wire::ListReply system = system_.authority().list(request);
  wire::ListReply reply = clients_.list(request);
  if (system.names.empty()) return reply;
  // Where the clients' part ends, the system's has to end too: what comes later belongs to the next
  // part.
  if (reply.more && !reply.names.empty()) {
    const std::string_view last = reply.names.back();
    std::erase_if(system.names, [last](std::string_view name) { return name > last; });
  }
  const auto middle = static_cast<std::ptrdiff_t>(reply.names.size());
  reply.names.insert(reply.names.end(), system.names.begin(), system.names.end());
  std::inplace_merge(reply.names.begin(), reply.names.begin() + middle, reply.names.end());
  return reply;
}

wire::NamespaceStatus Boards::status(std::string_view space) const {
  return of(space).status(space);
}

const authority::Authority& Boards::of(std::string_view space) const noexcept {
  return wire::is_system(space) ? system_.authority() : clients_;
}

}  // namespace bulletin::server
