#include "client/loop/outcome.hpp"

#include <string>
#include <utility>
#include <vector>

#include "wire/value_codec.hpp"

namespace bulletin::client {

CommitResult to_commit_result(const wire::Outcome& outcome) {
  const Revision revision(outcome.revision);
  if (outcome.status == wire::Status::lost) return {revision, std::string(outcome.name())};
  std::vector<Value> sums;
  sums.reserve(outcome.sums().size());
  for (const std::string& sum : outcome.sums()) sums.push_back(wire::decode_value(sum));
  return {revision, outcome.status == wire::Status::ok, std::move(sums)};
}

}  // namespace bulletin::client
