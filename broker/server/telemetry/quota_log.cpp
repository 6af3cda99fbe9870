#include "server/telemetry/quota_log.hpp"

#include <cstddef>

#include "server/telemetry/loggers.hpp"

namespace bulletin::server {

void QuotaLog::report(const authority::Accounts& authority, const authority::Accounts& network,
                      Time now, spdlog::logger& log) {
  for (const authority::Resource resource : authority::all_resources) {
    for (const authority::Accounts* const accounts : {&authority, &network}) {
      const authority::Account* const user = accounts->refusals().newest_of(resource);
      if (user == nullptr) continue;
      const std::uint64_t refused = accounts->refusals().count[resource];
      if (!throttle_[static_cast<std::size_t>(resource)].should_log(refused, now)) continue;
      log.warn("event=quota_reached user={} resource={} quota={} used={} refused={}",
               server::quoted(user->user), authority::name_of(resource), user->quota[resource],
               user->used[resource], user->refused[resource]);
    }
  }
}

}  // namespace bulletin::server
