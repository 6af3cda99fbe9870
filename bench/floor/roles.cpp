#include "floor/floor.hpp"

namespace bulletin::bench {

void tcp_echo_role(const std::vector<std::string>& arguments);
void zmq_echo_role(const std::vector<std::string>& arguments);
void zmq_relay_role(const std::vector<std::string>& arguments);
void zmq_subscriber_role(const std::vector<std::string>& arguments);
void zmq_reader_role(const std::vector<std::string>& arguments);
void zmq_counter_role(const std::vector<std::string>& arguments);

Roles floor_roles() {
  return {{"tcp-echo", tcp_echo_role},     {"zmq-echo", zmq_echo_role},
          {"zmq-relay", zmq_relay_role},   {"zmq-subscriber", zmq_subscriber_role},
          {"zmq-reader", zmq_reader_role}, {"zmq-counter", zmq_counter_role}};
}

}  // namespace bulletin::bench
