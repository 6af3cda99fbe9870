// A process that may open only so many more descriptors.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace bulletin::test {

/// Holds all descriptors that this process may still open, but some. For a forked child: it lowers
/// the process's limit.
class FewDescriptors {
 public:
  explicit FewDescriptors(std::size_t free);
  ~FewDescriptors();
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

  /// Lets go of all that it holds.
  void release();
  /// How many can be opened now.
  [[nodiscard]] std::size_t count_free() const;

 private:
  std::vector<int> held_;
};

/// The exit code of a forked child that does this; minus the signal's number if one ended it. The
/// child ends with 100 when something is thrown.
int outcome_in_child(const std::function<int()>& life);

}  // namespace bulletin::test
