// The one place in the tests that sleeps.
#pragma once

#include <chrono>
#include <thread>

namespace bulletin::test {

/// How long a test waits for what has to come. Long, as nobody waits for it when all is well.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define BULLETIN_TEST_IS_SLOW  // every access to memory is looked at
#endif
#endif
#ifdef BULLETIN_TEST_IS_SLOW
inline constexpr std::chrono::seconds patience{60};
#else
inline constexpr std::chrono::seconds patience{20};
#endif

/// True as soon as the condition holds; false if it does not before the deadline.
template <class Condition>
bool await(Condition&& condition, std::chrono::milliseconds deadline = patience) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace bulletin::test
