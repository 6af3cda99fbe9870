// Reading: a typed handle, a name among many, a string.

#include <bulletin/broker.hpp>
#include <bulletin/bulletin.hpp>

#include <string>

#include "instructions/hot_path.hpp"

namespace bulletin::bench {
namespace {

constexpr int names = 10'000;

/// A client with a namespace of many attributes.
class Reader : public HotPath {
 protected:
  Reader() : broker_(BrokerOptions{.bind = "tcp://127.0.0.1:*"}) {
    broker_.start();
    client_ = std::make_unique<Client>(ClientOptions{.endpoint = broker_.endpoint()});
    space_ = std::make_unique<Namespace>(client_->open("bench"));
    Transaction all;
    for (int i = 0; i < names - 2; ++i) all.set("plant/line1/sensor" + std::to_string(i), 0.5 * i);
    all.set("plant/line1/speed", 3.25).set("plant/line1/mode", "a string of some length");
    space_->commit(all);
  }

  [[nodiscard]] const Namespace& space() const { return *space_; }

 private:
  Broker broker_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<Namespace> space_;
};

/// A sum that grows by what is at hand: what the others do beside their reads.
class Nothing final : public HotPath {
 public:
  void once() override { sum_ += value_; }

 private:
  double value_ = 3.25;
  double sum_ = 0;
};

/// The sum keeps the compiler from leaving the read out.
class TypedRead final : public Reader {
 public:
  void once() override { sum_ += *speed_.get(); }

 private:
  Attribute<double> speed_ = space().attribute<double>("plant/line1/speed");
  double sum_ = 0;
};

class NamedRead final : public Reader {
 public:
  void once() override { sum_ += *space().get<double>("plant/line1/speed"); }

 private:
  double sum_ = 0;
};

class StringRead final : public Reader {
 public:
  void once() override { size_ += mode_.get()->size(); }

 private:
  Attribute<std::string> mode_ = space().attribute<std::string>("plant/line1/mode");
  std::size_t size_ = 0;
};

}  // namespace

void add_reads(HotPaths& paths) {
  paths["nothing"] = [] { return std::make_unique<Nothing>(); };
  paths["read-typed"] = [] { return std::make_unique<TypedRead>(); };
  paths["read-named"] = [] { return std::make_unique<NamedRead>(); };
  paths["read-string"] = [] { return std::make_unique<StringRead>(); };
}

}  // namespace bulletin::bench
