// The messages of one small write, on both sides.

#include <bulletin/transaction.hpp>

#include <string>

#include "instructions/hot_path.hpp"
#include "wire/replies.hpp"
#include "wire/requests.hpp"
#include "wire/transaction.hpp"

namespace bulletin::bench {
namespace {

std::string write_bytes(const std::string& transaction) {
  return wire::encode(wire::Write{{}, 0, 1'000, {{"plant/line1", 1'000'000, transaction}}});
}

class EncodeWrite final : public HotPath {
 public:
  void once() override { size_ += write_bytes(Transaction().set("speed", 3.25).encoded()).size(); }

 private:
  std::size_t size_ = 0;
};

class DecodeWrite final : public HotPath {
 public:
  void once() override {
    const wire::Request request = wire::decode_request(bytes_);
    const auto& write = std::get<wire::Write>(request);
    wire::decode_transaction(write.items.front().transaction, transaction_);
  }

 private:
  const std::string bytes_ = write_bytes(Transaction().set("speed", 3.25).encoded());
  wire::Transaction transaction_;
};

}  // namespace

void add_wire(HotPaths& paths) {
  paths["encode-write"] = [] { return std::make_unique<EncodeWrite>(); };
  paths["decode-write"] = [] { return std::make_unique<DecodeWrite>(); };
}

}  // namespace bulletin::bench
