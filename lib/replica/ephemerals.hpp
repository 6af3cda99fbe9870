// The ephemeral attributes that a client sets again when it has lost its session.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <bulletin/transaction.hpp>

#include "wire/epoch.hpp"
#include "wire/transaction.hpp"

namespace bulletin::replica {

class NamespaceReplica;

/// When and where a write was committed.
struct CommitPoint {
  wire::Epoch epoch;
  std::uint64_t revision = 0;
  std::uint64_t known_ms = 0;  ///< its outcome arrived: times to live are counted from here
};

/// Those that plain `set`s made and that have not ended since, as far as can be known: by a later
/// write of this client, by their time to live, or by another client. Told of every own transaction
/// that was committed, in order.
class Ephemerals {
 public:
  void committed(const NamespaceReplica* replica, std::string_view transaction, bool renewable,
                 const CommitPoint& point);
  /// A renewal lost its race: the name is another's now.
  void taken(const NamespaceReplica* replica, std::string_view name);
  /// The broker had no room for this renewal: it is due again.
  void refused(const NamespaceReplica* replica, std::string_view transaction);
  /// The broker was asked at `asked_ms`, and the session lived. What had gone from the replica
  /// before that has not gone with the session: it is not set again.
  void session_lives(std::uint64_t asked_ms, std::uint64_t now_ms);

  template <class F>
  void for_each_replica(F&& f) const {
    for (const auto& [replica, names] : made_) f(replica);
  }

  struct Renewal {
    const NamespaceReplica* replica = nullptr;
    Transaction transaction;  ///< sets the attribute if it is absent
  };
  enum class Which { all, refused };
  /// Those whose time has not passed, for the time that is left.
  std::vector<Renewal> renewals(Which which, std::uint64_t now_ms);

 private:
  struct Made {
    std::string value;
    wire::Epoch epoch;               // of the commit
    std::uint64_t revision = 0;      // of the commit; `not_committed`: being set again
    std::uint64_t ends_ms = 0;       // its time to live; 0: none
    std::uint64_t seen_gone_ms = 0;  // 0: was not
    bool refused = false;            // its last renewal was
  };
  static constexpr std::uint64_t not_committed = std::numeric_limits<std::uint64_t>::max();
  using Names = std::map<std::string, Made, std::less<>>;

  /// Not by address: whoever replays a client sees the same order.
  struct ByName {
    bool operator()(const NamespaceReplica* left, const NamespaceReplica* right) const noexcept;
  };

  static void note(Names& names, const wire::Operation& operation, bool made,
                   const CommitPoint& point);
  static bool ended(const NamespaceReplica& replica, const std::string& name, Made& made,
                    std::uint64_t asked_ms, std::uint64_t now_ms);

  std::map<const NamespaceReplica*, Names, ByName> made_;
  wire::Transaction decoded_;  // its memory is used again
};

}  // namespace bulletin::replica
