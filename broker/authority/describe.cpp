// The state as text, for tests and simulations.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "authority/authority.hpp"
#include "authority/state.hpp"
#include "wire/digest.hpp"
#include "wire/names.hpp"

namespace bulletin::authority {

namespace {

/// Words and numbers with spaces between them.
class Text {
 public:
  Text& operator<<(std::string_view word) {
    out_ += word;
    out_ += ' ';
    return *this;
  }
  Text& operator<<(const char* word) { return *this << std::string_view(word); }
  Text& operator<<(std::uint64_t number) { return *this << std::to_string(number); }
  Text& bytes(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (const char byte : bytes) {
      out_ += digits[static_cast<unsigned char>(byte) >> 4];
      out_ += digits[static_cast<unsigned char>(byte) & 15];
    }
    out_ += ' ';
    return *this;
  }
  void line() { out_.back() = '\n'; }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

void write(Text& text, const wire::Outcome& outcome) {
  text << "outcome" << static_cast<std::uint64_t>(outcome.status) << outcome.revision;
  for (const std::string& sum : outcome.sums()) text.bytes(sum);
  text << outcome.name() << outcome.message();
}

void write(Text& text, const Session& session) {
  text << wire::quoted(session.user) << wire::quoted(session.client_name)
       << wire::quoted(session.host) << "until" << session.deadline;
  text.line();
  for (const Lane& lane : session.lanes) {
    text << " lane" << lane.lane << "at" << lane.number;
    for (const wire::Outcome& outcome : lane.outcomes()) write(text, outcome);
    text.line();
  }
}

void write(Text& text, const AttributeView& attribute) {
  text << " attribute" << wire::quoted(attribute.name) << attribute.revision << "until"
       << attribute.session << attribute.deadline;
  text.bytes(attribute.value).line();
}

}  // namespace

std::string Authority::describe() const {
  const AuthorityCounters& counters = state_->counters;
  Text text;
  text << "revision" << counters.revision << "clock" << counters.clock_ms << "forgotten"
       << counters.forgotten << "sessions" << state_->sessions.next_number();
  text.line();
  for (const auto& [name, space] : state_->namespaces.ordered()) {
    text << "namespace" << wire::quoted(name) << space->revision << space->count << space->digest
         << (space->watched ? "watched" : "unwatched") << "due" << space->due << "of"
         << wire::quoted(space->owner->user);
    text.line();
    visit(name, [&](const AttributeView& attribute) { write(text, attribute); });
  }
  for (const std::uint64_t number : state_->sessions.numbers()) {
    text << "session" << number;
    write(text, *state_->sessions.find(number));
  }
  return text.take();
}

std::string Authority::describe_kept() const {
  Text text;
  text << "log" << state_->log.bytes();
  text.line();
  for (const auto& [name, space] : state_->namespaces.ordered()) {
    text << "namespace" << wire::quoted(name) << "after" << space->kept.after();
    text.line();
    space->kept.for_each([&](const wire::Run& run) {
      text << " commits" << run.commits << run.previous << run.revision << run.count;
      text.bytes(run.bytes).line();
    });
  }
  return text.take();
}

std::uint64_t Authority::fingerprint() const { return wire::name_hash(describe()); }

}  // namespace bulletin::authority
