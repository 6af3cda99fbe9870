// Where the writes of a handle go.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <bulletin/commit_result.hpp>
#include <bulletin/detail/namespace_state.hpp>
#include <bulletin/future.hpp>
#include <bulletin/options.hpp>
#include <bulletin/revision.hpp>
#include <bulletin/transaction.hpp>
#include <bulletin/value.hpp>

#include "client/loop/implementation.hpp"
#include "replica/namespace_replica.hpp"

/// A namespace of one client, whether or not it is read here: what its handles do when they write.
/// The functions are told in bulletin/namespace.hpp. Any thread.
class bulletin::detail::Destination {
 public:
  Destination(std::shared_ptr<Client::Implementation> client,
              std::shared_ptr<replica::NamespaceReplica> replica)
      : client(std::move(client)), replica(std::move(replica)) {}

  [[nodiscard]] std::string uri() const;

  Revision set(std::string_view name, Content value, const SetOptions& options) const;
  Future<Revision> set_async(std::string_view name, Content value, const SetOptions& options) const;
  void post(std::string_view name, Content value, const SetOptions& options) const;
  void flush(Timeout timeout) const;
  bool erase(std::string_view name) const;
  std::optional<Revision> compare_and_set(std::string_view name, Revision expected, Content value,
                                          const SetOptions& options) const;
  Value add(std::string_view name, const Value& amount) const;
  CommitResult commit(const Transaction& transaction) const;
  Future<CommitResult> commit_async(const Transaction& transaction) const;

  const std::shared_ptr<Client::Implementation> client;
  const std::shared_ptr<replica::NamespaceReplica> replica;

 private:
  void check_size(std::string_view transaction, std::string_view name) const;
  replica::FinishedWrite write(replica::PendingWrite write, std::string_view name) const;
  replica::FinishedWrite write(const Transaction& transaction, std::string_view name = {}) const;
  template <class Result>
  Future<Result> write_async(replica::PendingWrite&& write, std::string_view name) const;
};
