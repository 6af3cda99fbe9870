// Changes per second, counted where they arrive.

#include <algorithm>
#include <memory>
#include <thread>

#include <bulletin/bulletin.hpp>

#include "board/board.hpp"
#include "board/handle.hpp"
#include "harness/far_end.hpp"

namespace bulletin::bench {
namespace {

constexpr const char* finished = "finished";

struct Writing {
  std::size_t writers = 1;
  std::size_t operations = 0;  ///< in a transaction; 0: one by one
  bool waits = false;          ///< for each transaction
  bool posts = false;          ///< one by one, without futures
};

std::vector<std::string> names_of(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i != count; ++i)
    names.push_back("sensor" + std::to_string(1'000'000 + i));
  return names;
}

/// One after the other, without waiting; then for the last.
template <class Handle>
void set_all(const Handle& space, const std::vector<std::string>& names, double value) {
  Future<Revision> last;
  for (const std::string& name : names) last = space.set_async(name, value);
  last.get();
}

template <class Handle>
void post_all(const Handle& space, const std::vector<std::string>& names, double value) {
  for (const std::string& name : names) space.post(name, value);
  space.flush();
}

template <class Handle>
void commit_all(const Handle& space, const std::vector<std::string>& names, double value,
                const Writing& writing) {
  Future<CommitResult> last;
  for (std::size_t i = 0; i < names.size(); i += writing.operations) {
    Transaction transaction;
    const std::size_t end = std::min(i + writing.operations, names.size());
    for (std::size_t k = i; k != end; ++k) transaction.set(names[k], value);
    if (writing.waits) {
      space.commit(transaction);
    } else {
      last = space.commit_async(transaction);
    }
  }
  if (last.valid()) last.get();
}

/// Writers, each with its part of the names, and processes that have the namespace open: the last
/// that has every change ends the round.
template <class Handle>
class Throughput final : public Contender {
 public:
  Throughput(const Setting& setting, std::string space, Writing writing, std::size_t subscribers)
      : name_(std::move(space)), writing_(writing) {
    const std::size_t changes = setting.quick ? 50'000 : 200'000;
    const std::size_t writers = writing.writers;
    for (std::size_t i = 0; i != writers; ++i) {
      clients_.push_back(std::make_unique<Client>(ClientOptions{.endpoint = setting.endpoint}));
      spaces_.push_back(handle_of<Handle>(*clients_.back(), name_));
    }
    spaces_[0].commit(Transaction().clear());  // another scenario may have been here
    const std::vector<std::string> all = names_of(changes);
    for (std::size_t i = 0; i != writers; ++i) {
      const auto part = [&](std::size_t k) {
        return all.begin() + static_cast<std::ptrdiff_t>(changes * k / writers);
      };
      names_.emplace_back(part(i), part(i + 1));
    }
    for (std::size_t i = 0; i != subscribers; ++i) {
      subscribers_.push_back(
          std::make_unique<FarEnd>(setting, "board-counter", std::vector{spaces_[0].uri()}));
      (void)subscribers_.back()->line();
    }
    (void)round();  // the names exist from here on
  }

  Round round() override {
    const double value = ++rounds_;
    const std::int64_t begin = now_ns();
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 1; i < spaces_.size(); ++i)
        threads.emplace_back([this, i, value] { write(i, value); });
      write(0, value);
    }
    spaces_[0].set(finished, value);
    std::int64_t end = begin;
    for (const auto& subscriber : subscribers_)
      end = std::max<std::int64_t>(end, std::stoll(subscriber->line()));
    std::size_t changes = 0;
    for (const auto& names : names_) changes += names.size();
    const std::size_t delivered = changes * subscribers_.size();
    return rate_of(delivered, static_cast<double>(end - begin) / 1e9);
  }

 private:
  void write(std::size_t writer, double value) {
    if (writing_.posts) {
      post_all(spaces_[writer], names_[writer], value);
    } else if (writing_.operations == 0) {
      set_all(spaces_[writer], names_[writer], value);
    } else {
      commit_all(spaces_[writer], names_[writer], value, writing_);
    }
  }

  const std::string name_;
  const Writing writing_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<Handle> spaces_;
  std::vector<std::vector<std::string>> names_;
  std::vector<std::unique_ptr<FarEnd>> subscribers_;
  double rounds_ = 0;
};

}  // namespace

/// Every change of a namespace is there when the one that was written after all of them is: they
/// come in one order. When it is, the time is told.
void board_counter_role(const std::vector<std::string>& arguments) {
  const Namespace space = open(arguments.at(0));
  say("ready");
  for (double round = 1; !starter_gone();) {
    const auto over = [&](const Value& value) { return value.as<double>() >= round; };
    if (!space.wait_for(finished, over, std::chrono::milliseconds(100))) continue;
    say(std::to_string(now_ns()));
    ++round;
  }
}

Way board_set_async(std::size_t writers) {
  return way<Throughput<Namespace>>(
      writers == 1 ? "Bulletin set_async"
                   : "Bulletin set_async, " + std::to_string(writers) + " writers",
      Kind::ours, "bench/set_async" + std::to_string(writers), Writing{.writers = writers},
      std::size_t{1});
}

Way board_publish_async() {
  return way<Throughput<Publisher>>("Bulletin set_async, publisher", Kind::ours,
                                    "bench/publish_async", Writing{}, std::size_t{1});
}

Way board_post() {
  return way<Throughput<Namespace>>("Bulletin post", Kind::ours, "bench/post",
                                    Writing{.posts = true}, std::size_t{1});
}

Way board_publish_post() {
  return way<Throughput<Publisher>>("Bulletin post, publisher", Kind::ours, "bench/publish_post",
                                    Writing{.posts = true}, std::size_t{1});
}

Way board_commit(std::size_t writers) {
  return way<Throughput<Namespace>>(
      writers == 1 ? "Bulletin commit of 100"
                   : "Bulletin commit of 100, " + std::to_string(writers) + " writers",
      Kind::ours, "bench/commit" + std::to_string(writers),
      Writing{.writers = writers, .operations = 100, .waits = true}, std::size_t{1});
}

Way board_commit_async() {
  return way<Throughput<Namespace>>("Bulletin commit_async of 100", Kind::ours,
                                    "bench/commit_async", Writing{.operations = 100},
                                    std::size_t{1});
}

Way board_fanout(std::size_t subscribers) {
  return way<Throughput<Namespace>>("Bulletin to " + std::to_string(subscribers), Kind::ours,
                                    "bench/fanout" + std::to_string(subscribers), Writing{},
                                    subscribers);
}

Way board_post_fanout(std::size_t subscribers) {
  return way<Throughput<Publisher>>("Bulletin to " + std::to_string(subscribers) + ", posted",
                                    Kind::ours, "bench/post_fanout" + std::to_string(subscribers),
                                    Writing{.posts = true}, subscribers);
}

Way board_commit_fanout(std::size_t subscribers) {
  return way<Throughput<Namespace>>("Bulletin to " + std::to_string(subscribers) + ", 100 a commit",
                                    Kind::ours, "bench/commit_fanout" + std::to_string(subscribers),
                                    Writing{.operations = 100}, subscribers);
}

}  // namespace bulletin::bench
