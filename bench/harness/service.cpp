#include "harness/service.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <random>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace bulletin::bench {
namespace {

constexpr std::chrono::seconds time_to_start{20};
constexpr int time_to_end_ms = 5000;
// Below those that Linux gives to outgoing connections: a port outlives the end of its listener.
constexpr int lowest_port = 20'000;
constexpr int highest_port = 32'000;

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

bool nobody_has(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) throw_errno("socket");
  const sockaddr_in address = loopback(port);
  const bool bound = bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(socket);
  return bound;
}

/// In a child with one thread: silent, and gone when its parent is.
[[noreturn]] void become(const std::vector<std::string>& command) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nothing, stream);
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  execv(argv.front(), argv.data());
  _exit(127);
}

void end(pid_t child) {
  const int descriptor = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  kill(child, SIGTERM);
  pollfd ended{descriptor, POLLIN, 0};
  if (descriptor < 0 || poll(&ended, 1, time_to_end_ms) <= 0) kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern = std::filesystem::temp_directory_path() / "bulletin-bench-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) throw_errno("cannot make a temporary folder");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // what remains lies in the folder for temporary files
  std::filesystem::remove_all(path_, ignored);
}

std::string installed(const std::string& program, const std::string& package) {
  for (const char* folder : {"/usr/bin/", "/usr/sbin/", "/usr/local/bin/"}) {
    if (access((folder + program).c_str(), X_OK) == 0) return folder + program;
  }
  throw NotHere(program + " is not installed (Debian package " + package + ")");
}

int free_port() {
  std::random_device any;
  std::uniform_int_distribution<int> between(lowest_port, highest_port);
  for (int tries = 0; tries != 100; ++tries) {
    const int port = between(any);
    if (nobody_has(port) && nobody_has(port + 1)) return port;
  }
  throw std::runtime_error("no free port on loopback");
}

int connect_to(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (socket < 0) throw_errno("socket");
  if (connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(socket);
    throw_errno("connect");
  }
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

Service::Service(const Setting& setting, const std::vector<std::string>& command, int port)
    : port_(port), keeper_(setting, "service", command), process_id_(std::stoi(keeper_.line())) {
  const auto deadline = std::chrono::steady_clock::now() + time_to_start;
  for (;;) {
    try {
      close(connect_to(port));
      return;
    } catch (const std::system_error&) {
      if (std::chrono::steady_clock::now() > deadline)
        throw std::runtime_error(command.front() + " does not accept connections");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

std::size_t resident_bytes(int process_id) {
  std::ifstream in("/proc/" + std::to_string(process_id) + "/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  if (!(in >> total >> resident))
    throw std::runtime_error("process " + std::to_string(process_id) + " has ended");
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

void service_role(const std::vector<std::string>& command) {
  const pid_t child = fork();
  if (child < 0) throw_errno("fork");
  if (child == 0) become(command);
  say(std::to_string(child));
  wait_for_starter();
  end(child);
}

}  // namespace bulletin::bench
