// What fork() means to the objects that have threads and sockets.
#pragma once

#include <cstdint>
#include <memory>

namespace bulletin::client {

/// How many forks lie between the first process of this family and this one: an object made under
/// another generation belongs to an ancestor, and its threads and sockets must not be touched.
std::uint64_t generation() noexcept;

/// An object that is copied by fork() and wants to be whole on both sides. Between `before_fork`
/// and `after_fork` its locks are held by the forking thread, so that the copy is consistent; in
/// the child nothing else happens until `resume`.
class ForkParticipant {
 public:
  virtual ~ForkParticipant() = default;
  virtual void before_fork() = 0;
  virtual void after_fork() = 0;
  /// In the child, on its first call of any kind: begin a life of its own.
  virtual void resume() = 0;
};

void join_forks(ForkParticipant& participant);
/// Returns when no fork and no resume is using the participant.
void leave_forks(ForkParticipant& participant);

/// Keeps an ancestor's object for as long as the process lives: it can be neither used nor
/// destroyed here.
void abandon(std::shared_ptr<void> object);

}  // namespace bulletin::client
