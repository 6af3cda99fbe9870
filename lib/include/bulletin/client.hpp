// A process's connection to a board.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <bulletin/namespace.hpp>
#include <bulletin/options.hpp>
#include <bulletin/publisher.hpp>

namespace bulletin {

/// A session with one broker, with two threads: one applies the stream, one runs the callbacks of
/// the watches. Usable from every thread. After fork() it works on both sides: see
/// docs/consistency.md (where Bulletin is installed, docs is in share/doc/bulletin).
class Client {
 public:
  /// Does not wait for the broker. Throws Error rejected for an endpoint that cannot be one, and
  /// disconnected if this process cannot open the 20 file descriptors that a client needs.
  explicit Client(ClientOptions options = {});
  /// The same with an endpoint and the defaults: `bulletin::Client client("tcp://robot7:5570");`
  template <detail::Text T>
  explicit Client(const T& endpoint)
      : Client(ClientOptions{.endpoint = detail::text_of(endpoint)}) {}
  /// Ends its threads within `close_timeout`. Futures then get disconnected if unsent, else
  /// in_doubt. Handles stay readable.
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Opens a namespace, and returns when the replica is complete. Opening the same one again gives
  /// another handle on the same replica. It is closed when it has had no handle for
  /// ClientOptions::namespace_linger. Throws Error rejected (illegal name), denied, disconnected
  /// (no broker within `open_timeout`), protocol.
  ///
  ///     bulletin::Namespace robot = client.open("plant/robot");  // complete
  ///     bulletin::Namespace plant = client.open("plant/status", {.timeout = 500ms});
  ///     bulletin::Namespace later = client.open("plant/line", {.wait = false});  // at once
  ///
  Namespace open(std::string_view name, OpenOptions options = {});

  /// To write to a namespace and not read it: no copy is kept here, and nothing of it is sent here,
  /// unless the client has it open. What has been open stays open while there is a publisher.
  /// Does not wait for the broker. Throws Error rejected (illegal name), disconnected (the client
  /// is closed).
  Publisher publisher(std::string_view name);

  /// Attributes as the broker has them now, without opening their namespace: for a look at a few.
  /// Names that are absent are left out. `lease` of an entry tells its time to live. What does not
  /// fit into one answer (64 KiB of it) is as of a later moment. Throws Error rejected (illegal
  /// name), denied, disconnected.
  ///
  ///     const bulletin::Snapshot found = client.read("plant/robot", {"speed", "mode"});
  ///     double speed = found.get_or("speed", 0.0);
  Snapshot read(std::string_view space, const std::vector<std::string>& names,
                Timeout timeout = {}) const;
  /// The same of all attributes, part by part: a commit that comes between two parts may show in
  /// the later one only.
  Snapshot read_all(std::string_view space, Timeout timeout = {}) const;

  /// The names of the namespaces that begin with `prefix`, in order, as the broker knows them now.
  /// Throws Error disconnected (no answer within `write_timeout`), denied.
  std::vector<std::string> namespaces(std::string_view prefix = {}, Timeout timeout = {}) const;

  /// Waits until the broker is there and has answered; how long its least answer took.
  std::chrono::steady_clock::duration ping(Timeout timeout = {}) const;

  /// The broker's bounds; the defaults before the broker was first heard. Does not wait.
  Limits limits() const;

  /// The endpoint in use now: of several the one at which the broker was last heard or is being
  /// looked for, and for a host name perhaps one of its addresses. May change at any time.
  std::string endpoint() const;
  /// All that this client knows, as ClientOptions::endpoint takes them: with commas between them.
  const std::string& endpoints() const noexcept;

  class Implementation;
  explicit Client(std::shared_ptr<Implementation> implementation) noexcept;

 private:
  std::shared_ptr<Implementation> implementation_;
};

/// Opens the namespace that a URI names (see Namespace::uri). Without an endpoint ("#plant") it is
/// that of ClientOptions::endpoint. All calls with the same endpoint, however it is spelled, share
/// one client, which lives as long as the process: the one such object of the library.
Namespace open(std::string_view uri);

}  // namespace bulletin
