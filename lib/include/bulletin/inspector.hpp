// Asks a broker single things.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <bulletin/backup_target.hpp>
#include <bulletin/namespace_status.hpp>
#include <bulletin/options.hpp>
#include <bulletin/snapshot.hpp>

namespace bulletin {

/// Looks at a board without a session, a replica or threads, as the command line does:
///
///     bulletin::Inspector inspector({.endpoint = "tcp://robot7:5570"});
///     for (const std::string& name : inspector.namespaces("plant/"))
///       std::cout << name << ": " << inspector.read_all(name).size() << " attributes\n";
///
/// Every call is a round trip or a few. Calls throw Error disconnected (no answer within
/// `write_timeout`), rejected (illegal name), denied, overloaded, and protocol when what answers is
/// no broker. One thread at a time.
class Inspector {
 public:
  /// Does not wait. Of the options it uses endpoint, keys and write_timeout. Throws Error rejected
  /// for an endpoint that cannot be one.
  explicit Inspector(const ClientOptions& options = {});
  ~Inspector();
  Inspector(Inspector&&) noexcept;
  Inspector& operator=(Inspector&&) noexcept;

  /// Attributes as the broker has them now; see Client::read.
  Snapshot read(std::string_view space, const std::vector<std::string>& names);
  /// All of them, part by part; see Client::read_all.
  Snapshot read_all(std::string_view space);

  /// The namespaces whose names begin with `prefix`, in order. Stops once it has more than `most`.
  std::vector<std::string> namespaces(std::string_view prefix = {},
                                      std::size_t most = ~std::size_t{0});
  /// In the order of the names.
  std::vector<NamespaceStatus> status(const std::vector<std::string>& spaces);

  /// A consistent copy of all data of a broker that keeps its data, while it goes on.
  void backup(BackupTarget& target);

  /// How long the broker takes for its least answer.
  std::chrono::steady_clock::duration ping();

  /// In use now.
  const std::string& endpoint() const noexcept;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace bulletin
