// bulletin-broker: wires a server to the command line, to signals and to its starter.

#include <malloc.h>

#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include <spdlog/logger.h>
#include <bulletin/error.hpp>

#include "arguments.hpp"
#include "client/system/standard_streams.hpp"
#include "complain.hpp"
#include "end_signals.hpp"
#include "metrics_endpoint.hpp"
#include "server/net/wake_up.hpp"
#include "server/server.hpp"
#include "server/telemetry/loggers.hpp"
#include "service_manager.hpp"

namespace {

constexpr int cannot_serve = 1;
constexpr int wrong_usage = 2;
constexpr std::chrono::seconds patience_with_reload{30};

/// What is large goes back to the system at once, and what is small does not keep it from that: so
/// that the bounds, which count what is in use, bound what the process takes.
void keep_no_free_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 4 << 20);
  ::mallopt(M_ARENA_MAX, 2);
}

/// Serves until it is told to end.
void serve(bulletin::server::Server& server, bulletin::EndSignals& signals, spdlog::logger& log) {
  std::cout << "ready commands=" << server.endpoint() << " updates=" << server.updates_endpoint()
            << std::endl;
  if (!std::cout) throw std::runtime_error("cannot write the ready line to standard output");
  const std::string status =
      "serves at " + server.endpoint() + ", updates at " + server.updates_endpoint();
  bulletin::ServiceManager manager(server);
  bulletin::server::WakeUp ended;
  std::exception_ptr failure;
  std::thread thread([&] {
    try {
      server.serve();
    } catch (...) {
      failure = std::current_exception();
    }
    ended.raise();
  });
  manager.ready(status);
  std::string reason = signals.wait(ended.descriptor());
  while (reason == "SIGHUP") {
    manager.reloading();
    // Without keys there is nothing to read again; for a service manager it is no end either.
    if (!server.reload() && !manager.present()) break;
    if (!server.await_turn(patience_with_reload))
      log.warn("event=reload_waits note=\"the loop is busy: the files are read when it is free\"");
    manager.ready(status);
    reason = signals.wait(ended.descriptor());
  }
  manager.stopping();
  log.info("event=ending reason={}", reason);
  server.stop();
  thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

int main(int argc, char** argv) {
  keep_no_free_memory();
  bulletin::client::hold_standard_streams();
  bulletin::Arguments arguments;
  if (const std::optional<int> code = bulletin::parse_arguments(argc, argv, arguments))
    return *code;
  if (!bulletin::client::output_is_open()) {
    return bulletin::complain("cannot write the ready line: standard output is closed",
                              cannot_serve);
  }
  std::shared_ptr<spdlog::logger> log;
  std::optional<bulletin::EndSignals> signals;
  try {
    log = bulletin::server::standard_log(arguments.options.log_level);
    signals.emplace(arguments.exit_on_eof);
  } catch (const std::exception& error) {
    return bulletin::complain(error.what(), wrong_usage);
  }
  try {
    bulletin::server::Server server(arguments.options.broker, log);
    std::optional<bulletin::MetricsEndpoint> metrics;
    if (const std::string& address = arguments.options.metrics; !address.empty()) {
      metrics.emplace(server, address);
      log->info("event=metrics url={}", metrics->url());
    }
    serve(server, *signals, *log);
  } catch (const std::exception& error) {
    return bulletin::complain(error.what(), cannot_serve);
  }
  return 0;
}
