#include "service/session_list.hpp"

#include <algorithm>

namespace bulletin::service {

void SessionList::opened(const authority::SessionView& session, WallTime now) {
  sessions_.try_emplace(session.number,
                        Session{std::string(session.user), std::string(session.client_name),
                                std::string(session.host), now});
}

void SessionList::closed(std::uint64_t session) { sessions_.erase(session); }

void SessionList::keep(std::span<const std::uint64_t> living) {
  std::erase_if(sessions_, [living](const auto& entry) {
    return !std::binary_search(living.begin(), living.end(), entry.first);
  });
}

std::map<std::string, Value, std::less<>> SessionList::attributes() const {
  std::map<std::string, Value, std::less<>> attributes;
  for (const auto& [number, session] : sessions_) {
    const auto since =
        std::chrono::duration_cast<std::chrono::milliseconds>(session.since.time_since_epoch());
    Map entry{{"name", session.client_name}, {"since", since.count()}};
    if (!session.user.empty()) entry.emplace("user", session.user);
    if (!session.host.empty()) entry.emplace("host", session.host);
    attributes.emplace(std::to_string(number), std::move(entry));
  }
  return attributes;
}

}  // namespace bulletin::service
