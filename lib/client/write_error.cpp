#include "client/write_error.hpp"

#include <string>

#include "wire/names.hpp"

namespace bulletin::client {

std::string describe(const replica::FinishedWrite& write, std::string_view name) {
  return "the write " + (name.empty() ? "" : "of " + wire::quoted(name) + " ") + "to '" +
         write.replica->name() + "' ";
}

std::optional<Error> write_error(const replica::FinishedWrite& write, std::string_view name) {
  const wire::Outcome& outcome = write.outcome;
  if (is_decided(write)) return std::nullopt;
  const std::string what = describe(write, name);
  switch (write.fate) {
    case replica::FinishedWrite::Fate::unsent:
      return Error(Errc::disconnected, what + "was not sent in time: no broker; it was not applied",
                   std::string(name));
    case replica::FinishedWrite::Fate::in_doubt:
      return Error(Errc::in_doubt,
                   what + "was sent, and its outcome is not known: it may have been applied",
                   std::string(name));
    case replica::FinishedWrite::Fate::answered: break;
  }
  return Error(wire::to_errc(outcome.status),
               what + "was refused: " + std::string(outcome.message()),
               std::string(outcome.name()));
}

}  // namespace bulletin::client
