// What a call has thrown, and what a reply refuses.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include <bulletin/error.hpp>

#include "support/catch.hpp"
#include "wire/replies.hpp"

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

/// Of a reply whose contents do not matter.
inline wire::Status status_of(const std::string& reply) {
  try {
    wire::decode_done(reply);
    return wire::Status::ok;
  } catch (const wire::RefusedError& error) {
    return error.refusal().status;
  }
}

inline bool mentions(const Error& error, const std::string& text) {
  return std::string(error.what()).find(text) != std::string::npos;
}

}  // namespace bulletin::test
