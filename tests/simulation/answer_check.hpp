// What the broker answers to a question, compared with the model and the past.
#pragma once

#include <string>
#include <string_view>

#include "simulation/history.hpp"
#include "simulation/model.hpp"
#include "wire/replies.hpp"
#include "wire/requests.hpp"

namespace bulletin::simulation {

/// To be asked between two turns; the bytes are those of the answer. Each fails the world if the
/// answer is wrong.
class AnswerCheck {
 public:
  AnswerCheck(const Model& model, const History& history) : model_(model), history_(history) {}

  void operator()(const wire::Read& request, std::string_view bytes) const;
  void operator()(const wire::SnapshotRequest& request, std::string_view bytes) const;
  void operator()(const wire::Since& request, std::string_view bytes) const;
  void operator()(const wire::StatusRequest& request, std::string_view bytes) const;
  void operator()(const wire::List& request, std::string_view bytes) const;

 private:
  void check_epoch(const wire::Epoch& epoch) const;
  void check_position(std::string_view space, const wire::NamespaceStatus& status) const;
  void check_run(std::string_view space, const wire::Run& run) const;
  [[nodiscard]] const Board& board(std::string_view space) const;

  const Model& model_;
  const History& history_;
};

}  // namespace bulletin::simulation
