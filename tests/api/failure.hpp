// What a call has thrown.
#pragma once

#include <future>
#include <optional>
#include <string>

#include <bulletin/error.hpp>

#include "support/catch.hpp"

namespace bulletin::test {

/// The Error that the call throws. Anything else, and nothing, fails the test.
template <class Call>
Error failure_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  FAIL("nothing was thrown");
  return Error(Errc::missing, "");
}

template <class Call>
Errc code_of(Call&& call) {
  return failure_of(std::forward<Call>(call)).code();
}

inline bool mentions(const Error& error, const std::string& text) {
  return std::string(error.what()).find(text) != std::string::npos;
}

}  // namespace bulletin::test
