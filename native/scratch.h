// Memory that a thread keeps from one call to the next.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>

namespace distiltune {

template <typename Element>
class Scratch {
 public:
  /** Room for `count` elements at the beginning of a cache line, with anything in them; null when there is none. */
  Element* of(int64_t count) {
    if (count > room_) {
      const int64_t bytes = (count * static_cast<int64_t>(sizeof(Element)) + 63) / 64 * 64;
      memory_.reset(static_cast<Element*>(std::aligned_alloc(64, bytes)));
      room_ = memory_ ? count : 0;
    }
    return memory_.get();
  }

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  std::unique_ptr<Element, Free> memory_;
  int64_t room_ = 0;
};

}  // namespace distiltune
