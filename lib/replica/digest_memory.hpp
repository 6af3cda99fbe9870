// What the digest of a namespace was at revisions that the stream has not reached yet.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace bulletin::replica {

/// A replica that took commits from the answer of a write is ahead of the stream; so that a beat
/// which comes later but is older can be checked, it remembers its digests since. Bounded: the
/// oldest are forgotten, their beats pass unchecked.
class DigestMemory {
 public:
  [[nodiscard]] bool empty() const noexcept { return known_.empty(); }

  /// Revisions grow.
  void remember(std::uint64_t revision, std::uint64_t digest) {
    if (known_.size() == bound) known_.pop_front();
    known_.push_back({revision, digest});
  }

  [[nodiscard]] std::optional<std::uint64_t> find(std::uint64_t revision) const noexcept {
    const auto place = at_least(revision);
    if (place == known_.end() || place->revision != revision) return std::nullopt;
    return place->digest;
  }

  void forget_before(std::uint64_t revision) { known_.erase(known_.begin(), at_least(revision)); }
  void clear() noexcept { known_.clear(); }

 private:
  static constexpr std::size_t bound = 16384;

  struct Known {
    std::uint64_t revision = 0;
    std::uint64_t digest = 0;
  };

  [[nodiscard]] std::deque<Known>::const_iterator at_least(std::uint64_t revision) const noexcept {
    return std::lower_bound(known_.begin(), known_.end(), revision,
                            [](const Known& known, std::uint64_t r) { return known.revision < r; });
  }

  std::deque<Known> known_;
};

}  // namespace bulletin::replica
