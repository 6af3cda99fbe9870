#include "store/toml_depth.hpp"

#include <algorithm>

namespace bulletin::store {
namespace {

constexpr std::size_t most_levels = 32;

/// As much of TOML as it takes to know what is in a string or a comment. What it takes for
/// structure though a parser does not is an error for that parser.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  std::size_t line_too_deep() noexcept {
    while (!rest_.empty()) {
      step();
      if (open_ > most_levels || dots_ > most_levels) return line_;
    }
    return 0;
  }

 private:
  void step() noexcept {
    switch (rest_.front()) {
      case '#': return take(std::min(rest_.find('\n'), rest_.size()));
      case '"':
      case '\'': return skip_string(rest_.front());
      case '.': ++dots_; break;
      case '[':
      case '{':
        ++open_;
        dots_ = 0;
        break;
      case ']':
      case '}':
        if (open_ != 0) --open_;
        dots_ = 0;
        break;
      case '=':
      case ',':
      case '\n': dots_ = 0; break;
      default: break;
    }
    take(1);
  }

  void skip_string(char quote) noexcept {
    const bool basic = quote == '"';
    const std::size_t quotes = rest_.starts_with(basic ? R"(""")" : "'''") ? 3 : 1;
    take(quotes);
    while (!rest_.empty()) {
      if (basic && rest_.front() == '\\') {
        take(std::min<std::size_t>(2, rest_.size()));
      } else if (quotes == 1 && rest_.front() == '\n') {
        return;
      } else if (ends_here(quote, quotes)) {
        return take(ending(quote, quotes));
      } else {
        take(1);
      }
    }
  }

  [[nodiscard]] std::size_t run_of(char quote) const noexcept {
    return std::min(rest_.find_first_not_of(quote), rest_.size());
  }
  [[nodiscard]] bool ends_here(char quote, std::size_t quotes) const noexcept {
    return run_of(quote) >= quotes;
  }
  /// Up to two quotes may stand before the three that end a string.
  [[nodiscard]] std::size_t ending(char quote, std::size_t quotes) const noexcept {
    return quotes == 1 ? 1 : std::min<std::size_t>(run_of(quote), 5);
  }

  void take(std::size_t bytes) noexcept {
    const std::string_view taken = rest_.substr(0, bytes);
    line_ += static_cast<std::size_t>(std::count(taken.begin(), taken.end(), '\n'));
    rest_.remove_prefix(bytes);
  }

  std::string_view rest_;
  std::size_t line_ = 1;
  std::size_t open_ = 0;
  std::size_t dots_ = 0;  // of the key that may be under way
};

}  // namespace

std::size_t line_too_deep(std::string_view text) noexcept { return Scanner(text).line_too_deep(); }

}  // namespace bulletin::store
