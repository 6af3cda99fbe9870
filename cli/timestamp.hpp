// Times for people and programs.
#pragma once

#include <chrono>
#include <string>

namespace bulletin::cli {

/// UTC with milliseconds, as in 2026-01-31T12:00:00.000Z.
std::string timestamp(std::chrono::system_clock::time_point time);

}  // namespace bulletin::cli
