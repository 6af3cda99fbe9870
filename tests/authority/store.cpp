#include "authority/store.hpp"

#include <cassert>

namespace bulletin::test {

void Store::space(const authority::SpaceView& space) {
  spaces[std::string(space.name)] = {space.revision, space.count, space.digest,
                                     std::string(space.user)};
}

void Store::space_forgotten(std::string_view name) {
  spaces.erase(std::string(name));
  for (const auto& [key, attribute] : attributes) assert(key.first != name);
}

void Store::attribute(std::string_view space, const authority::AttributeView& attribute) {
  attributes[Key(space, attribute.name)] = {std::string(attribute.value), attribute.revision,
                                            attribute.session, attribute.deadline};
}

void Store::attributes_removed(std::string_view space) {
  std::erase_if(attributes, [&](const auto& entry) { return entry.first.first == space; });
}

void Store::attribute_removed(std::string_view space, std::string_view name) {
  attributes.erase(Key(space, name));
}

void Store::session(const authority::SessionView& session) {
  sessions[session.number] = {std::string(session.user), std::string(session.client_name),
                              std::string(session.host)};
}

void Store::session_ended(std::uint64_t number) {
  sessions.erase(number);
  for (const auto& [key, lane] : lanes) assert(key.first != number);
}

void Store::lane(std::uint64_t session, std::uint64_t lane, std::uint64_t number,
                 std::string_view answer) {
  lanes[{session, lane}] = {number, std::string(answer)};
}

void Store::lane_ended(std::uint64_t session, std::uint64_t lane) { lanes.erase({session, lane}); }

void Store::commits(std::string_view space, const wire::Run& run) {
  runs.push_back({std::string(space), run, std::string(run.bytes)});
}

void Store::tell(authority::StateVisitor& visitor) const {
  visitor.counters(newest);
  for (const auto& [name, space] : spaces) {
    const auto& [revision, count, digest, user] = space;
    visitor.space({name, revision, count, digest, user});
  }
  for (const auto& [key, attribute] : attributes) {
    const auto& [value, revision, session, deadline] = attribute;
    visitor.attribute(key.first, {key.second, value, revision, session, deadline});
  }
  for (const auto& [number, session] : sessions) {
    const auto& [user, client, host] = session;
    visitor.session({number, user, client, 0, host});
  }
  for (const auto& [key, lane] : lanes) {
    visitor.lane(key.first, key.second, lane.number, lane.answer);
  }
  for (const Run& run : runs) {
    wire::Run told = run.run;
    told.bytes = run.bytes;
    visitor.commits(run.space, told);
  }
}

Store store_of(const authority::Authority& authority) {
  Store store;
  for (const authority::SpaceView& space : authority.namespace_list()) {
    store.space(space);
    authority.visit(space.name, [&](const authority::AttributeView& attribute) {
      store.attribute(space.name, attribute);
    });
  }
  for (const authority::SessionView& session : authority.session_list()) store.session(session);
  return store;
}

}  // namespace bulletin::test
