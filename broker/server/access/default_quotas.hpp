// What each user may have where the permissions do not say anything else.
#pragma once

#include <bulletin/broker.hpp>

#include "authority/quota.hpp"

namespace bulletin::server {

/// Of several users nobody may have more than half of what there is. (A single user, and everybody
/// without keys, may have all.)
authority::Quota default_quota(const BrokerOptions& options);

}  // namespace bulletin::server
