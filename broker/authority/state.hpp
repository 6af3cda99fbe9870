// The parts of an authority, and what its commands do to them. Only for the sources of the
// authority itself.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "authority/authority.hpp"
#include "authority/authority_counters.hpp"
#include "authority/commit_builder.hpp"
#include "authority/commit_log.hpp"
#include "authority/lease_table.hpp"
#include "authority/namespace_table.hpp"
#include "authority/quota.hpp"
#include "authority/refusals.hpp"
#include "authority/session_table.hpp"
#include "authority/time_points.hpp"
#include "authority/turn_commits.hpp"
#include "authority/write_applier.hpp"

namespace bulletin::authority {

/// The lease may be null.
inline AttributeView view_of(const Attribute& attribute, const Lease* lease) noexcept {
  return {attribute.name(), attribute.value(), attribute.revision,
          lease == nullptr ? 0 : lease->session, lease == nullptr ? 0 : lease->deadline};
}

inline SpaceView view_of(const Space& space) noexcept {
  return {space.name, space.revision, space.count, space.digest, space.owner->user};
}

class Authority::State {
 public:
  explicit State(AuthorityOptions given);

  // One for each command.
  Answer apply(std::string_view user, const OpenSession& command);
  Answer apply(std::string_view user, const Renew& command);
  Answer apply(std::string_view user, const CloseSession& command);
  Answer apply(std::string_view user, const wire::Write& command, Places denied = {});
  Answer apply(std::string_view user, const Advance& command);
  Answer apply(std::string_view user, const PinNamespace& command);
  Answer apply(std::string_view user, const UnpinNamespace& command);

  void begin();
  void visit_turn(StateVisitor& visitor) const;
  void restore(const std::function<void(StateVisitor&)>& tell);
  void commit(std::uint64_t late_ms);
  void abandon();

  /// For what is silent from now on.
  [[nodiscard]] std::uint64_t silence_ends() const noexcept {
    return later(counters.now_ms(), options.session_ms);
  }
  /// The revision of a namespace, also of one that there is not.
  [[nodiscard]] std::uint64_t revision_of(const Space* space) const noexcept {
    return space == nullptr ? counters.forgotten : space->revision;
  }

  /// Of all attributes and namespaces.
  [[nodiscard]] std::uint64_t bytes() const noexcept {
    return counters.total.bytes + namespaces.bytes();
  }

  /// The session of this user; null: `check_session` says why not.
  const Session* find_session(std::string_view user, const wire::SessionId& session) const;
  Refused check_session(std::string_view user, const wire::SessionId& session) const;
  /// What becomes of a WRITE that is not to be decided: repeated, or refused.
  std::optional<Answer> repeat(std::string_view user, const wire::Write& command,
                               Places denied) const;
  std::optional<Answer> repeat(const Session& session, const wire::Write& command,
                               Places denied) const;

  const AuthorityOptions options;
  AuthorityCounters counters;
  Accounts accounts;
  NamespaceTable namespaces{options.hash_seed};
  LeaseTable leases;
  SessionTable sessions{accounts};
  CommitLog log;

  bool in_turn = false;
  std::vector<Publication> publications;
  std::vector<std::unique_ptr<Space>> forgotten;  ///< in the last turn; views go into them
  /// Forgotten before, and leases of attributes that were cleared still name them.
  std::vector<std::unique_ptr<Space>> outlived;

 private:
  /// The sessions together keep more outcomes than they should.
  bool keeps_too_much() const noexcept;
  /// So do they, or those of its user.
  bool keeps_too_much(const Session& session) const noexcept;
  std::size_t most_outcome_bytes(const Session& session, std::uint64_t lane) const noexcept;
  wire::Refusal too_many_outcomes(const Session& session) const;
  Refused check_lane(const wire::Write& command, const Lane* lane, const Session& session) const;
  void end_over(std::size_t most);
  void sweep();
  void forget_idle();
  void erase_all(std::vector<Leased>& leased);
  void erase_some(Space& space, std::vector<Leased>::const_iterator& next,
                  std::vector<Leased>::const_iterator end);
  void publish();

  AuthorityCounters before_;  // the turn
  TurnCommits commits_;
  CommitBuilder builder_{namespaces, leases, commits_, counters.total};
  WriteApplier writes_{options, counters, namespaces, builder_};
};

}  // namespace bulletin::authority
