// What can be done by a user that may write one namespace.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <xxhash.h>
#include <bulletin/transaction.hpp>

#include "board/hostile.hpp"
#include "wire/requests.hpp"
#include "wire/update.hpp"

namespace bulletin::bench {
namespace {

using test::ZmtpPeer;

constexpr std::size_t most_items = 65'536;
constexpr std::size_t most_operations = 10'000;

/// A session, and its WRITEs one after the other.
class WriterSession {
 public:
  explicit WriterSession(Hostile& hostile)
      : hostile_(hostile), peer_(hostile.requests()), session_(hostile.begin_session(peer_)) {}

  /// The same transaction so many times in one request.
  void write(const std::string& transaction, std::size_t items = 1,
             const std::string& space = hostile_writable) {
    write(std::vector<wire::WriteItem>(items, {space, 0, transaction}));
  }
  void write(const std::vector<wire::WriteItem>& items) {
    hostile_.ask(peer_, wire::encode(wire::Write{session_, 0, ++number_, items}));
    static_cast<void>(hostile_.answer(peer_));
  }
  void leave() {
    hostile_.ask(peer_, wire::encode(wire::Goodbye{session_}));
    static_cast<void>(hostile_.answer(peer_));
  }

 private:
  Hostile& hostile_;
  ZmtpPeer peer_;
  wire::SessionId session_;
  std::uint64_t number_ = 0;
};

/// `[[], [operation ...]]`, also what bulletin::Transaction would refuse.
std::string transaction_of(std::size_t count, const std::string& operation) {
  std::string bytes("\x92\x90\xdd", 3);
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(count >> shift));
  for (std::size_t i = 0; i != count; ++i) bytes += operation;
  return bytes;
}

void clear_and_fail(Hostile& hostile) {
  WriterSession session(hostile);
  const std::string transaction = std::string("\x92\x90\x92\x91\x04", 5) + "\x93\x01\xa2_x\x01";
  hostile.again([&] { session.write(transaction, hostile.amount(most_items)); });
}

void fill_part(Client& client, std::size_t attributes) {
  const Publisher part = client.publisher(hostile_writable);
  for (std::size_t i = 0; i < attributes; i += most_operations) {
    Transaction transaction;
    for (std::size_t k = i; k != std::min(i + most_operations, attributes); ++k)
      transaction.set("n" + std::to_string(k), 1);
    static_cast<void>(part.commit(transaction));
  }
}

void fill_little(Client& client, bool quick) { fill_part(client, quick ? 1000 : 10'000); }
void fill_much(Client& client, bool quick) { fill_part(client, quick ? 1000 : 1'000'000); }

void add_again_and_again(Hostile& hostile) {
  WriterSession session(hostile);
  const std::string transaction = transaction_of(hostile.amount(most_operations),
                                                 "\x93\x03\xa1"
                                                 "a\x01");
  hostile.again([&] { session.write(transaction, 320); });
}

/// One addition each, whose sum is kept with the outcome.
void keep_outcomes(Hostile& hostile) {
  const std::string transaction = transaction_of(1,
                                                 "\x93\x03\xa1"
                                                 "a\x01");
  hostile.again([&] {
    WriterSession session(hostile);
    session.write(transaction, hostile.amount(most_items));
  });
}

/// All keys differ, and are in no order that sorting could make use of.
std::string large_map(std::size_t keys) {
  std::string value("\xdf", 1);
  for (int shift = 24; shift >= 0; shift -= 8) value.push_back(static_cast<char>(keys >> shift));
  for (std::size_t i = 0; i != keys; ++i) {
    const std::size_t key = i * 7'368'787 % (1u << 24);
    value += "\xa4";
    for (int shift = 0; shift != 24; shift += 6)
      value.push_back(static_cast<char>((key >> shift & 63) + '0'));
    value += "\x01";
  }
  return value;
}

void write_map(Hostile& hostile) {
  WriterSession session(hostile);
  const std::string operation = "\x93\x01\xa1m" + large_map(hostile.amount(1'350'000));
  const std::string transaction = transaction_of(1, operation);
  hostile.again([&] { session.write(transaction); });
}

/// Each as large as a value may be.
void write_maps(Hostile& hostile) {
  WriterSession session(hostile);
  const std::string operation = "\x93\x01\xa1m" + large_map(hostile.amount(174'000));
  const std::string transaction = transaction_of(8, operation);
  hostile.again([&] { session.write(transaction); });
}

/// Names whose hashes without a seed have the same upper 15 bits.
std::vector<std::string> colliding_names(std::size_t count) {
  constexpr unsigned shift = 64 - 15;
  std::vector<std::string> names;
  std::string name = "aaaaaaaa";
  while (names.size() != count) {
    for (char& letter : name) {
      if (++letter <= 'z') break;
      letter = 'a';
    }
    if (XXH3_64bits(name.data(), name.size()) >> shift == 0) names.push_back(name);
  }
  return names;
}

void collide(Hostile& hostile) {
  WriterSession session(hostile);
  const std::vector<std::string> names = colliding_names(hostile.amount(8000));
  Transaction transaction;
  for (const std::string& name : names) transaction.set(name, 1);
  const std::string bytes = transaction.encoded();
  hostile.again([&] { session.write(bytes, 10); });
}

/// Attributes that end soon, or with their session.
void set_leased(WriterSession& session, std::size_t attributes, SetOptions options) {
  for (std::size_t i = 0; i < attributes; i += most_operations) {
    Transaction transaction;
    for (std::size_t k = i; k != std::min(i + most_operations, attributes); ++k)
      transaction.set("n" + std::to_string(k), 1, options);
    session.write(transaction.encoded());
  }
}

void keep_leases(Hostile& hostile) {
  WriterSession session(hostile);
  const SetOptions options{.ephemeral = true, .ttl = std::chrono::hours(1)};
  hostile.again([&] { set_leased(session, hostile.amount(500'000), options); });
}

void leave_many(Hostile& hostile) {
  hostile.again([&] {
    WriterSession session(hostile);
    set_leased(session, hostile.amount(500'000), {.ephemeral = true});
    session.leave();
  });
}

/// All with the same deadline, as they are set in one WRITE.
void end_at_once(Hostile& hostile) {
  WriterSession session(hostile);
  const std::size_t attributes = hostile.amount(500'000);
  std::vector<std::string> transactions;
  for (std::size_t i = 0; i < attributes; i += most_operations) {
    Transaction transaction;
    for (std::size_t k = i; k != std::min(i + most_operations, attributes); ++k)
      transaction.set("n" + std::to_string(k), 1, {.ttl = std::chrono::milliseconds(300)});
    transactions.push_back(transaction.encoded());
  }
  std::vector<wire::WriteItem> items;
  for (const std::string& transaction : transactions)
    items.push_back({hostile_writable, 0, transaction});
  hostile.again([&] {
    session.write(items);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  });
}

void make_namespaces(Hostile& hostile) {
  WriterSession session(hostile);
  const std::string transaction = Transaction().set("x", 1).encoded();
  std::size_t count = 0;
  hostile.again([&] {
    std::vector<std::string> names;
    for (std::size_t i = 0; i != 1000; ++i)
      names.push_back(std::string(hostile_writable) + "/" + std::to_string(++count));
    std::vector<wire::WriteItem> items;
    for (const std::string& name : names) items.push_back({name, 0, transaction});
    session.write(items);
  });
}

/// As many as one WRITE may have, again and again: `bytes` in each.
void write_items(Hostile& hostile, const std::string& space, const std::string& bytes) {
  WriterSession session(hostile);
  const std::size_t items = hostile.amount(most_items);
  hostile.again([&] { session.write(bytes, items, space); });
}

void write_malformed(Hostile& hostile) { write_items(hostile, hostile_writable, "\xc1"); }

void write_to_bad_name(Hostile& hostile) {
  write_items(hostile, std::string(hostile_writable) + "//x", Transaction().set("x", 1).encoded());
}

/// In one WRITE, and they are empty again with the next.
void make_many_namespaces(Hostile& hostile) {
  WriterSession session(hostile);
  const std::string set = Transaction().set("x", 1).encoded();
  const std::string erase = Transaction().erase("x").encoded();
  const std::size_t together = hostile.amount(most_items);
  std::size_t count = 0;
  hostile.again([&] {
    std::vector<std::string> names;
    for (std::size_t i = 0; i != together; ++i)
      names.push_back(std::string(hostile_writable) + "/" + std::to_string(++count));
    std::vector<wire::WriteItem> items;
    for (const std::string& name : names) items.push_back({name, 0, set});
    session.write(items);
    for (wire::WriteItem& item : items) item.transaction = erase;
    session.write(items);
  });
}

constexpr const char* clearing = "\x92\x90\x91\x91\x04";

/// Filled by the same user before, and again after it.
void clear_million(Hostile& hostile) {
  WriterSession session(hostile);
  hostile.again([&] {
    set_leased(session, hostile.amount(1'000'000), {});
    session.write(clearing);
  });
}

void clear_leased(Hostile& hostile) {
  WriterSession session(hostile);
  hostile.again([&] {
    set_leased(session, hostile.amount(500'000), {.ephemeral = true, .ttl = std::chrono::hours(1)});
    session.write(clearing);
  });
}

void write_large(Hostile& hostile) {
  WriterSession session(hostile);
  const std::string value(1'000'000, 'v');
  Transaction transaction;
  for (int i = 0; i != 7; ++i) transaction.set("large" + std::to_string(i), value);
  const std::string bytes = transaction.encoded();
  hostile.again([&] { session.write(bytes, 2); });
}

void write_large_and_read_nothing(Hostile& hostile) {
  std::vector<ZmtpPeer> readers;
  for (int i = 0; i != 8; ++i) {
    readers.push_back(hostile.subscriber());
    const std::string topic = wire::topic_of(hostile_writable);
    hostile.send(readers.back(), readers.back().frame("\1" + topic));
  }
  write_large(hostile);
}

}  // namespace

std::vector<Deed> deeds_of_writers() {
  return {
      {user::writer, "65,536 clears of 10,000, all refused", clear_and_fail, fill_little},
      {user::writer, "65,536 clears of 1,000,000, all refused", clear_and_fail, fill_much},
      {user::writer, "WRITE of 3.2 million additions", add_again_and_again},
      {user::writer, "outcomes of 65,536 additions, kept", keep_outcomes},
      {user::writer, "a map of 1.35 million keys", write_map},
      {user::writer, "8 maps of 1 MiB without order in one WRITE", write_maps},
      {user::writer, "8,000 names of one hash", collide},
      {user::writer, "500,000 attributes with leases", keep_leases},
      {user::writer, "500,000 leases that end at once", end_at_once},
      {user::writer, "GOODBYE with 500,000 ephemeral attributes", leave_many},
      {user::writer, "clear of 1,000,000 attributes", clear_million},
      {user::writer, "clear of 500,000 attributes with leases", clear_leased},
      {user::writer, "namespaces without an end", make_namespaces},
      {user::writer, "65,536 new namespaces in one WRITE", make_many_namespaces},
      {user::writer, "65,536 items that are malformed", write_malformed},
      {user::writer, "65,536 items of a bad namespace", write_to_bad_name},
      {user::writer, "14 MB of values in each WRITE", write_large},
      {user::writer, "14 MB in each WRITE, eight readers do not read",
       write_large_and_read_nothing},
  };
}

}  // namespace bulletin::bench
