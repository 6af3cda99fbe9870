#include <bulletin/publisher.hpp>

#include "client/loop/destination.hpp"

namespace bulletin {

const std::string& Publisher::name() const noexcept { return destination_->replica->name(); }

std::string Publisher::uri() const { return destination_->uri(); }

void Publisher::flush(Timeout timeout) const { destination_->flush(timeout); }

bool Publisher::erase(std::string_view name) const { return destination_->erase(name); }

CommitResult Publisher::commit(const Transaction& transaction) const {
  return destination_->commit(transaction);
}

Future<CommitResult> Publisher::commit_async(const Transaction& transaction) const {
  return destination_->commit_async(transaction);
}

Revision Publisher::set_value(std::string_view name, detail::Content value,
                              const SetOptions& options) const {
  return destination_->set(name, value, options);
}

Future<Revision> Publisher::set_value_async(std::string_view name, detail::Content value,
                                            const SetOptions& options) const {
  return destination_->set_async(name, value, options);
}

void Publisher::post_value(std::string_view name, detail::Content value,
                           const SetOptions& options) const {
  destination_->post(name, value, options);
}

std::optional<Revision> Publisher::compare_and_set_value(std::string_view name, Revision expected,
                                                         detail::Content value,
                                                         const SetOptions& options) const {
  return destination_->compare_and_set(name, expected, value, options);
}

Value Publisher::add_value(std::string_view name, const Value& amount) const {
  return destination_->add(name, amount);
}

}  // namespace bulletin
