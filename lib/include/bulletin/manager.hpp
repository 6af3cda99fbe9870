// Start a broker from a program and hand its board to others.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <bulletin/client.hpp>
#include <bulletin/namespace.hpp>

namespace bulletin {

struct ManagerOptions {
  /// Where the broker listens; `*` picks a free port.
  std::string bind = "tcp://127.0.0.1:*";
  /// The broker program. Empty: $BULLETIN_BROKER, else `bulletin-broker` beside this program, else
  /// on PATH.
  std::string broker = {};
  /// More arguments for the broker program. They come after those of the Manager, which are
  /// `--bind`, `--log-level warning` and `--exit-on-eof 0`, and of an option that is given twice
  /// the last counts: {"--log-level", "info"} has it log more. Without `--exit-on-eof 0` the broker
  /// outlives a program that is killed. The Manager's own client takes its keys from the
  /// environment
  /// ($BULLETIN_SERVER_KEY and $BULLETIN_KEY), as every client does: with those set, the broker
  /// needs `--secret-key` and `--authorized-keys`.
  std::vector<std::string> arguments = {};
  /// How long `start` waits for the broker to be ready.
  std::chrono::milliseconds start_timeout{10000};
};

/// Runs a broker as a child process, as Python's SyncManager does. The broker has its own process
/// group (Ctrl-C is not its end), and ends when this object does, or when this process dies. In a
/// forked child the object is inert: the broker stays the parent's.
class Manager {
 public:
  explicit Manager(ManagerOptions options = {});
  /// Shuts the broker down.
  ~Manager();
  Manager(Manager&&) noexcept;
  Manager& operator=(Manager&&) noexcept;
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  /// Runs the broker and returns when it is ready. Throws Error rejected when `bind` cannot be an
  /// endpoint, and disconnected when the broker does not start; it says why on standard error. Does
  /// nothing while it runs. If it has ended since, a new one begins, with an empty board unless
  /// `arguments` has --data: what was opened before is closed.
  void start();

  /// Opens a fresh namespace that nobody else has; hand `uri()` to others. Throws Error
  /// disconnected before `start`.
  Namespace make_namespace();

  /// Opens a namespace by its name.
  Namespace open(std::string_view name);

  /// The endpoint of the broker, for ClientOptions::endpoint. Empty before `start`.
  const std::string& address() const noexcept;

  /// Ends the broker (SIGTERM, after two seconds SIGKILL) and waits for it. Idempotent.
  void shutdown() noexcept;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace bulletin
