// Asks the broker single things, without a replica.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bulletin/revision.hpp>
#include <bulletin/snapshot.hpp>
#include <bulletin/transaction.hpp>
#include <bulletin/value.hpp>

#include "cli/verbs.hpp"
#include "client/transport/command_connection.hpp"
#include "wire/replies.hpp"

namespace bulletin::cli {

/// Every call is a round trip or a few, and throws Error: disconnected when the broker does not
/// answer in time, rejected, denied or overloaded when it refuses, protocol when what answers is no
/// broker.
class SmallClient {
 public:
  /// Does not wait. Throws Error rejected for an endpoint that cannot be one.
  explicit SmallClient(const Common& common);
  /// Ends its session, if it had one.
  ~SmallClient();
  SmallClient(const SmallClient&) = delete;
  SmallClient& operator=(const SmallClient&) = delete;

  struct Attribute {
    std::string name;
    Value value;
    Revision revision = {};
    std::optional<wire::Lease> lease = {};  ///< nothing: the broker is too old to tell
  };
  std::optional<Attribute> read(std::string_view space, std::string_view name);
  /// In the order of the names, of which those that are absent are left out. What does not fit into
  /// one answer is as of a later moment.
  std::vector<Attribute> read(std::string_view space, const std::vector<std::string>& names);

  /// All attributes, read part by part: a commit that comes between two parts may show in the later
  /// one only.
  std::vector<Attribute> attributes(std::string_view space);
  /// The same one by one, as the broker tells them.
  void visit(std::string_view space,
             const std::function<void(const wire::AttributeState&)>& visitor);

  /// Ends when it has more than `most`.
  std::vector<std::string> namespaces(std::string_view prefix, std::size_t most = ~std::size_t{0});

  struct NamespaceState {
    std::uint64_t revision = 0;
    std::uint64_t changes = 0;
    std::uint64_t attributes = 0;
    std::uint64_t bytes = 0;
  };
  /// In the order asked for.
  std::vector<NamespaceState> states(const std::vector<std::string>& spaces);

  struct Written {
    bool lost = false;       ///< a condition did not hold: nothing was changed
    bool unchanged = false;  ///< there was nothing to change
    Revision revision;
    std::vector<Value> sums = {};  ///< the results of additions, in order
  };
  /// Applied exactly once, or an error that tells that it was not; only Error in_doubt does not
  /// tell.
  Written write(std::string_view space, const Transaction& transaction);

  /// Where the files of a copy of the broker's data go.
  class BackupTarget {
   public:
    virtual ~BackupTarget() = default;
    virtual void begin(std::uint64_t bytes) = 0;
    /// The next bytes of a file; a file's parts come in a row.
    virtual void write(const std::string& file, std::string_view bytes) = 0;
  };
  /// A consistent copy of all of the broker's data, while it goes on.
  void backup(BackupTarget& target);

  /// The broker's; begins a session.
  const Limits& limits();

  /// The least that the broker answers: how long it takes is the way there and back.
  void round_trip();

  const std::string& endpoint() const noexcept { return connection_.endpoint(); }

 private:
  /// Asks, decodes, and makes an Error of everything else.
  template <class Decode>
  auto ask(const std::string& request, Decode decode);
  const wire::Welcome& session();
  wire::Outcome transmit(std::string_view space, std::string_view transaction);

  client::CommandConnection connection_;
  std::optional<wire::Welcome> session_;
  std::uint64_t number_ = 0;  // of the newest WRITE
  std::string reply_;         // what the views of the newest decoded reply point into
};

}  // namespace bulletin::cli
