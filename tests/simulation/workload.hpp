// What the users of all clients do.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <bulletin/transaction.hpp>

#include "simulation/client.hpp"
#include "simulation/environment.hpp"

namespace bulletin::simulation {

/// Random calls with few names, so that they conflict. No two transactions are the same.
class Workload {
 public:
  explicit Workload(Environment& environment);

  /// One call of a client's user.
  void act(Client& client);
  /// A `set` that lasts.
  void probe(Client& client, replica::NamespaceReplica& replica);

  /// A forked child and a closed client have no ephemerals.
  void disown(const Client& client);
  /// A live client has the ephemeral attribute that only it sets, if it succeeded in that.
  void check_owned(const Client& client) const;

 private:
  void set(Client& client, replica::NamespaceReplica& replica, bool ephemeral);
  void write(Client& client, replica::NamespaceReplica& replica);
  void write_briefly(Client& client, replica::NamespaceReplica& replica);
  void ask(Client& client, const std::string& space);
  void own(Client& client);
  [[nodiscard]] std::string own_name(const Client& client) const;
  void burst(Client& client, replica::NamespaceReplica& replica);
  Transaction pair();
  Transaction add();
  Transaction erase();
  Transaction clear();
  Transaction compare_and_set(const replica::NamespaceReplica& replica);
  Transaction many(const replica::NamespaceReplica& replica);
  void append_operation(Transaction& transaction);
  void require(Transaction& transaction, const replica::NamespaceReplica& replica,
               std::string_view name);
  WriteId commit(Client& client, replica::NamespaceReplica& replica, const Transaction& transaction,
                 bool renewable = false);
  Value value();
  std::string marker();

  Environment& world_;
  std::vector<std::string> spaces_;
  bool wide_ = false;
  std::uint64_t briefs_ = 0;  ///< how many namespaces are empty most of the time
  std::int64_t serial_ = 0;
  std::map<std::string, WriteId> owned_;        // by client
  std::map<std::string, std::uint64_t> forks_;  // of a client
};

}  // namespace bulletin::simulation
