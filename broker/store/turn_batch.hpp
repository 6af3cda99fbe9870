// A turn as one atomic write.
#pragma once

#include <rocksdb/write_batch.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "authority/state_visitor.hpp"
#include "store/database.hpp"
#include "wire/epoch.hpp"

namespace bulletin::store {

/// Takes down what a turn has touched. Used again for the next one.
class TurnBatch : public authority::StateVisitor {
 public:
  void begin(const Families& families, const wire::Epoch& epoch, std::uint64_t next_run);

  /// Something beside the counters.
  [[nodiscard]] bool touched() const noexcept { return batch_.Count() > 1; }
  [[nodiscard]] rocksdb::WriteBatch& writes() noexcept { return batch_; }
  [[nodiscard]] std::uint64_t next_run() const noexcept { return next_run_; }
  [[nodiscard]] const authority::CountersView& newest() const noexcept { return counters_; }

  void counters(const authority::CountersView& counters) override;
  void space(const authority::SpaceView& space) override;
  void attribute(std::string_view space, const authority::AttributeView& attribute) override;
  void session(const authority::SessionView& session) override;
  void lane(std::uint64_t session, std::uint64_t lane, std::uint64_t number,
            std::string_view answer) override;
  void commits(std::string_view space, const wire::Run& run) override;
  void space_forgotten(std::string_view name) override;
  void attribute_removed(std::string_view space, std::string_view name) override;
  void attributes_removed(std::string_view space) override;
  void lane_ended(std::uint64_t session, std::uint64_t lane) override;
  void session_ended(std::uint64_t number) override;

 private:
  rocksdb::WriteBatch batch_;
  Families families_;
  wire::Epoch epoch_;
  std::uint64_t next_run_ = 0;
  authority::CountersView counters_;
  std::string key_;
  std::string value_;
};

}  // namespace bulletin::store
