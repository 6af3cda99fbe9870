// What the broker does for one small write: a turn of its own, and its update.

#include "authority/authority.hpp"

#include <bulletin/transaction.hpp>

#include <string>

#include "instructions/hot_path.hpp"
#include "wire/update.hpp"

namespace bulletin::bench {
namespace {

authority::AuthorityOptions options() {
  authority::AuthorityOptions options;
  options.epoch.bytes[0] = 1;
  options.log_bytes = 1u << 20;
  return options;
}

class ApplyWrite : public HotPath {
 public:
  ApplyWrite() {
    session_ = {options().epoch, authority_.apply({{}, authority::OpenSession{"bench"}}).session};
    authority_.apply({{}, authority::PinNamespace{"plant/line1"}});
    authority_.commit();
  }

  void once() override { size_ += commit().front().run.bytes.size(); }

 protected:
  std::span<const authority::Publication> commit() {
    answer_ = authority_.apply(
        {{}, wire::Write{session_, 0, ++number_, {{"plant/line1", 0, transaction_}}}});
    return authority_.commit();
  }

  authority::Authority authority_{options()};
  authority::Answer answer_;
  std::size_t size_ = 0;

 private:
  wire::SessionId session_;
  std::uint64_t number_ = 0;
  const std::string transaction_ = Transaction().set("speed", 3.25).encoded();
};

/// Of a commit that was made before.
class EncodeUpdate final : public ApplyWrite {
 public:
  void once() override {
    size_ += wire::encode(wire::CommitsUpdate{options().epoch, publication_.run}).size();
  }

 private:
  const authority::Publication publication_ = commit().front();
};

class EncodeAnswer final : public ApplyWrite {
 public:
  EncodeAnswer() { commit(); }
  void once() override { size_ += authority_.reply(answer_).size(); }
};

}  // namespace

void add_authority(HotPaths& paths) {
  paths["apply-write"] = [] { return std::make_unique<ApplyWrite>(); };
  paths["encode-update"] = [] { return std::make_unique<EncodeUpdate>(); };
  paths["encode-answer"] = [] { return std::make_unique<EncodeAnswer>(); };
}

}  // namespace bulletin::bench
