// Whether a sanitizer looks at every access to memory.
#pragma once

namespace bulletin::test {

/// Then everything takes longer, and what a process takes of memory tells nothing: shadows of it
/// are kept, and what was freed is kept for a while.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool under_sanitizer = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool under_sanitizer = true;
#else
inline constexpr bool under_sanitizer = false;
#endif
#else
inline constexpr bool under_sanitizer = false;
#endif

}  // namespace bulletin::test
