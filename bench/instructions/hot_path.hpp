// A hot path, ready to be run again and again.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace bulletin::bench {

class HotPath {
 public:
  virtual ~HotPath() = default;
  virtual void once() = 0;
};

/// By name; made when it is asked for.
using HotPaths = std::map<std::string, std::function<std::unique_ptr<HotPath>()>>;

void add_reads(HotPaths& paths);
void add_wire(HotPaths& paths);
void add_authority(HotPaths& paths);
void add_replica(HotPaths& paths);

}  // namespace bulletin::bench
