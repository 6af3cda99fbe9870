// bulletin-broker: wires a server to the command line, to signals and to its starter.

#include <csignal>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <spdlog/logger.h>
#include <bulletin/error.hpp>

#include "arguments.hpp"
#include "end_signals.hpp"
#include "server/log.hpp"
#include "server/server.hpp"
#include "server/wake_up.hpp"

namespace {

constexpr int cannot_serve = 1;
constexpr int wrong_usage = 2;

int complain(const std::exception& error, int code) {
  std::cerr << "bulletin-broker: " << error.what() << "\n";
  return code;
}

/// Serves until it is told to end.
void serve(bulletin::server::Server& server, bulletin::EndSignals& signals, spdlog::logger& log) {
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
  std::cout << "ready commands=" << server.endpoint() << " updates=" << server.updates_endpoint()
            << std::endl;
  const std::string reason = signals.wait(ended.descriptor());
  log.info("event=ending reason={}", reason);
  server.stop();
  thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

int main(int argc, char** argv) {
  bulletin::Arguments arguments;
  if (const std::optional<int> code = bulletin::parse_arguments(argc, argv, arguments))
    return *code;
  std::shared_ptr<spdlog::logger> log;
  std::optional<bulletin::EndSignals> signals;
  try {
    log = bulletin::server::standard_log(arguments.options.log_level);
    signals.emplace(arguments.exit_on_eof);
  } catch (const std::exception& error) {
    return complain(error, wrong_usage);
  }
  try {
    // A starter that does not read the ready line is no reason to end.
    std::signal(SIGPIPE, SIG_IGN);
    bulletin::server::Server server(arguments.options.broker, log);
    serve(server, *signals, *log);
  } catch (const std::exception& error) {
    return complain(error, cannot_serve);
  }
  return 0;
}
