// One attribute in the memory of this process: written by the thread that applies commits, read by
// all without waiting.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace bulletin::detail {

/// How a slot holds its value: scalars ready to use, everything else as its MessagePack bytes.
enum class Kind : std::uint8_t { absent, nil, boolean, integer, unsigned_integer, real, encoded };

struct Scalar {
  Kind kind = Kind::absent;
  std::uint64_t bits =
      0;  ///< int64 and double by their bit pattern; encoded: the address of a block
  std::uint64_t revision = 0;
};

/// A value copied out of a slot. `bytes` is filled only for Kind::encoded.
struct Reading {
  Scalar scalar;
  std::string bytes;
};

/// A latch: two copies and a state that says which copy is whole and what kind it holds. A writer
/// fills the copy that nobody is sent to and then turns the state; so a reader never waits for a
/// writer that stands still, it repeats only when newer values were published while it read.
/// Source: "latch" sequence counters of Linux, Documentation/locking/seqlock.rst.
///
/// All accesses are atomic with acquire and release, which on x86-64 are plain loads and stores.
/// The memory of a slot, and of the block of an encoded value, is only ever reused as the same
/// type; a reader that meets a reused one sees another state and repeats.
class Slot {
 public:
  /// One copy and its revision, taken together. For Kind::encoded use `read`.
  [[nodiscard]] Scalar load() const noexcept {
    for (;;) {
      const std::uint64_t state = state_.load(std::memory_order_acquire);
      const Copy& copy = copies_[which(state)];
      const Scalar scalar{kind(state), copy.bits.load(std::memory_order_acquire),
                          copy.revision.load(std::memory_order_acquire)};
      if (state_.load(std::memory_order_relaxed) == state) return scalar;
    }
  }

  /// As `load`, without the revision: what a typed handle's `get` needs.
  [[nodiscard]] Scalar load_value() const noexcept {
    for (;;) {
      const std::uint64_t state = state_.load(std::memory_order_acquire);
      const Scalar scalar{kind(state), copies_[which(state)].bits.load(std::memory_order_acquire),
                          0};
      if (state_.load(std::memory_order_relaxed) == state) return scalar;
    }
  }

  /// Copies the value out, whatever its kind. Allocates at most the value's size.
  void read(Reading& out) const;

  /// As `read`, once: false if the slot is not in this state (loaded with acquire) any more; then
  /// `out` holds nothing of use.
  bool read_at(std::uint64_t state, Reading& out) const {
    const Copy& copy = copies_[which(state)];
    out.scalar = {kind(state), copy.bits.load(std::memory_order_acquire),
                  copy.revision.load(std::memory_order_acquire)};
    // Only a whole copy is known to hold an address.
    if (state_.load(std::memory_order_relaxed) != state) return false;
    return out.scalar.kind != Kind::encoded || read_block(state, out);
  }

  // The writer's side: one thread at a time, guarded by the owner of the slot.

  void publish(Kind kind, std::uint64_t bits, std::uint64_t revision) noexcept {
    const std::uint64_t next = (state_.load(std::memory_order_relaxed) >> kind_bits) + 1;
    Copy& copy = copies_[next & 1];
    copy.bits.store(bits, std::memory_order_release);
    copy.revision.store(revision, std::memory_order_release);
    state_.store(next << kind_bits | static_cast<std::uint64_t>(kind), std::memory_order_release);
  }

  [[nodiscard]] static constexpr Kind kind(std::uint64_t state) noexcept {
    return static_cast<Kind>(state & ((1U << kind_bits) - 1));
  }
  [[nodiscard]] static constexpr std::uint64_t which(std::uint64_t state) noexcept {
    return state >> kind_bits & 1;
  }
  [[nodiscard]] std::uint64_t state(std::memory_order order) const noexcept {
    return state_.load(order);
  }

 private:
  static constexpr int kind_bits = 8;

  bool read_block(std::uint64_t state, Reading& out) const;

  struct Copy {
    std::atomic<std::uint64_t> bits{0};
    std::atomic<std::uint64_t> revision{0};
  };

  std::atomic<std::uint64_t> state_{0};
  Copy copies_[2];
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(sizeof(Slot) == 40);

/// True in a forked child until its clients have begun a life of their own; the first call of any
/// kind starts it.
inline constinit std::atomic<bool> fork_pending{false};

}  // namespace bulletin::detail
