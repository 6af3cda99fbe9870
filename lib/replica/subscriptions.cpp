#include "replica/subscriptions.hpp"

#include <utility>

#include "wire/limits.hpp"
#include "wire/update.hpp"

namespace bulletin::replica {

namespace {

std::string nonce_topic(const std::array<std::uint8_t, 16>& random) {
  std::string topic(1, static_cast<char>(wire::nonce_mark));
  topic.append(random.begin(), random.end());
  return topic;
}

}  // namespace

Subscriptions::Number Subscriptions::add(std::string name) {
  changes_.push_back({true, wire::topic_of(name)});
  names_.emplace(++last_, std::move(name));
  return last_;
}

void Subscriptions::remove(Number number) {
  const auto name = names_.extract(number);
  if (!name.empty()) changes_.push_back({false, wire::topic_of(name.mapped())});
}

void Subscriptions::connected(std::uint64_t now_ms) {
  disconnected();
  connected_ = true;
  advance(now_ms);
}

void Subscriptions::disconnected() {
  end_proof();
  connected_ = false;
  proven_ = 0;
}

void Subscriptions::advance(std::uint64_t now_ms) {
  if (proof_ && now_ms >= proof_->since_ms + patience_ms_) end_proof();
  const bool all_proven = names_.empty() || names_.rbegin()->first <= proven_;
  if (connected_ && !proof_ && !all_proven) begin_proof(now_ms);
}

void Subscriptions::restart() {
  disconnected();
  changes_.clear();
}

std::vector<std::string> Subscriptions::prove(std::string_view topic) {
  if (!proof_ || proof_->nonce != topic) return {};
  const Number before = std::exchange(proven_, proof_->last);
  end_proof();
  std::vector<std::string> proven;
  const auto end = names_.upper_bound(proven_);
  for (auto next = names_.upper_bound(before); next != end; ++next) proven.push_back(next->second);
  return proven;
}

std::vector<SubscriptionChange> Subscriptions::take_changes() {
  return std::exchange(changes_, {});
}

std::optional<std::uint64_t> Subscriptions::next_event_ms() const {
  if (!proof_) return std::nullopt;
  return proof_->since_ms + patience_ms_;
}

void Subscriptions::begin_proof(std::uint64_t now_ms) {
  proof_ = Proof{nonce_topic(random_nonce_()), now_ms, last_};
  changes_.push_back({true, proof_->nonce});
}

void Subscriptions::end_proof() {
  if (!proof_) return;
  changes_.push_back({false, std::move(proof_->nonce)});
  proof_.reset();
}

}  // namespace bulletin::replica
