// Thrown by every decoder for bytes that are no message.
#pragma once

#include <stdexcept>

namespace bulletin::wire {

/// The message says what was wanted and what was found. Nothing was kept.
class DecodeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// It would be one, but asks for more than a request may: this much of it was read, and no more.
class OverLimit : public DecodeError {
 public:
  using DecodeError::DecodeError;
};

}  // namespace bulletin::wire
