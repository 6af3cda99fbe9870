// Namespaces of a given size, and processes that have to do with them.
#pragma once

#include <cstddef>
#include <string>

#include <bulletin/bulletin.hpp>

#include "harness/far_end.hpp"

namespace bulletin::bench {

/// A broker in a process of its own.
class BrokerProcess {
 public:
  /// `port` 0: a free one. `data`: the folder in which it keeps its board, synced; empty: none.
  /// `keys`: a folder with broker.key and authorized_keys; empty: none. It ends as if it had
  /// crashed.
  explicit BrokerProcess(const Setting& setting, int port = 0, const std::string& data = {},
                         const std::string& keys = {});
  [[nodiscard]] const std::string& endpoint() const noexcept { return endpoint_; }
  [[nodiscard]] int process_id() const noexcept { return process_id_; }

 private:
  FarEnd process_;
  int process_id_ = 0;
  std::string endpoint_;
};

/// Sets so many attributes with names of 13 bytes and values of 16.
void fill(const Namespace& space, std::size_t attributes);

}  // namespace bulletin::bench
