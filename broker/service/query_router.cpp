#include "service/query_router.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "wire/names.hpp"

namespace bulletin::service {

std::string QueryRouter::answer(const wire::Read& request) const {
  return of(request.space).answer(request);
}

std::string QueryRouter::answer(const wire::SnapshotRequest& request) const {
  return of(request.space).answer(request);
}

std::string QueryRouter::answer(const wire::Since& request) const {
  return of(request.space).answer(request);
}

std::string QueryRouter::answer(const wire::StatusRequest& request) const {
  if (std::none_of(request.spaces.begin(), request.spaces.end(), wire::is_system))
    return clients_.answer(request);
  if (const auto refusal = clients_.check(request)) return wire::encode(*refusal);
  wire::StatusReply reply;
  for (const std::string_view space : request.spaces) reply.namespaces.push_back(status(space));
  return wire::encode(reply);
}

std::string QueryRouter::answer(const wire::List& request, const Rights& rights) const {
  wire::ListReply system = system_.authority().list(request, rights.readable()).reply;
  wire::ListReply reply = clients_.list(request, rights.readable()).reply;
  if (system.names.empty()) return wire::encode(reply);
  // Where the clients' part ends, the system's has to end too: what comes later belongs to the next
  // part.
  if (reply.more) {
    const std::string_view last = reply.names.back();
    std::erase_if(system.names, [last](std::string_view name) { return name > last; });
  }
  const auto middle = static_cast<std::ptrdiff_t>(reply.names.size());
  reply.names.insert(reply.names.end(), system.names.begin(), system.names.end());
  std::inplace_merge(reply.names.begin(), reply.names.begin() + middle, reply.names.end());
  return wire::encode(reply);
}

wire::NamespaceStatus QueryRouter::status(std::string_view space) const {
  return of(space).status(space);
}

const authority::Authority& QueryRouter::of(std::string_view space) const noexcept {
  return wire::is_system(space) ? system_.authority() : clients_;
}

}  // namespace bulletin::service
