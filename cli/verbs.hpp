// What the program can do: one function for each verb.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "cli/exit.hpp"

namespace bulletin::cli {

/// What all verbs share.
struct Common {
  std::string endpoint;
  std::string server_key;  ///< a file, or the key
  std::string key;         ///< a file
  std::chrono::milliseconds timeout{5000};
  bool json = false;
};

struct SetArguments {
  std::string space;
  std::string name;
  std::string value;  ///< "-": standard input
  bool is_text = false;
  std::chrono::milliseconds ttl{0};
  std::optional<std::uint64_t> if_revision;  ///< 0: if absent
};

struct GetArguments {
  std::string space;
  std::string name;
  bool raw = false;
};

struct WatchArguments {
  std::string space;
  std::string name;         ///< empty: all attributes
  std::uint64_t count = 0;  ///< 0: without end
};

struct DumpArguments {
  std::string space;
  bool all = false;  ///< every namespace but the broker's own
};

struct LoadArguments {
  std::string space;
  std::string file;  ///< "-": standard input
  bool replace = false;
  bool all = false;  ///< what `dump --all` has printed
};

struct PingArguments {
  std::uint64_t count = 4;
  std::chrono::milliseconds interval{200};
};

struct TopArguments {
  std::chrono::milliseconds interval{1000};
  std::uint64_t count = 0;  ///< pictures; 0: without end
};

// Each writes its result to standard output and throws Error or UsageError.

Exit set(const Common& common, const SetArguments& arguments);
Exit get(const Common& common, const GetArguments& arguments);
Exit del(const Common& common, const std::string& space, const std::string& name);

Exit ls(const Common& common, const std::string& prefix);
Exit show(const Common& common, const std::string& space);
Exit stat(const Common& common);

/// On a terminal the picture stands, elsewhere one is printed after the other.
Exit top(const Common& common, const TopArguments& arguments);

Exit watch(const Common& common, const WatchArguments& arguments);

Exit dump(const Common& common, const DumpArguments& arguments);
Exit load(const Common& common, const LoadArguments& arguments);

/// Into this folder.
Exit backup(const Common& common, const std::string& folder);

/// Writes NAME.key and NAME.pub.
Exit keygen(const Common& common, const std::string& name);

Exit ping(const Common& common, const PingArguments& arguments);

}  // namespace bulletin::cli
