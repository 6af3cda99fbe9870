// The broker's state machine: decides every write, and remembers what readers may ask for.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "authority/authority_options.hpp"
#include "authority/command.hpp"
#include "authority/name_range.hpp"
#include "authority/quota.hpp"
#include "authority/views.hpp"
#include "wire/commit.hpp"
#include "wire/replies.hpp"
#include "wire/requests.hpp"

namespace bulletin::authority {

/// Commits of one namespace to be published as one update: at most wire::update_bytes, unless it is
/// one commit.
struct Publication {
  std::string_view space;
  wire::Run run;
};

/// One part of a list of namespaces. Views are valid until the next `apply`.
struct Listing {
  wire::ListReply reply;
  std::size_t looked_at = 0;  ///< namespaces, those that are not listed included
};

class StateVisitor;

/// What a store has kept cannot have been an authority's state.
class Inconsistent : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A pure state machine: time and bytes come in as commands, and every authority that is given the
/// same commands in the same order reaches the same state. One thread at a time.
///
///     Answer answer = authority.apply({user, wire::Write{...}});        // a turn: any number
///     for (const Publication& update : authority.commit()) send(update);  // or abandon()
///     send(authority.reply(answer));
///
/// The first `apply` begins a turn; `commit` makes all of it visible at once, `abandon` restores
/// exactly the state before it. What a turn decided is known to the later commands of the same
/// turn, and to nobody else: queries are for the time between turns (asserted).
class Authority {
 public:
  class State;  // of the authority's own sources

  explicit Authority(AuthorityOptions options);
  ~Authority();
  Authority(Authority&&) noexcept;
  Authority& operator=(Authority&&) noexcept;
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  // The sequence.

  /// Applies one command. Never throws for what a client sent; a refusal is an answer.
  Answer apply(const Command& command);

  /// Ends the turn, if there is one. The views are valid until the next `apply`. The updates of one
  /// namespace are in order, without gaps. `late_ms`: how long after its decisions the turn is
  /// committed; the times to live and silences that began with it begin so much later. (The store,
  /// which was told before, does not know: a restart takes longer than to keep a turn.)
  std::span<const Publication> commit(std::uint64_t late_ms = 0);

  /// Tells all that the turn has touched so far, for a store that keeps it before `commit`.
  void visit_turn(StateVisitor& visitor) const;

  /// Takes the turn back, if there is one.
  void abandon();

  /// Makes a new authority what another one was that a store was told of: calls `tell` with a
  /// visitor that wants to be told all of it. Sessions have their full time again, and nobody
  /// subscribes. Throws Inconsistent when what is told does not fit together, and is of no use
  /// then.
  void restore(const std::function<void(StateVisitor&)>& tell);

  /// What users may take from now on, also in this turn; not of the turn, nor of what a store
  /// keeps.
  void set_quotas(Quotas quotas);

  /// What answers a WRITE that the broker has decided before, or refuses to decide; nothing, if it
  /// would have to be decided.
  [[nodiscard]] std::optional<Answer> repeat(std::string_view user, const wire::Write& write,
                                             Places denied = {}) const;
  /// Why the session is no use to this user, if so.
  [[nodiscard]] std::optional<wire::Refusal> check(std::string_view user,
                                                   const wire::SessionId& session) const;

  // Between turns.

  /// The bytes that answer a command's client: a refusal, [0], or a WRITE's outcomes and tails. For
  /// an OpenSession that was not refused the rim makes a wire::Welcome instead. The tails tell the
  /// newest commits, not those at the time of the answer.
  [[nodiscard]] std::string reply(const Answer& answer) const;

  /// The bytes that answer a query: the encoded reply or, for names that are not allowed, the
  /// refusal.
  [[nodiscard]] std::string answer(const wire::Read& request) const;
  [[nodiscard]] std::string answer(const wire::SnapshotRequest& request) const;
  [[nodiscard]] std::string answer(const wire::Since& request) const;
  /// Why the request is refused, if it is.
  [[nodiscard]] std::optional<wire::Refusal> check(const wire::StatusRequest& request) const;
  [[nodiscard]] std::string answer(const wire::StatusRequest& request) const;

  // The same without encoding; names are taken as they are. Views are valid until the next `apply`.
  // A namespace that there is not has no attributes, count and digest 0, and the number at which a
  // namespace was last forgotten (0: never) as its revision: so no namespace's revision goes back
  // within an epoch, a replica of an earlier life finds out that it is behind, and at one revision
  // a namespace has one count.

  [[nodiscard]] wire::ReadReply read(const wire::Read& request) const;
  [[nodiscard]] wire::SnapshotReply snapshot(const wire::SnapshotRequest& request) const;
  /// The bytes of the run are kept in `scratch`.
  [[nodiscard]] wire::SinceReply since(const wire::Since& request, std::string& scratch) const;
  /// What a beat tells, too.
  [[nodiscard]] wire::NamespaceStatus status(std::string_view space) const;
  /// Looks only at names in the ranges `visible`, which are in order and do not overlap. All
  /// others make no difference to the part, nor to the work.
  [[nodiscard]] Listing list(const wire::List& request, std::span<const NameRange> visible) const;

  [[nodiscard]] bool in_turn() const noexcept;
  [[nodiscard]] const AuthorityOptions& options() const noexcept;
  /// The newest number given, to a commit or a forgetting; below `first_revision` when there was
  /// none.
  [[nodiscard]] std::uint64_t revision() const noexcept;
  [[nodiscard]] std::uint64_t clock_ms() const noexcept;
  /// By how much the running clock has to advance for a time to live or a session to end; 0: there
  /// is more to end than was ended at once, and the next Advance goes on; nullopt: there is none.
  [[nodiscard]] std::optional<std::uint64_t> next_end_ms() const noexcept;
  [[nodiscard]] std::size_t sessions() const noexcept;
  /// The numbers of the open sessions, in order.
  [[nodiscard]] std::vector<std::uint64_t> session_numbers() const;
  [[nodiscard]] std::size_t namespaces() const noexcept;
  /// Of all namespaces.
  [[nodiscard]] const Extent& extent() const noexcept;
  /// What each user has of what is counted here.
  [[nodiscard]] const Accounts& accounts() const noexcept;
  /// About the memory of all attributes and namespaces: what `Bounds::total` bounds.
  [[nodiscard]] std::uint64_t bytes() const noexcept;
  /// What sessions keep to repeat, in bytes.
  [[nodiscard]] std::size_t kept_outcome_bytes() const noexcept;
  /// In order of their numbers. Views are valid until the next `apply`.
  [[nodiscard]] std::vector<SessionView> session_list() const;
  /// All that are known, by name, also those that are about to be forgotten, which `list` leaves
  /// out. Views are valid until the next `apply`.
  [[nodiscard]] std::vector<SpaceView> namespace_list() const;
  /// Memory of the kept commits, as counted against `log_bytes`.
  [[nodiscard]] std::size_t log_bytes() const noexcept;

  // For tests and simulations.

  /// Calls `visit(const AttributeView&)` for every attribute of a namespace in name order.
  template <class Visitor>
  void visit(std::string_view space, Visitor&& visitor) const {
    std::string after;
    AttributeView view;
    for (bool found = first(space, view); found; found = next(space, after, view)) {
      visitor(static_cast<const AttributeView&>(view));
      after.assign(view.name);
    }
  }

  /// All of the state as text, one line for each thing in a fixed order: equal texts mean equal
  /// authorities, however their commands were cut into turns.
  [[nodiscard]] std::string describe() const;
  /// The same for the commits that are kept, which depend on the turns.
  [[nodiscard]] std::string describe_kept() const;
  /// A hash of `describe`.
  [[nodiscard]] std::uint64_t fingerprint() const;

 private:
  [[nodiscard]] bool first(std::string_view space, AttributeView& view) const;
  [[nodiscard]] bool next(std::string_view space, std::string_view after,
                          AttributeView& view) const;

  std::unique_ptr<State> state_;
};

}  // namespace bulletin::authority
