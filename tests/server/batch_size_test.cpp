#include "server/batch_size.hpp"

#include "support/catch.hpp"

using namespace bulletin::server;

TEST_CASE("A batch grows while it is full and cheap, and no further than its bound") {
  BatchSize size;
  CHECK(size.get() == BatchSize::first);
  size.took(size.get(), BatchSize::long_time / 3);
  CHECK(size.get() == 2 * BatchSize::first);
  for (int i = 0; i < 10; ++i) size.took(size.get(), BatchSize::long_time / 3);
  CHECK(size.get() == BatchSize::most);
  size.took(size.get(), BatchSize::long_time * 3 / 4);
  CHECK(size.get() == BatchSize::most);
}

TEST_CASE("A batch that took long makes the next one smaller, down to some") {
  BatchSize size;
  size.took(size.get(), BatchSize::long_time * 2);
  CHECK(size.get() == BatchSize::first / 2);
  for (int i = 0; i < 10; ++i) size.took(size.get(), BatchSize::long_time * 2);
  CHECK(size.get() == BatchSize::least);
  size.took(BatchSize::least, BatchSize::long_time / 20);
  CHECK(size.get() == 2 * BatchSize::least);
}

TEST_CASE("After a quiet time a batch is not as large as in the busy one before") {
  BatchSize size;
  for (int i = 0; i < 10; ++i) size.took(size.get(), BatchSize::long_time / 3);
  size.took(1, BatchSize::long_time / 20);
  CHECK(size.get() == BatchSize::first);
}
