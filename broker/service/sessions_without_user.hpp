// The sessions of users that are not let in any more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "authority/authority.hpp"
#include "authority/authority_options.hpp"
#include "authority/command.hpp"
#include "service/user_rights.hpp"

namespace bulletin::service {

/// They end in portions, so that other clients are served between these. Pure.
class SessionsWithoutUser {
 public:
  /// Call it again when the users have changed, and when the authority is another one.
  void find(const authority::Authority& authority, const UserRights& rights) {
    left_.clear();
    for (const authority::SessionView& session : authority.session_list()) {
      if (!rights.contains(session.user)) left_.emplace_back(session.user, session.number);
    }
  }
  [[nodiscard]] bool empty() const noexcept { return left_.empty(); }
  /// Calls `propose(authority::Command)` for a portion of them, as large as `Bounds::ends`.
  template <class Propose>
  void end_some(const authority::AuthorityOptions& options, Propose&& propose) {
    for (std::size_t most = options.bounds.ends; most != 0 && !left_.empty(); --most) {
      propose(authority::Command{left_.back().first,
                                 authority::CloseSession{{options.epoch, left_.back().second}}});
      left_.pop_back();
    }
  }

 private:
  std::vector<std::pair<std::string, std::uint64_t>> left_;  // the user, and the number
};

}  // namespace bulletin::service
