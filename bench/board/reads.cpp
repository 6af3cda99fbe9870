// Reads from the memory of one process.

#include <array>
#include <string>

#include <bulletin/bulletin.hpp>
#include <bulletin/msgpack.hpp>

#include "board/board.hpp"

namespace bulletin::bench {

struct Pose {
  double x = 0;
  double y = 0;
  double heading = 0;
  MSGPACK_DEFINE(x, y, heading)
};

namespace {

constexpr int names = 10'000;

std::string name_of(int i) { return "plant/line1/sensor" + std::to_string(i); }

/// What is read.
struct Space {
  explicit Space(const Setting& setting) : client({.endpoint = setting.endpoint}) {
    Transaction all;
    for (int i = 0; i != names; ++i) all.set(name_of(i), 0.5 * i);
    space.commit(all);
    space.commit(Transaction().set("mode", "a string of some length").set("pose", Pose{1, 2, 3}));
  }

  Client client;
  Namespace space = client.open("bench/read");
};

/// Changes all that is read, while it lives.
class Writer {
 public:
  explicit Writer(const Namespace& space) : space_(space) {}

 private:
  void run(const std::stop_token& stopping) {
    for (int i = 0; !stopping.stop_requested(); ++i) {
      space_.set_async(name_of(7), 0.5 * i);
      space_.set_async("pose", Pose{1.0 * i, 2, 3});
      space_.set_async("mode", "a string of some length").wait();
    }
  }

  const Namespace& space_;
  std::jthread thread_{[this](const std::stop_token& stopping) { run(stopping); }};
};

/// `prepare` gives what one read does.
template <class Prepare>
class Read final : public Contender {
 public:
  Read(const Setting& setting, Readers readers, Prepare prepare)
      : space_(setting), readers_(readers), prepare_(prepare) {}

  Round round() override {
    const auto read = prepare_(space_.space);
    std::optional<Writer> writer;
    if (readers_.writer) writer.emplace(space_.space);
    return timed_reads(readers_.threads, [read] { keep(read()); });
  }

 private:
  Space space_;
  const Readers readers_;
  const Prepare prepare_;
};

template <class Prepare>
Way reads(const char* name, Readers readers, Prepare prepare) {
  return way<Read<Prepare>>(name, Kind::ours, readers, prepare);
}

template <class T>
Way reads_handle(const char* way_name, Readers readers, std::string name) {
  return reads(way_name, readers, [=](const Namespace& space) {
    return [handle = space.attribute<T>(name)] { return handle.get(); };
  });
}

}  // namespace

Way read_typed(Readers readers) {
  return reads_handle<double>("Bulletin handle", readers, name_of(7));
}

Way read_by_name(Readers readers) {
  return reads("Bulletin by name", readers, [](const Namespace& space) {
    return [&space, name = name_of(7)] { return space.get<double>(name); };
  });
}

Way read_string(Readers readers) {
  return reads_handle<std::string>("Bulletin string", readers, "mode");
}

Way read_struct(Readers readers) { return reads_handle<Pose>("Bulletin struct", readers, "pose"); }

}  // namespace bulletin::bench
