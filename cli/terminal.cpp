#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "cli/escape.hpp"
#include "vocabulary/escape.hpp"

namespace bulletin::cli {
namespace {

constexpr std::size_t bar_cells = 30;

std::string padded(const std::string& cell, std::size_t columns) {
  return cell + std::string(columns - width(cell) + 2, ' ');
}

winsize terminal_size() noexcept {
  winsize size = {};
  if (!output_is_terminal() || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return {};
  return size;
}

}  // namespace

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void print_line(std::string_view line) {
  print(line);
  print("\n");
}

void note(std::string_view text) {
  client::print_error(
      fmt::format("bulletin: {}\n", vocabulary::escaped(text, vocabulary::EscapeStyle::bytes)));
}

bool output_is_terminal() noexcept { return isatty(STDOUT_FILENO) == 1; }

std::size_t terminal_columns() noexcept { return terminal_size().ws_col; }

std::size_t terminal_rows() noexcept { return terminal_size().ws_row; }

std::vector<std::string> lines_of(const std::vector<std::vector<std::string>>& rows,
                                  std::string_view indent) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::vector<std::string> lines;
  for (const auto& row : rows) {
    std::string line(indent);
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += i + 1 < row.size() ? padded(row[i], widths[i]) : row[i];
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string fitting(const std::string& line) {
  const std::size_t columns = terminal_columns();
  return columns > 1 ? shorten(line, columns - 1) : line;
}

void print_table(const std::vector<std::vector<std::string>>& rows, std::string_view indent) {
  for (const std::string& line : lines_of(rows, indent)) print_line(fitting(line));
}

Progress::Progress(std::size_t total)
    : total_(total), shown_(total > 0 && isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (shown_) client::print_error("\r\033[K");
}

void Progress::show(std::size_t done) {
  if (!shown_) return;
  // A broker told the total.
  const double share = static_cast<double>(done) / static_cast<double>(total_);
  const auto cells = static_cast<std::size_t>(std::min(share, 1.0) * bar_cells);
  client::print_error(
      fmt::format("\r[{:#<{}}{:.<{}}] {} of {}", "", cells, "", bar_cells - cells, done, total_));
}

}  // namespace bulletin::cli
