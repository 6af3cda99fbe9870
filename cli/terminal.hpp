// Standard output and error, and what is different when it is a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "client/system/standard_streams.hpp"

namespace bulletin::cli {

/// To standard output. What goes wrong there is told at the end, by `finish_output`.
void print(std::string_view text);
void print_line(std::string_view line);

/// Throws std::system_error when any of it could not be written.
using client::finish_output;

/// A line on standard error, for people. Escaped, whoever its words come from.
void note(std::string_view text);

bool output_is_terminal() noexcept;

/// The width and height of the terminal on standard output; 0: it is none.
std::size_t terminal_columns() noexcept;
std::size_t terminal_rows() noexcept;

/// On a terminal lines end at its edge.
std::string fitting(const std::string& line);

/// Rows of cells as lines, each column as wide as its widest cell.
std::vector<std::string> lines_of(const std::vector<std::vector<std::string>>& rows,
                                  std::string_view indent = {});

/// Rows of equally many cells, each column as wide as its widest cell. On a terminal lines end at
/// its edge.
void print_table(const std::vector<std::vector<std::string>>& rows, std::string_view indent = {});

/// A bar on standard error, if that is a terminal.
class Progress {
 public:
  explicit Progress(std::size_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::size_t done);

 private:
  const std::size_t total_;
  const bool shown_;
};

}  // namespace bulletin::cli
