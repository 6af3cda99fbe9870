#include "authority/quota.hpp"

#include <utility>

#include "wire/names.hpp"

namespace bulletin::authority {
namespace {

/// After a number.
std::string_view words_of(Resource resource) noexcept {
  switch (resource) {
    case Resource::bytes: return "bytes of attributes";
    case Resource::outcome_bytes: return "bytes of kept outcomes";
    case Resource::network_bytes: return "bytes on the network";
    case Resource::requests_per_second: return "requests per second";
    default: return name_of(resource);
  }
}

}  // namespace

std::string_view name_of(Resource resource) noexcept {
  switch (resource) {
    case Resource::sessions: return "sessions";
    case Resource::namespaces: return "namespaces";
    case Resource::attributes: return "attributes";
    case Resource::bytes: return "bytes";
    case Resource::outcome_bytes: return "outcome-bytes";
    case Resource::connections: return "connections";
    case Resource::subscriptions: return "subscriptions";
    case Resource::network_bytes: return "network-bytes";
    case Resource::requests_per_second: return "requests-per-second";
  }
  return {};
}

const Quota& Quotas::of(std::string_view user) const {
  static const Quota all = Quota::of_each(no_quota);
  if (user.empty()) return all;
  const auto found = of_users.find(user);
  return found == of_users.end() ? usual : found->second;
}

void Account::count_refusal(Resource resource) noexcept {
  ++refused[resource];
  if (all_refusals == nullptr) return;
  ++all_refusals->count[resource];
  all_refusals->newest[static_cast<std::size_t>(resource)] = this;
}

wire::Refusal Account::refuse(Resource resource) {
  count_refusal(resource);
  std::string message = "user " + wire::quoted(user) + " may have at most ";
  message += std::to_string(quota[resource]) + " ";
  message += words_of(resource);
  message += "; to allow more, set '";
  message += name_of(resource);
  message += "' in a [[quota]] of the broker's permissions file";
  return {wire::Status::overloaded, std::move(message), {}};
}

Account& Accounts::of(std::string_view user) {
  const auto found = accounts_.find(user);
  if (found != accounts_.end()) return found->second;
  Account& account = accounts_[std::string(user)];
  account.user = user;
  account.quota = quotas_.of(user);
  account.all_refusals = &refusals_;
  return account;
}

void Accounts::set_quotas(Quotas quotas) {
  quotas_ = std::move(quotas);
  for (auto& [user, account] : accounts_) account.quota = quotas_.of(user);
}

}  // namespace bulletin::authority
