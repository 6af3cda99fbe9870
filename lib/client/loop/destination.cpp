#include "client/loop/destination.hpp"

#include <cstdint>
#include <variant>

#include "client/loop/outcome.hpp"
#include "client/transport/endpoint.hpp"
#include "wire/transaction.hpp"
#include "wire/value_codec.hpp"

namespace bulletin::detail {
namespace {

replica::PendingWrite to_set(const Destination& destination, std::string_view name, Content value,
                             const SetOptions& options) {
  thread_local std::string encoded;  // its memory is used again, unless it is much
  constexpr std::size_t most_kept = std::size_t{1} << 12;
  if (encoded.capacity() > most_kept) encoded = std::string();
  encoded.clear();
  wire::encode_set(name, value, options, encoded);
  return {destination.replica.get(), replica::CrossThreadString(encoded), 1, options.ephemeral};
}

std::optional<Revision> revision_unless_lost(const replica::FinishedWrite& finished) {
  if (finished.outcome.status == wire::Status::lost) return std::nullopt;
  return Revision(finished.outcome.revision);
}

}  // namespace

std::string Destination::uri() const { return client::make_uri(client->endpoint, replica->name()); }

// What would not fit is refused here: a frame over the bound would cost the connection.
void Destination::check_size(std::string_view transaction, std::string_view name) const {
  const std::size_t bound = client->limits().transaction_bytes;
  if (transaction.size() <= bound) return;
  throw Error(Errc::rejected,
              "the write to '" + replica->name() + "' has " + std::to_string(transaction.size()) +
                  " bytes; the broker takes at most " + std::to_string(bound),
              std::string(name));
}

replica::FinishedWrite Destination::write(replica::PendingWrite write,
                                          std::string_view name) const {
  check_size(write.transaction, name);
  return client->write(std::move(write), name);
}

replica::FinishedWrite Destination::write(const Transaction& transaction,
                                          std::string_view name) const {
  return write(replica::to_write(*replica, transaction), name);
}

template <class Result>
Future<Result> Destination::write_async(replica::PendingWrite&& write,
                                        std::string_view name) const {
  check_size(write.transaction, name);
  auto [promise, future] = client::WritePromise::make<Result>();
  client->write_async(std::move(write), std::move(promise));
  return std::move(future);
}

Revision Destination::set(std::string_view name, Content value, const SetOptions& options) const {
  return Revision(write(to_set(*this, name, value, options), name).outcome.revision);
}

Future<Revision> Destination::set_async(std::string_view name, Content value,
                                        const SetOptions& options) const {
  return write_async<Revision>(to_set(*this, name, value, options), name);
}

void Destination::post(std::string_view name, Content value, const SetOptions& options) const {
  replica::PendingWrite write = to_set(*this, name, value, options);
  check_size(write.transaction, name);
  client->write_async(std::move(write), {});
}

void Destination::flush(Timeout timeout) const { client->flush(*replica, timeout); }

bool Destination::erase(std::string_view name) const {
  Transaction transaction;
  transaction.erase(name);
  return write(transaction, name).outcome.status == wire::Status::ok;
}

std::optional<Revision> Destination::compare_and_set(std::string_view name, Revision expected,
                                                     Content value,
                                                     const SetOptions& options) const {
  Transaction transaction;
  transaction.require(name, expected).set_value(name, value, options);
  return revision_unless_lost(write(transaction, name));
}

Value Destination::add(std::string_view name, const Value& amount) const {
  Transaction transaction;
  if (const auto* real = std::get_if<double>(&amount.data())) {
    transaction.add(name, *real);
  } else if (const auto* large = std::get_if<std::uint64_t>(&amount.data())) {
    transaction.add(name, *large);
  } else {
    transaction.add(name, amount.as<std::int64_t>());
  }
  const replica::FinishedWrite finished = write(transaction, name);
  if (finished.outcome.sums().size() != 1) {
    throw Error(Errc::protocol, "the broker's answer to an addition has no sum", std::string(name));
  }
  return wire::decode_value(finished.outcome.sums().front());
}

CommitResult Destination::commit(const Transaction& transaction) const {
  return client::to_commit_result(write(transaction).outcome);
}

Future<CommitResult> Destination::commit_async(const Transaction& transaction) const {
  return write_async<CommitResult>(replica::to_write(*replica, transaction), {});
}

}  // namespace bulletin::detail
