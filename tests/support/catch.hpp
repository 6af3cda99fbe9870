#pragma once

// Catch2 in the version that is installed: 3 (Debian 13) or 2 (Debian 12).

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
