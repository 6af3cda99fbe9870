#include "faults/faults.hpp"

#include <dlfcn.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

#include <zmq.h>

namespace bulletin::test {
namespace {

std::atomic<bool> interrupting = false;
std::atomic<std::uint64_t> interruptions = 0;
thread_local std::uint32_t random_state = 2463534242;

// How often an allocation is still to succeed; 0: the next one fails.
constexpr std::uint64_t never = ~std::uint64_t{0};
thread_local bool counts_allocations = false;
thread_local int inside_zeromq = 0;
std::atomic<std::uint64_t> allocations_left = never;
std::atomic<bool> of_other_threads = false;
std::atomic<bool> allocation_failed = false;
std::atomic<int> sends_to_fail = 0;

// Which call fails, if any, with what, and how often yet.
constexpr int no_call = -1;
std::atomic<int> failing_call = no_call;
std::atomic<int> error_of_call = 0;
std::atomic<std::uint64_t> most_failed_calls = 0;
std::atomic<std::uint64_t> failed_calls = 0;

bool has_name_of_zeromq() noexcept {
  std::array<char, 16> name{};
  ::prctl(PR_GET_NAME, name.data());
  return std::string_view(name.data()).starts_with("ZMQ");
}

/// Those block all signals, and abort without memory.
bool is_thread_of_zeromq() noexcept {
  thread_local const bool is_one = has_name_of_zeromq();
  return is_one;
}

bool is_interrupted() noexcept {
  if (!interrupting.load(std::memory_order_relaxed)) return false;
  if (is_thread_of_zeromq()) return false;
  // By turns, a call within a call would be the one that fails for ever.
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  if ((random_state & 1) == 0) return false;
  interruptions.fetch_add(1, std::memory_order_relaxed);
  errno = EINTR;
  return true;
}

bool allocation_fails() noexcept {
  if (allocations_left.load(std::memory_order_relaxed) == never || inside_zeromq > 0) return false;
  if (counts_allocations == of_other_threads.load(std::memory_order_relaxed)) return false;
  if (is_thread_of_zeromq()) return false;
  if (allocations_left.fetch_sub(1, std::memory_order_relaxed) != 0) return false;
  allocations_left = never;
  allocation_failed = true;
  return true;
}

bool call_fails(FailingCall::Name name) noexcept {
  if (failing_call.load() != static_cast<int>(name) || is_thread_of_zeromq()) return false;
  if (failed_calls.load() >= most_failed_calls.load()) return false;
  failed_calls.fetch_add(1);
  errno = error_of_call.load();
  return true;
}

void* allocate(std::size_t size, std::size_t alignment) noexcept {
  if (allocation_fails()) return nullptr;
  if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) return std::malloc(size == 0 ? 1 : size);
  return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

void* allocate_or_throw(std::size_t size, std::size_t alignment) {
  if (void* const memory = allocate(size, alignment)) return memory;
  throw std::bad_alloc();
}

/// The function of that name behind ours.
template <class Function>
Function* next(const char* name) noexcept {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

/// ZeroMQ calls itself, to tell of events, and does not expect to be interrupted there.
bool is_zeromq(const void* caller) noexcept {
  Dl_info info{};
  return ::dladdr(caller, &info) != 0 && info.dli_fname != nullptr &&
         std::strstr(info.dli_fname, "libzmq") != nullptr;
}

struct InsideZeromq {
  InsideZeromq() noexcept { ++inside_zeromq; }
  ~InsideZeromq() { --inside_zeromq; }
};

}  // namespace

InterruptedCalls::InterruptedCalls() {
  interruptions = 0;
  interrupting = true;
}
InterruptedCalls::~InterruptedCalls() { interrupting = false; }
std::uint64_t InterruptedCalls::count() const noexcept { return interruptions; }

FailingAllocation::FailingAllocation(std::uint64_t number, Of whose) noexcept {
  counts_allocations = true;
  of_other_threads = whose == Of::other_threads;
  allocation_failed = false;
  allocations_left = number - 1;
}
FailingAllocation::~FailingAllocation() {
  allocations_left = never;
  counts_allocations = false;
}
FailingSends::FailingSends(int count) noexcept { sends_to_fail = count; }
FailingSends::~FailingSends() { sends_to_fail = 0; }

FailingCall::FailingCall(Name name, int error, std::uint64_t most) noexcept {
  error_of_call = error;
  most_failed_calls = most;
  failed_calls = 0;
  failing_call = static_cast<int>(name);
}
FailingCall::~FailingCall() { failing_call = no_call; }
std::uint64_t FailingCall::count() noexcept { return failed_calls; }

bool FailingAllocation::happened() const noexcept { return allocation_failed; }

}  // namespace bulletin::test

// --- memory ---

void* operator new(std::size_t size) { return bulletin::test::allocate_or_throw(size, 1); }
void* operator new[](std::size_t size) { return bulletin::test::allocate_or_throw(size, 1); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return bulletin::test::allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return bulletin::test::allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return bulletin::test::allocate(size, 1);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return bulletin::test::allocate(size, 1);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

// --- calls ---

#define BULLETIN_BEFORE(name, parameters, arguments)                            \
  int name parameters {                                                         \
    using namespace bulletin::test;                                             \
    static auto* const behind = next<int parameters>(#name);                    \
    if (!is_zeromq(__builtin_return_address(0)) && is_interrupted()) return -1; \
    const InsideZeromq inside;                                                  \
    return behind arguments;                                                    \
  }

extern "C" {

BULLETIN_BEFORE(zmq_msg_send, (zmq_msg_t * message, void* socket, int flags),
                (message, socket, flags))
BULLETIN_BEFORE(zmq_msg_recv, (zmq_msg_t * message, void* socket, int flags),
                (message, socket, flags))
BULLETIN_BEFORE(zmq_getsockopt, (void* socket, int option, void* value, size_t* size),
                (socket, option, value, size))
BULLETIN_BEFORE(zmq_setsockopt, (void* socket, int option, const void* value, size_t size),
                (socket, option, value, size))
BULLETIN_BEFORE(zmq_connect, (void* socket, const char* endpoint), (socket, endpoint))
BULLETIN_BEFORE(zmq_disconnect, (void* socket, const char* endpoint), (socket, endpoint))
BULLETIN_BEFORE(zmq_bind, (void* socket, const char* endpoint), (socket, endpoint))
BULLETIN_BEFORE(zmq_poll, (zmq_pollitem_t * items, int count, long timeout),
                (items, count, timeout))
BULLETIN_BEFORE(zmq_ctx_term, (void* context), (context))
BULLETIN_BEFORE(zmq_ctx_destroy, (void* context), (context))

int zmq_socket_monitor(void* socket, const char* endpoint, int events) {
  using namespace bulletin::test;
  static auto* const behind = next<int(void*, const char*, int)>("zmq_socket_monitor");
  // What ends a monitor cannot be interrupted.
  if (endpoint != nullptr && is_interrupted()) return -1;
  const InsideZeromq inside;
  return behind(socket, endpoint, events);
}

int zmq_send(void* socket, const void* bytes, size_t size, int flags) {
  using namespace bulletin::test;
  static auto* const behind = next<int(void*, const void*, size_t, int)>("zmq_send");
  if (is_interrupted()) return -1;
  if (sends_to_fail.load() > 0 && sends_to_fail.fetch_sub(1) > 0) {
    errno = ENOMEM;
    return -1;
  }
  const InsideZeromq inside;
  return behind(socket, bytes, size, flags);
}

void* zmq_socket(void* context, int type) {
  using namespace bulletin::test;
  static auto* const behind = next<void*(void*, int)>("zmq_socket");
  const InsideZeromq inside;
  return behind(context, type);
}

int poll(pollfd* items, nfds_t count, int timeout) {
  using namespace bulletin::test;
  static auto* const behind = next<int(pollfd*, nfds_t, int)>("poll");
  return is_interrupted() ? -1 : behind(items, count, timeout);
}

int __poll_chk(pollfd* items, nfds_t count, int timeout, size_t size) {
  using namespace bulletin::test;
  static auto* const behind = next<int(pollfd*, nfds_t, int, size_t)>("__poll_chk");
  return is_interrupted() ? -1 : behind(items, count, timeout, size);
}

int epoll_wait(int descriptor, epoll_event* events, int count, int timeout) {
  using namespace bulletin::test;
  static auto* const behind = next<int(int, epoll_event*, int, int)>("epoll_wait");
  return is_interrupted() ? -1 : behind(descriptor, events, count, timeout);
}

int epoll_pwait2(int descriptor, epoll_event* events, int count, const timespec* timeout,
                 const sigset_t* signals) {
  using namespace bulletin::test;
  static auto* const behind =
      next<int(int, epoll_event*, int, const timespec*, const sigset_t*)>("epoll_pwait2");
  if (call_fails(FailingCall::Name::epoll_pwait2)) return -1;
  return behind(descriptor, events, count, timeout, signals);
}

int epoll_ctl(int descriptor, int operation, int other, epoll_event* event) noexcept {
  using namespace bulletin::test;
  static auto* const behind = next<int(int, int, int, epoll_event*)>("epoll_ctl");
  if (operation == EPOLL_CTL_ADD && call_fails(FailingCall::Name::epoll_ctl)) return -1;
  return behind(descriptor, operation, other, event);
}

int accept4(int descriptor, sockaddr* address, socklen_t* size, int flags) {
  using namespace bulletin::test;
  static auto* const behind = next<int(int, sockaddr*, socklen_t*, int)>("accept4");
  if (call_fails(FailingCall::Name::accept4)) return -1;
  return behind(descriptor, address, size, flags);
}

ssize_t sendmsg(int descriptor, const msghdr* message, int flags) {
  using namespace bulletin::test;
  static auto* const behind = next<ssize_t(int, const msghdr*, int)>("sendmsg");
  if (call_fails(FailingCall::Name::sendmsg)) return -1;
  return behind(descriptor, message, flags);
}

}  // extern "C"
