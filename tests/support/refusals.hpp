// What a call, or a reply, came to.
#pragma once

#include <string>

#include <bulletin/error.hpp>

#include "support/catch.hpp"
#include "wire/replies.hpp"

namespace bulletin::test {

/// Of the Error that the call has to throw.
template <class Call>
Errc code_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    UNSCOPED_INFO(error.what());
    return error.code();
  }
  FAIL("it was allowed");
  return Errc::missing;
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

}  // namespace bulletin::test
