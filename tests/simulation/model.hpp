// A second authority, simple enough to be believed: it checks every turn that the real one commits.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "authority/authority.hpp"
#include "simulation/history.hpp"
#include "simulation/ledger.hpp"
#include "simulation/transaction_model.hpp"

namespace bulletin::simulation {

/// A command that an authority was given, and what it said.
struct Applied {
  authority::Command command;
  authority::Answer answer;
};

class Model {
 public:
  Model(History& history, Ledger& ledger) : history_(history), ledger_(ledger) {}

  /// A new epoch begins with nothing.
  void begin(const authority::AuthorityOptions& options);
  /// The broker was restarted from a store: the clock may have lost what only went by, sessions
  /// have their full time again, and nobody subscribes.
  void restarted(std::uint64_t clock_ms);

  /// A turn was committed: its answers and its updates are checked and become history.
  void committed(std::span<const Applied> commands,
                 std::span<const authority::Publication> updates);

  [[nodiscard]] const wire::Epoch& epoch() const noexcept { return options_.epoch; }
  [[nodiscard]] std::uint64_t commits() const noexcept { return commits_; }
  /// The attributes of every namespace that has any, or had.
  [[nodiscard]] const std::map<std::string, Board, std::less<>>& boards() const noexcept {
    return boards_;
  }
  /// The namespaces that have attributes or subscribers.
  [[nodiscard]] std::vector<std::string> listed() const;

 private:
  struct Lane {
    std::uint64_t number = 0;
    std::optional<authority::Outcomes> outcomes;
  };
  struct Session {
    std::string client;
    std::uint64_t heard_ms = 0;
    std::map<std::uint64_t, Lane> lanes;
  };
  /// A commit that a WRITE was answered with.
  struct Write {
    std::uint64_t revision = 0;
    std::string space;
    Delta delta;
  };
  /// Attributes whose end has come, in commits of the authority's choice.
  using Ends = std::set<std::pair<std::string, std::string>>;  // namespace, name
  /// What a command must have published.
  struct Expected {
    std::vector<Write> writes;
    Ends ends;
    std::vector<std::string> forgotten;  ///< namespaces, after all else
  };
  /// A namespace from its first commit or subscriber until it is forgotten.
  struct Life {
    bool watched = false;
    std::uint64_t due_ms = 0;  ///< when it is forgotten if it is idle then; 0: never
  };
  struct Published {
    std::string_view space;
    std::uint64_t revision = 0;
    std::uint64_t previous = 0;  ///< of the namespace; 0: not told, because it follows in a run
    std::uint64_t count = 0;     ///< 0: not told
    bool cleared = false;
    Delta changes;
  };
  using Commits = std::span<const Published>;

  Expected apply(const Applied& applied);
  Expected advance(std::uint64_t milliseconds);
  void open(const authority::OpenSession& request, const authority::Answer& answer);
  /// Checks the refusal; null: rightly refused.
  Session* enter(const wire::SessionId& id, const authority::Answer& answer);
  void end_session(std::uint64_t number);
  /// Of what is over, as much as ends at once.
  void end_over(std::size_t most, Ends& ends);

  Expected write(const wire::Write& request, const authority::Answer& answer);
  void execute(const wire::WriteItem& item, const Session& session, std::uint64_t number,
               const wire::Outcome& outcome, Expected& expected);
  void check_outcome(const wire::WriteItem& item, const Decision& decision,
                     const wire::Outcome& outcome) const;

  static std::vector<Published> read(std::span<const authority::Publication> updates);
  static void read(const authority::Publication& update, std::vector<Published>& out);
  [[nodiscard]] bool idle(const std::string& space) const;
  void look_again(const std::string& space);
  void forget_idle(Expected& expected);
  void forget(const std::string& space);
  void match(Expected expected, Commits& commits);
  /// What a commit changes; it becomes history.
  Delta record(const Published& commit);
  [[nodiscard]] Delta effect(const Published& commit, const SpaceHistory& before) const;

  History& history_;
  Ledger& ledger_;
  authority::AuthorityOptions options_;
  std::uint64_t clock_ms_ = 0;
  std::uint64_t now_ms_ = 0;  // where what a command begins begins
  std::uint64_t grants_ = 0;
  std::uint64_t revision_ = 0;
  std::uint64_t commits_ = 0;  // ever
  std::map<std::uint64_t, Session> sessions_;
  std::map<std::string, Board, std::less<>> boards_;
  std::map<std::string, Life, std::less<>> lives_;
  std::map<std::string, Point, std::less<>> known_;  // those with commits in this life
};

}  // namespace bulletin::simulation
