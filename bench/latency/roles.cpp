#include "latency/contender.hpp"

namespace bulletin::bench {

void zmq_echo_role(const std::vector<std::string>& arguments);
void zmq_relay_role(const std::vector<std::string>& arguments);
void zmq_subscriber_role(const std::vector<std::string>& arguments);
void bulletin_watch_role(const std::vector<std::string>& arguments);
void bulletin_read_role(const std::vector<std::string>& arguments);

Roles roles() {
  return {{"zmq-echo", zmq_echo_role},
          {"zmq-relay", zmq_relay_role},
          {"zmq-subscriber", zmq_subscriber_role},
          {"bulletin-watch", bulletin_watch_role},
          {"bulletin-read", bulletin_read_role}};
}

}  // namespace bulletin::bench
