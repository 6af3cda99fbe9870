// Keeps the program's signal handlers off the library's threads.
#pragma once

#include <csignal>

#include <pthread.h>

namespace bulletin::client {

/// During its life no signal is delivered to this thread, nor ever to a thread that is begun
/// meanwhile: handlers run where the program expects them, and interrupt no call of the library.
class SignalsBlocked {
 public:
  SignalsBlocked() noexcept {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace bulletin::client
