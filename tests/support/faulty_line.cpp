#include "support/faulty_line.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <stdexcept>
#include <system_error>

namespace bulletin::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t part_bytes = 4096;
/// More is left to the kernel's buffers, and then to the sender. A line that only delays holds what
/// comes meanwhile.
constexpr std::size_t most_waiting = 64u << 10;
constexpr std::size_t most_waiting_on_long_line = 16u << 20;

/// ADDRESS:PORT
sockaddr_in address_of(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoul(text.substr(colon + 1))));
  if (::inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) != 1)
    throw std::invalid_argument(text + " is no address of a faulty line");
  return address;
}

int listening_socket(sockaddr_in& address) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  socklen_t size = sizeof address;
  if (socket < 0 || ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(socket, 100) != 0 ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::system_error(errno, std::generic_category(), "a faulty line");
  return socket;
}

void send_at_once(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

/// Two ends, and what is on its way between them.
class FaultyLine::Pair {
 public:
  Pair(int client, int broker, std::array<std::atomic<std::uint64_t>, 2>& passed)
      : ends_{client, broker}, passed_(passed) {}
  ~Pair() {
    for (const int end : ends_) ::close(end);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  void add_to(std::vector<pollfd>& items, const Faults& faults, Clock::time_point now) const {
    for (const Direction from : {up, down}) {
      const Way& in = ways_[from];
      const Way& out = ways_[1 - from];
      short events = 0;
      const bool is_long = faults.delay.count() != 0 && faults.bytes_per_second == 0;
      const std::size_t most = is_long ? most_waiting_on_long_line : most_waiting;
      if (!faults.stalled[from] && in.bytes < most) events |= POLLIN;
      if (!faults.stalled[1 - from] && out.is_due(now)) events |= POLLOUT;
      // The other side's end is not looked for while the line is dead.
      items.push_back({events == 0 ? -1 : ends_[from], events, 0});
    }
  }

  Clock::time_point next_due(Clock::time_point latest) const {
    for (const Way& way : ways_) {
      if (!way.parts.empty()) latest = std::min(latest, way.parts.front().due);
    }
    return latest;
  }

  /// False: an end has closed.
  bool pass(const pollfd* items, const Faults& faults, Clock::time_point now) {
    for (const Direction from : {up, down}) {
      if ((items[from].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !read(from, faults, now))
        return false;
      if ((items[from].revents & POLLOUT) != 0 && !write(static_cast<Direction>(1 - from), now))
        return false;
    }
    return true;
  }

 private:
  struct Part {
    Clock::time_point due;
    std::string bytes;
  };
  struct Way {
    std::deque<Part> parts;
    std::size_t bytes = 0;
    Clock::time_point free_at{};  // of a throttled line
    bool is_due(Clock::time_point now) const { return !parts.empty() && parts.front().due <= now; }
  };

  bool read(Direction from, const Faults& faults, Clock::time_point now) {
    std::string part(part_bytes, '\0');
    const ssize_t size = ::recv(ends_[from], part.data(), part.size(), MSG_DONTWAIT);
    if (size < 0) return errno == EAGAIN || errno == EINTR;
    if (size == 0) return false;
    part.resize(static_cast<std::size_t>(size));
    Way& way = ways_[from];
    Clock::time_point due = now;
    if (faults.bytes_per_second != 0) {
      const std::chrono::duration<double> takes(static_cast<double>(size) /
                                                static_cast<double>(faults.bytes_per_second));
      way.free_at = std::max(now, way.free_at) + std::chrono::duration_cast<Clock::duration>(takes);
      due = way.free_at;
    }
    way.bytes += part.size();
    way.parts.push_back({due + faults.delay, std::move(part)});
    return true;
  }

  bool write(Direction way_to, Clock::time_point now) {
    Way& way = ways_[way_to];
    while (way.is_due(now)) {
      std::string& bytes = way.parts.front().bytes;
      const ssize_t size =
          ::send(ends_[1 - way_to], bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (size < 0) return errno == EAGAIN || errno == EINTR;
      passed_[way_to] += static_cast<std::uint64_t>(size);
      way.bytes -= static_cast<std::size_t>(size);
      bytes.erase(0, static_cast<std::size_t>(size));
      if (bytes.empty()) way.parts.pop_front();
    }
    return true;
  }

  const std::array<int, 2> ends_;  // the client's sends up, the broker's down
  std::array<std::atomic<std::uint64_t>, 2>& passed_;
  std::array<Way, 2> ways_;
};

FaultyLine::FaultyLine(const std::string& address) {
  sockaddr_in at = address_of(address);
  listener_ = listening_socket(at);
  endpoint_ =
      "tcp://" + address.substr(0, address.rfind(':') + 1) + std::to_string(ntohs(at.sin_port));
}

FaultyLine::~FaultyLine() {
  stopping_ = true;
  waker_.wake();
  if (thread_.joinable()) thread_.join();
  pairs_.clear();
  ::close(listener_);
}

void FaultyLine::connect(const std::string& endpoint) {
  target_ = endpoint.substr(std::string_view("tcp://").size());
  thread_ = std::thread([this] { run(); });
}

template <class Change>
void FaultyLine::change(Change&& change) {
  {
    const std::scoped_lock lock(mutex_);
    change(faults_);
  }
  waker_.wake();
}

void FaultyLine::delay(std::chrono::milliseconds time) {
  change([&](Faults& faults) { faults.delay = time; });
}
void FaultyLine::throttle(std::size_t bytes_per_second) {
  change([&](Faults& faults) { faults.bytes_per_second = bytes_per_second; });
}
void FaultyLine::stall(Direction direction, bool stalled) {
  change([&](Faults& faults) { faults.stalled[direction] = stalled; });
}
void FaultyLine::stall(bool stalled) {
  change([&](Faults& faults) { faults.stalled = {stalled, stalled}; });
}
void FaultyLine::cut(bool cut) {
  change([&](Faults& faults) { faults.cut = cut; });
}

void FaultyLine::accept() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int broker = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = address_of(target_);
  if (::connect(broker, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(client);
    ::close(broker);
    return;
  }
  send_at_once(client);
  send_at_once(broker);
  ++connections_;
  pairs_.push_back(std::make_unique<Pair>(client, broker, passed_));
}

void FaultyLine::run() {
  std::vector<pollfd> items;
  while (!stopping_) {
    Faults faults;
    {
      const std::scoped_lock lock(mutex_);
      faults = faults_;
    }
    if (faults.cut) pairs_.clear();
    const Clock::time_point now = Clock::now();
    Clock::time_point next = now + std::chrono::seconds(1);
    // A dead line takes no connection.
    const bool dead = faults.stalled[up] && faults.stalled[down];
    items.assign({{waker_.descriptor(), POLLIN, 0}, {dead ? -1 : listener_, POLLIN, 0}});
    for (const auto& pair : pairs_) {
      pair->add_to(items, faults, now);
      next = pair->next_due(next);
    }
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - now);
    ::poll(items.data(), items.size(),
           static_cast<int>(std::clamp<std::int64_t>(wait.count(), 1, 1000)));
    if (items[0].revents != 0) waker_.clear();
    const Clock::time_point then = Clock::now();
    std::size_t place = 2;
    std::erase_if(pairs_, [&](const auto& pair) {
      const pollfd* const ends = &items[place];
      place += 2;
      return !pair->pass(ends, faults, then);
    });
    if (items[1].revents != 0) accept();
  }
}

}  // namespace bulletin::test
