// What can be asked of a broker without a session.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <bulletin/backup_target.hpp>
#include <bulletin/namespace_status.hpp>
#include <bulletin/snapshot.hpp>

#include "wire/replies.hpp"

namespace bulletin::client {

/// Makes the requests of a question and puts their answers together.
class Queries {
 public:
  /// Sends a request and returns the bytes of its reply; `what` is for error messages.
  using Ask = std::function<std::string(std::string request, const std::string& what)>;

  explicit Queries(Ask ask) : ask_(std::move(ask)) {}

  Snapshot read(std::string_view space, std::vector<std::string> names);
  Snapshot read_all(std::string_view space);
  std::vector<std::string> namespaces(std::string_view prefix, std::size_t most);
  /// In the order of the names; `what` as for Ask.
  std::vector<wire::NamespaceStatus> status(const std::vector<std::string>& spaces,
                                            const std::string& what);
  void backup(BackupTarget& target);
  std::chrono::steady_clock::duration ping();

 private:
  template <class Decode>
  auto ask(std::string request, const std::string& what, Decode decode);

  const Ask ask_;
  std::string reply_;  // what the views of the newest decoded reply point into
};

}  // namespace bulletin::client
