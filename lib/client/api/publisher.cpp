#include <bulletin/publisher.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include <bulletin/error.hpp>

#include "client/loop/namespace_state.hpp"
#include "client/loop/outcome.hpp"
#include "client/transport/endpoint.hpp"
#include "wire/transaction.hpp"
#include "wire/value_codec.hpp"

namespace bulletin {
namespace {

using detail::NamespaceState;

/// A frame over the limit would cost the connection.
void check_size(const NamespaceState& state, std::string_view transaction, std::string_view name) {
  const std::size_t limit = state.client->limits().transaction_bytes;
  if (transaction.size() <= limit) return;
  throw Error(Errc::rejected,
              "the write to '" + state.replica->name() + "' has " +
                  std::to_string(transaction.size()) + " bytes, the limit is " +
                  std::to_string(limit),
              std::string(name));
}

replica::PendingWrite to_set(const NamespaceState& state, std::string_view name,
                             detail::Content content, const SetOptions& options) {
  thread_local std::string encoded;  // its memory is used again, unless it is much
  constexpr std::size_t most_kept = std::size_t{1} << 12;
  if (encoded.capacity() > most_kept) encoded = std::string();
  encoded.clear();
  wire::encode_set(name, content, options, encoded);
  check_size(state, encoded, name);
  return {state.replica.get(), replica::CrossThreadString(encoded), 1, options.ephemeral};
}

replica::PendingWrite to_write(const NamespaceState& state, const Transaction& transaction,
                               std::string_view name) {
  replica::PendingWrite write = replica::to_write(*state.replica, transaction);
  check_size(state, write.transaction, name);
  return write;
}

replica::FinishedWrite write(const NamespaceState& state, const Transaction& transaction,
                             std::string_view name, Timeout timeout) {
  return state.client->write(to_write(state, transaction, name), name, timeout);
}

template <class Result>
Future<Result> write_async(const NamespaceState& state, replica::PendingWrite&& write,
                           Timeout timeout) {
  auto [promise, future] = client::WritePromise::make<Result>();
  state.client->write_async(std::move(write), std::move(promise), timeout);
  return std::move(future);
}

}  // namespace

void detail::throw_empty_handle() {
  throw Error(Errc::rejected,
              "this handle is empty: it was default-constructed or moved from; assign what "
              "Client::open, Client::publisher or Namespace::attribute returns");
}

const std::string& Publisher::name() const noexcept {
  static const std::string none;
  return state_ ? state_->replica->name() : none;
}

std::string Publisher::uri() const { return client::make_uri(state().client->endpoint, name()); }

Revision Publisher::set_content(std::string_view name, detail::Content content,
                                const SetOptions& options) const {
  const NamespaceState& target = state();
  return Revision(
      target.client->write(to_set(target, name, content, options), name, options.timeout)
          .outcome.revision);
}

Future<Revision> Publisher::set_content_async(std::string_view name, detail::Content content,
                                              const SetOptions& options) const {
  return write_async<Revision>(state(), to_set(state(), name, content, options), options.timeout);
}

void Publisher::post_content(std::string_view name, detail::Content content,
                             const SetOptions& options) const {
  replica::PendingWrite write = to_set(state(), name, content, options);
  write.latest = options.latest;
  state().client->write_async(std::move(write), {}, options.timeout);
}

void Publisher::flush(Timeout timeout) const { state().client->flush(*state().replica, timeout); }

bool Publisher::erase(std::string_view name, Timeout timeout) const {
  Transaction transaction;
  transaction.erase(name);
  return write(state(), transaction, name, timeout).outcome.status == wire::Status::ok;
}

std::optional<Revision> Publisher::compare_and_set_content(std::string_view name, Revision expected,
                                                           detail::Content content,
                                                           const SetOptions& options) const {
  Transaction transaction;
  transaction.require(name, expected).set_content(name, content, options);
  const replica::FinishedWrite finished = write(state(), transaction, name, options.timeout);
  if (finished.outcome.status == wire::Status::lost) return std::nullopt;
  return Revision(finished.outcome.revision);
}

Value Publisher::add_value(std::string_view name, const Value& amount, Timeout timeout) const {
  Transaction transaction;
  transaction.add_value(name, amount);
  const replica::FinishedWrite finished = write(state(), transaction, name, timeout);
  if (finished.outcome.sums().size() != 1) {
    throw Error(Errc::protocol, "the broker's answer to an addition has no sum", std::string(name));
  }
  return wire::decode_value(finished.outcome.sums().front());
}

CommitResult Publisher::commit(const Transaction& transaction, Timeout timeout) const {
  return client::to_commit_result(write(state(), transaction, {}, timeout).outcome);
}

Future<CommitResult> Publisher::commit_async(const Transaction& transaction,
                                             Timeout timeout) const {
  return write_async<CommitResult>(state(), to_write(state(), transaction, {}), timeout);
}

}  // namespace bulletin
