#include <bulletin/detail/slot.hpp>

#include <string>
#include <vector>

#include "replica/block_pool.hpp"
#include "replica/value_block.hpp"
#include "support/catch.hpp"

using namespace bulletin::detail;
using bulletin::replica::BlockPool;
using bulletin::replica::ValueBlock;

TEST_CASE("a new slot is absent") {
  Slot slot;
  CHECK(slot.load().kind == Kind::absent);
  Reading reading;
  slot.read(reading);
  CHECK(reading.scalar.kind == Kind::absent);
}

TEST_CASE("a slot holds what was published last, with its revision") {
  Slot slot;
  for (std::uint64_t i = 1; i != 20; ++i) {
    slot.publish(Kind::integer, i * 7, i);
    const Scalar scalar = slot.load();
    REQUIRE(scalar.kind == Kind::integer);
    REQUIRE(scalar.bits == i * 7);
    REQUIRE(scalar.revision == i);
    ScalarValue value;
    REQUIRE(slot.try_load_value(value));
    REQUIRE(value.kind == Kind::integer);
    REQUIRE(value.bits == i * 7);
  }
}

TEST_CASE("a block gives back a value of any size") {
  BlockPool pool;
  Slot slot;
  Reading reading;
  for (std::size_t size = 0; size != 300; ++size) {
    std::string value(size, '\0');
    for (std::size_t i = 0; i != size; ++i) value[i] = static_cast<char>(size + i);
    ValueBlock block(pool.allocate(ValueBlock::needs(size)));
    block.fill(value);
    REQUIRE(block.view() == value);
    slot.publish(Kind::encoded, block.address(), size);
    slot.read(reading);
    REQUIRE(reading.bytes == value);
    REQUIRE(reading.scalar.revision == size);
  }
}

TEST_CASE("a read at a state that has passed is refused") {
  Slot slot;
  slot.publish(Kind::integer, 1, 1);
  const std::uint64_t state = slot.state(std::memory_order_acquire);
  Reading reading;
  CHECK(slot.read_at(state, reading));
  slot.publish(Kind::integer, 1, 1);
  CHECK_FALSE(slot.read_at(state, reading));
}
