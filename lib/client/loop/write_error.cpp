#include "client/loop/write_error.hpp"

#include <exception>
#include <string>

#include "wire/names.hpp"

namespace bulletin::client {

std::string describe(const replica::FinishedWrite& write, std::string_view name) {
  return "the write " + (name.empty() ? "" : "of " + wire::quoted(name) + " ") + "to '" +
         (write.replica != nullptr ? write.replica->name() : "") + "' ";
}

namespace {

using Fate = replica::FinishedWrite::Fate;

Errc code_of(const replica::FinishedWrite& write) noexcept {
  switch (write.fate) {
    case Fate::unsent: return Errc::disconnected;
    case Fate::not_taken: return Errc::overloaded;
    case Fate::in_doubt: return Errc::in_doubt;
    case Fate::answered: break;
  }
  return wire::to_errc(write.outcome.status);
}

std::string end_of(const replica::FinishedWrite& write) {
  switch (write.fate) {
    case Fate::unsent: return "was not sent in time: no broker; it was not applied";
    case Fate::not_taken:
      return "was not sent in time: the broker is there, but is busy with what was written before; "
             "it was not applied";
    case Fate::in_doubt: return "was sent, and its outcome is not known: it may have been applied";
    case Fate::answered: break;
  }
  return "was refused: " + std::string(write.outcome.message());
}

Error described(const replica::FinishedWrite& write, std::string_view name) {
  const bool answered = write.fate == Fate::answered;
  return {code_of(write), describe(write, name) + end_of(write),
          std::string(answered ? write.outcome.name() : name)};
}

// For when there is no memory to say more: to copy one takes none.
const Error& plain(Errc code) {
  static const Error in_doubt(Errc::in_doubt, "a write's outcome is not known");
  static const Error disconnected(Errc::disconnected, "a write was not sent, and not applied");
  static const Error overloaded(Errc::overloaded, "a write was not sent, and not applied");
  static const Error rejected(Errc::rejected, "a write was refused, and not applied");
  switch (code) {
    case Errc::in_doubt: return in_doubt;
    case Errc::disconnected: return disconnected;
    case Errc::overloaded: return overloaded;
    default: return rejected;
  }
}

[[maybe_unused]] const Error& made_early = plain(Errc::in_doubt);

}  // namespace

std::optional<Error> write_error(const replica::FinishedWrite& write,
                                 std::string_view name) noexcept {
  if (is_decided(write)) return std::nullopt;
  try {
    return described(write, name);
  } catch (const std::exception&) {
    return plain(code_of(write));
  }
}

}  // namespace bulletin::client
