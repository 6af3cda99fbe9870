// What the broker publishes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "wire/commit.hpp"
#include "wire/epoch.hpp"

namespace bulletin::wire {

/// [1, epoch, previous, revision, count, [commit ...]]
struct CommitsUpdate {
  Epoch epoch;
  Run run;
  const ParsedRun* parsed = nullptr;  ///< the same taken apart, if there was memory for it
};

/// [2, epoch, revision, count, digest]: the newest state of the namespace, or, on a nonce topic,
/// the proof that the subscription is live.
struct Beat {
  Epoch epoch;
  std::uint64_t revision = 0;
  std::uint64_t count = 0;
  std::uint64_t digest = 0;
};

using Update = std::variant<CommitsUpdate, Beat>;

/// Throws DecodeError. Views point into `body`. `parsed` is the memory to take commits apart in.
Update decode_update(std::string_view body, ParsedRun* parsed = nullptr);
std::string encode(const CommitsUpdate& update);
std::string encode(const Beat& beat);

/// The topic of a namespace: its name and a NUL.
std::string topic_of(std::string_view name);
/// The namespace of a topic; empty when the topic is not a namespace's.
std::string_view namespace_of(std::string_view topic) noexcept;
/// True for the one-off topics that prove a subscription live.
bool is_nonce(std::string_view topic) noexcept;

}  // namespace bulletin::wire
