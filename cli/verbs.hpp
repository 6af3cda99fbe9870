// What the program can do: each family of verbs declares itself, in the file of its name.
#pragma once

#include <chrono>
#include <string>

namespace bulletin::cli {

class CommandLine;

/// What all verbs share.
struct Common {
  std::string endpoint;
  std::string server_key;  ///< a file, or the key
  std::string key;         ///< a file
  std::chrono::milliseconds timeout{5000};
  bool json = false;
};

// What a verb does returns its exit code, writes its result to standard output and everything else
// to standard error, and throws Error or UsageError.

void add_set_verb(CommandLine& line);
void add_get_verb(CommandLine& line);
void add_change_verbs(CommandLine& line);
void add_edit_verb(CommandLine& line);
void add_listing_verbs(CommandLine& line);
void add_top_verb(CommandLine& line);
void add_watch_verb(CommandLine& line);
void add_dump_verb(CommandLine& line);
void add_load_verb(CommandLine& line);
void add_backup_verb(CommandLine& line);
void add_keygen_verb(CommandLine& line);
void add_ping_verb(CommandLine& line);

}  // namespace bulletin::cli
