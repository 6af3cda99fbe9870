#include "replica/mapping.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <new>

namespace bulletin::replica {

namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;
constexpr std::align_val_t heap_alignment{64};

void* map_pages(std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* map_memory(std::size_t bytes) {
  if (bytes < huge_page) return map_pages(bytes);
  // Aligned, so that the kernel may back it with huge pages: most of the cost of a read in a large
  // table is finding its pages.
  char* memory = static_cast<char*>(map_pages(bytes + huge_page));
  const std::size_t before = -reinterpret_cast<std::uintptr_t>(memory) % huge_page;
  if (before != 0) munmap(memory, before);
  munmap(memory + before + bytes, huge_page - before);
  madvise(memory + before, bytes, MADV_HUGEPAGE);
  return memory + before;
}

void unmap_memory(void* memory, std::size_t bytes) noexcept { munmap(memory, bytes); }

void discard_memory(void* memory, std::size_t bytes) noexcept {
  static const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t begin = (address + page - 1) / page * page;
  const std::uintptr_t end = (address + bytes) / page * page;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

void* take_memory(std::size_t bytes) {
  if (bytes >= least_mapping) return map_memory(bytes);
  return std::memset(::operator new(bytes, heap_alignment), 0, bytes);
}

void give_memory(void* memory, std::size_t bytes) noexcept {
  if (bytes >= least_mapping) return unmap_memory(memory, bytes);
  ::operator delete(memory, heap_alignment);
}

}  // namespace bulletin::replica
