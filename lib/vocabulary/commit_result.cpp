#include <bulletin/commit_result.hpp>

#include <bulletin/error.hpp>

namespace bulletin {

const Value& CommitResult::sum_value(std::size_t index) const {
  if (index < sums_.size()) return sums_[index];
  throw Error(Errc::missing, "the commit has " + std::to_string(sums_.size()) +
                                 " sums; asked for that of index " + std::to_string(index) +
                                 (committed_ ? "" : ", but a condition did not hold"));
}

}  // namespace bulletin
