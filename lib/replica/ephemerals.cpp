#include "replica/ephemerals.hpp"

#include <chrono>

#include <bulletin/transaction.hpp>

#include "replica/namespace_replica.hpp"
#include "wire/decode_error.hpp"
#include "wire/reader.hpp"
#include "wire/value_codec.hpp"

namespace bulletin::replica {

namespace {

/// Whether a transaction of one `set` has options: most have none and need no closer look.
bool set_has_options(std::string_view transaction) {
  wire::Reader reader(transaction);
  reader.array("transaction");
  reader.skip("conditions");
  return reader.array("operations") == 1 && reader.array("operation") >= 5;
}

std::string renewal(const std::string& name, const std::string& value, std::uint64_t ttl_ms) {
  const SetOptions options{.ephemeral = true,
                           .ttl = std::chrono::milliseconds(static_cast<std::int64_t>(ttl_ms))};
  return Transaction()
      .require(name, absent)
      .set(name, wire::decode_value(value), options)
      .encoded();
}

}  // namespace

bool Ephemerals::ByName::operator()(const NamespaceReplica* left,
                                    const NamespaceReplica* right) const noexcept {
  return left->name() < right->name();
}

void Ephemerals::committed(const NamespaceReplica* replica, std::string_view transaction,
                           bool renewable) {
  try {
    const bool may_make = renewable && set_has_options(transaction);
    if (!may_make && !made_.contains(replica)) return;
    wire::decode_transaction(transaction, decoded_);
    Names& names = made_[replica];
    for (const wire::Operation& operation : decoded_.operations) {
      note(names, operation, may_make && operation.ephemeral);
    }
    if (names.empty()) made_.erase(replica);
  } catch (const wire::DecodeError&) {
    // A broker that commits what is no transaction is not one to rely on.
  }
}

void Ephemerals::note(Names& names, const wire::Operation& operation, bool made) {
  if (operation.kind == wire::OperationKind::add) return;  // keeps what the attribute is
  if (operation.kind == wire::OperationKind::clear) return names.clear();
  if (made) {
    names.insert_or_assign(std::string(operation.name),
                           Made{std::string(operation.value), operation.ttl_ms});
  } else if (const auto place = names.find(operation.name); place != names.end()) {
    names.erase(place);
  }
}

std::vector<Ephemerals::Renewal> Ephemerals::renewals() const {
  std::vector<Renewal> all;
  for (const auto& [replica, names] : made_) {
    for (const auto& [name, made] : names) {
      all.push_back({replica, renewal(name, made.value, made.ttl_ms)});
    }
  }
  return all;
}

}  // namespace bulletin::replica
