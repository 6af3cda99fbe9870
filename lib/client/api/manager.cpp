#include <sys/wait.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <bulletin/manager.hpp>

#include "client/system/child_process.hpp"
#include "client/system/clock.hpp"
#include "client/system/fork.hpp"
#include "wire/endpoint_text.hpp"
#include "wire/names.hpp"

namespace bulletin {
namespace {

constexpr std::chrono::seconds patience{2};

std::string find_broker(const std::string& option) {
  if (!option.empty()) return option;
  if (const char* configured = std::getenv("BULLETIN_BROKER");
      configured != nullptr && *configured != '\0') {
    return configured;
  }
  std::error_code ignored;
  const auto beside =
      std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / "bulletin-broker";
  if (std::filesystem::exists(beside, ignored)) return beside;
  return "bulletin-broker";  // on PATH
}

/// The commands endpoint in `ready commands=ENDPOINT updates=ENDPOINT`; empty: it is another line.
/// A path may contain blanks, and even what stands between the two.
std::string commands_endpoint(std::string_view line) {
  constexpr std::string_view begin = "ready commands=";
  constexpr std::string_view between = " updates=";
  if (!line.starts_with(begin)) return {};
  line.remove_prefix(begin.size());
  std::size_t last = std::string_view::npos;
  for (std::size_t place = line.find(between); place != std::string_view::npos;
       place = line.find(between, place + 1)) {
    std::string commands(line.substr(0, place));
    const std::string_view updates = line.substr(place + between.size());
    if (updates == commands + std::string(wire::updates_suffix)) return commands;
    last = place;
  }
  return std::string(line.substr(0, last));
}

void check_bind(const std::string& endpoint) {
  const std::string fault = wire::bind_fault(endpoint);
  if (fault.empty()) return;
  throw Error(Errc::rejected, "ManagerOptions::bind: " + wire::quoted(endpoint) + " " + fault +
                                  "; wanted tcp://ADDRESS:PORT (PORT `*` for a free one) or "
                                  "ipc://PATH");
}

std::string describe_end(std::optional<int> status) {
  if (!status) return "it is not ready in time";
  if (WIFSIGNALED(*status)) return "it was ended by signal " + std::to_string(WTERMSIG(*status));
  return "it ended with exit status " + std::to_string(WEXITSTATUS(*status)) +
         ", and says why on standard error";
}

std::string random_name() {
  std::random_device device;
  static constexpr char digits[] = "0123456789abcdef";
  std::string name = "anonymous/";
  for (int i = 0; i < 32; ++i) name += digits[device() % 16];
  return name;
}

}  // namespace

class Manager::Implementation {
 public:
  explicit Implementation(ManagerOptions options) : options(std::move(options)) {}

  const ManagerOptions options;
  const std::uint64_t made_in = client::generation();
  std::unique_ptr<client::ChildProcess> broker;
  std::string address;
  std::optional<Client> client;

  [[nodiscard]] bool inherited() const noexcept { return made_in != client::generation(); }

  void start();
  void shutdown() noexcept;
  Client& started_client();
};

void Manager::Implementation::start() {
  if (inherited()) {
    throw Error(Errc::disconnected,
                "this manager is the parent's: a forked child uses the parent's board, or makes a "
                "Manager of its own");
  }
  if (broker && !broker->wait(std::chrono::steady_clock::now())) return;  // it runs
  check_bind(options.bind);
  shutdown();
  const std::string program = find_broker(options.broker);
  // Of an option that is given twice the broker takes the last.
  std::vector<std::string> arguments{program, "--bind",      options.bind, "--exit-on-eof",
                                     "0",     "--log-level", "warning"};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  const auto deadline = client::deadline_after(options.start_timeout);
  try {
    broker = std::make_unique<client::ChildProcess>(arguments);
  } catch (const std::system_error& error) {
    throw Error(Errc::disconnected,
                std::string(error.what()) +
                    "; name the broker in ManagerOptions::broker or $BULLETIN_BROKER");
  }
  const std::optional<std::string> line = broker->read_line(deadline);
  if (line) address = commands_endpoint(*line);
  if (address.empty()) {
    const auto ended = broker->wait(line ? std::chrono::steady_clock::now() : deadline);
    shutdown();
    throw Error(Errc::disconnected,
                "the broker '" + program + "' did not start: " + describe_end(ended));
  }
  try {
    client.emplace(ClientOptions{.endpoint = address});
  } catch (...) {
    shutdown();
    throw;
  }
}

void Manager::Implementation::shutdown() noexcept {
  client.reset();
  address.clear();
  if (!broker) return;
  broker->signal(SIGTERM);
  if (!broker->wait(std::chrono::steady_clock::now() + patience)) {
    broker->signal(SIGKILL);
    broker->wait(std::chrono::steady_clock::now() + patience);
  }
  broker.reset();
}

Client& Manager::Implementation::started_client() {
  if (!client) throw Error(Errc::disconnected, "the manager has no broker: call start() first");
  return *client;
}

Manager::Manager(ManagerOptions options)
    : implementation_(std::make_unique<Implementation>(std::move(options))) {}

Manager::~Manager() { shutdown(); }

Manager::Manager(Manager&&) noexcept = default;

Manager& Manager::operator=(Manager&& other) noexcept {
  if (this != &other) {
    shutdown();
    implementation_ = std::move(other.implementation_);
  }
  return *this;
}

void Manager::start() { implementation_->start(); }

Namespace Manager::make_namespace() { return open(random_name()); }

Namespace Manager::open(std::string_view name) {
  return implementation_->started_client().open(name);
}

const std::string& Manager::address() const noexcept { return implementation_->address; }

void Manager::shutdown() noexcept {
  // In a forked child the broker is the parent's.
  if (implementation_ && !implementation_->inherited()) implementation_->shutdown();
}

}  // namespace bulletin
