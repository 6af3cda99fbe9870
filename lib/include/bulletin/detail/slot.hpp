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

/// The same without the revision: it is returned in two registers.
struct ScalarValue {
  Kind kind = Kind::absent;
  std::uint64_t bits = 0;
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
  /// One copy and its revision, taken together. False: newer ones were published meanwhile, and
  /// `out` is of no use. For Kind::encoded use `read`.
  [[nodiscard]] bool try_load(Scalar& out) const noexcept {
    const std::uint64_t state = words_[0].load(std::memory_order_acquire);
    out = copy(state);
    return is_still(state);
  }

  /// As `try_load`, without the revision: what a typed handle's `get` needs.
  [[nodiscard]] bool try_load_value(ScalarValue& out) const noexcept {
    return read_value_at(words_[0].load(std::memory_order_acquire), out);
  }

  /// As `try_load`, until it is true.
  [[nodiscard]] Scalar load() const noexcept {
    Scalar scalar;
    while (!try_load(scalar)) {
    }
    return scalar;
  }

  /// Copies the value out, whatever its kind. Allocates at most the value's size.
  void read(Reading& out) const;

  /// As `read`, once: false if the slot is not in this state (loaded with acquire) any more; then
  /// `out` holds nothing of use.
  bool read_at(std::uint64_t state, Reading& out) const {
    out.scalar = copy(state);
    // Only a whole copy is known to hold an address.
    if (!is_still(state)) return false;
    return out.scalar.kind != Kind::encoded || read_block(state, out);
  }

  /// The same without the revision.
  bool read_value_at(std::uint64_t state, ScalarValue& out) const noexcept {
    out = {kind(state), words_[place_of(state)].load(std::memory_order_acquire)};
    return is_still(state);
  }

  // The writer's side: one thread at a time, guarded by the owner of the slot.

  void publish(Kind kind, std::uint64_t bits, std::uint64_t revision) noexcept {
    const std::uint64_t before = words_[0].load(std::memory_order_relaxed);
    // A new slot's zeros are read as if its first copy were whole.
    const std::uint64_t place = place_of(before) == second_copy ? first_copy : second_copy;
    words_[place].store(bits, std::memory_order_release);
    words_[place + 1].store(revision, std::memory_order_release);
    const std::uint64_t count = (before >> 16) + 1;
    words_[0].store(count << 16 | place << 8 | static_cast<std::uint64_t>(kind),
                    std::memory_order_release);
  }

  [[nodiscard]] static constexpr Kind kind(std::uint64_t state) noexcept {
    return static_cast<Kind>(state & 0xFF);
  }
  [[nodiscard]] std::uint64_t state(std::memory_order order) const noexcept {
    return words_[0].load(order);
  }

 private:
  static constexpr std::uint64_t first_copy = 1;
  static constexpr std::uint64_t second_copy = 3;

  /// 0: of a new slot, which is absent, and whose words up to the second copy are zeros.
  [[nodiscard]] static constexpr std::uint64_t place_of(std::uint64_t state) noexcept {
    return state >> 8 & 0xFF;
  }
  [[nodiscard]] Scalar copy(std::uint64_t state) const noexcept {
    const std::uint64_t place = place_of(state);
    return {kind(state), words_[place].load(std::memory_order_acquire),
            words_[place + 1].load(std::memory_order_acquire)};
  }
  [[nodiscard]] bool is_still(std::uint64_t state) const noexcept {
    return words_[0].load(std::memory_order_relaxed) == state;
  }
  bool read_block(std::uint64_t state, Reading& out) const;

  // The state, and two copies of the bits and their revision. From the lowest byte the state is:
  // the kind; the word at which the whole copy begins, so that a reader has its address at once;
  // and in the other six a number that each change counts up.
  std::atomic<std::uint64_t> words_[5]{};
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(sizeof(Slot) == 40);

/// Of handles without an attribute.
inline constinit const Slot empty_slot{};

/// True in a forked child until its clients have begun a life of their own; the first call of any
/// kind starts it.
inline constinit std::atomic<bool> fork_pending{false};

}  // namespace bulletin::detail
