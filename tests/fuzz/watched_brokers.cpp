#include "fuzz/watched_brokers.hpp"

#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <random>
#include <stdexcept>

#include "client/transport/key_files.hpp"
#include "support/await.hpp"
#include "wire/replies.hpp"

/// Of the address sanitizer, if there is one.
extern "C" [[gnu::weak]] std::size_t __sanitizer_get_current_allocated_bytes();

namespace bulletin::fuzz {
namespace {

// The factor of tests/process/flood_test.cpp; beside it what the brokers below may keep on their
// boards, for sessions, and for subscriptions.
constexpr std::size_t bytes_for_a_byte = 4;
constexpr std::size_t bytes_beside = 12u << 20;
/// What may be there when all connections of an input have gone: the boards, once they are full.
constexpr std::size_t bytes_that_stay = 24u << 20;

/// Of a processor, between a question and its answer: of all brokers' threads, for what up to 12
/// connections have sent before the question, of which one message may take 50 ms. Load of the
/// machine does not count, but a sanitizer makes all work longer, and so does a build without
/// optimization.
double most_work_seconds() {
#ifdef __OPTIMIZE__
  return __sanitizer_get_current_allocated_bytes == nullptr ? 0.25 : 1.5;
#else
  return 1.5;
#endif
}

constexpr std::size_t large_attributes = 20'000;
constexpr unsigned inputs_between_fills = 50;

/// Of all threads; what is allocated, not what the heap keeps for later.
std::size_t allocated_bytes() {
  if (__sanitizer_get_current_allocated_bytes != nullptr)
    return __sanitizer_get_current_allocated_bytes();
  const struct mallinfo2 heap = ::mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

double seconds_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Of all threads but this one: the brokers'.
double work_of_others() {
  return seconds_of(CLOCK_PROCESS_CPUTIME_ID) - seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

std::string random_letters() {
  std::random_device any;
  std::string letters;
  for (int i = 0; i != 24; ++i) letters.push_back(static_cast<char>('a' + any() % 26));
  return letters;
}

/// Bounds that an input can reach.
BrokerOptions narrow() {
  BrokerOptions options;
  options.session_time = std::chrono::seconds(3);
  options.busy_poll = {};
  options.log_bytes = 256u << 10;
  options.reader_bytes = 1u << 20;
  options.bounds.sessions = 64;
  options.bounds.lanes = 4;
  options.bounds.namespaces = 200;
  options.bounds.namespace_attributes = large_attributes + 1000;
  options.bounds.attributes = large_attributes + 5000;
  options.bounds.bytes = 4u << 20;
  options.bounds.connections = 200;
  options.bounds.subscription_bytes = 256u << 10;
  options.bounds.network_bytes = 64u << 20;
  return options;
}

/// Users may have used up all sessions, for as long as these live.
void begin_session(test::RawClient& client) {
  const bool begun = test::await([&] {
    try {
      client.hello("innocent");
      return true;
    } catch (const wire::RefusedError&) {
      return false;
    }
  });
  if (!begun) fail("the innocent client gets no session");
}

constexpr const char* permissions = R"(
[[rule]]
user = "innocent"
right = "write"
[[rule]]
user = "reader"
namespace = "shared"
right = "read"
[[rule]]
user = "reader"
namespace = "innocent"
right = "read"
[[rule]]
user = "writer"
namespace = "shared/part"
right = "write"
[[rule]]
user = "writer"
namespace = "innocent"
right = "read"
)";

}  // namespace

void fail(const std::string& what) {
  std::fprintf(stderr, "socket_fuzz: %s\n", what.c_str());
  std::abort();
}

WatchedBrokers::WatchedBrokers()
    : hidden_("hidden/" + random_letters()), secret_(random_letters()) {
  make_files();
  start(false);
  start(true);
  test::RawClient& owner = *innocents_.at(true).client;
  owner.write(hidden_, Transaction().set("secret", secret_));
  owner.write(shared, Transaction().set("text", "shared"));
  fill_large();
  at_first_ = allocated_bytes();
}

std::string WatchedBrokers::path(const std::string& name) const {
  return (folder_.path() / name).string();
}

std::string WatchedBrokers::commands(bool guarded) const {
  return "ipc://" + path(guarded ? "guarded" : "open");
}

void WatchedBrokers::make_files() {
  client::make_key_files(path("broker"));
  std::ofstream authorized(path("authorized"));
  for (const std::string user : {"innocent", "reader", "writer"}) {
    authorized << client::make_key_files(path(user)).own_public << " " << user << "\n";
    keys_.emplace(user, test::read_peer_keys(path("broker.pub"), path(user + ".key")));
  }
  std::ofstream(path("permissions")) << permissions;
}

void WatchedBrokers::start(bool guarded) {
  BrokerOptions options = narrow();
  options.bind = commands(guarded);
  std::optional<client::Keys> keys;
  if (guarded) {
    options.secret_key = path("broker.key");
    options.authorized_keys = path("authorized");
    options.permissions = path("permissions");
    keys = client::choose_keys(path("broker.pub"), path("innocent.key"));
  }
  brokers_.emplace(guarded, options).first->second.start();
  Innocent& innocent_client = innocents_[guarded];
  innocent_client.client =
      std::make_unique<test::RawClient>(commands(guarded), test::own_context(), keys);
  begin_session(*innocent_client.client);
  if (guarded)
    innocent_client.client->write(innocent, Transaction().set("value", innocent_client.value));
}

/// There is always a namespace in which much can be made to happen by little.
void WatchedBrokers::fill_large() {
  test::RawClient& owner = *innocents_.at(true).client;
  begin_session(owner);
  constexpr std::size_t together = 5000;
  for (std::size_t i = 0; i != large_attributes;) {
    Transaction transaction;
    for (std::size_t k = 0; k != together; ++k, ++i) transaction.set("n" + std::to_string(i), 1);
    owner.write(large, transaction);
  }
}

void WatchedBrokers::write_and_read(Innocent& one, bool guarded) {
  const double before = work_of_others();
  const std::optional<Value> value = one.client->read(innocent, "value");
  if (guarded && (!value || value->as<std::int64_t>() != one.value))
    fail("the innocent client reads another value than it has written");
  if (guarded) {
    const Transaction next = Transaction().set("value", one.value + 1);
    wire::Outcome outcome;
    try {
      outcome = one.client->write(innocent, next);
    } catch (const wire::RefusedError&) {  // the machine stood still: its session has ended
      begin_session(*one.client);
      outcome = one.client->write(innocent, next);
    }
    if (outcome.status != wire::Status::ok)
      fail("the innocent client is refused: " + std::to_string(static_cast<int>(outcome.status)));
    ++one.value;
  }
  const double work = work_of_others() - before;
  if (work > most_work_seconds())
    fail("the innocent client had to wait for " + std::to_string(work) + " s of work");
  if (work < 1.1 * longest_work_) return;
  longest_work_ = work;
  std::fprintf(stderr, "socket_fuzz: the longest wait so far took %.3f s of work\n", work);
}

void WatchedBrokers::begin() {
  if (++inputs_ % inputs_between_fills == 0) fill_large();
  at_begin_ = allocated_bytes();
}

void WatchedBrokers::look(std::size_t sent) {
  for (auto& [guarded, one] : innocents_) write_and_read(one, guarded);
  const std::size_t now = allocated_bytes();
  if (now > at_begin_ + bytes_for_a_byte * sent + bytes_beside) {
    fail(std::to_string(now - at_begin_) + " bytes of memory are taken for " +
         std::to_string(sent) + " bytes that were sent");
  }
}

void WatchedBrokers::end() {
  const auto given_back = [this] { return allocated_bytes() <= at_first_ + bytes_that_stay; };
  // Sessions, and what is kept for them, stay for a while.
  if (!test::await(given_back))
    fail(std::to_string(allocated_bytes() - at_first_) + " bytes of memory are not given back");
}

}  // namespace bulletin::fuzz
