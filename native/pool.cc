#include "pool.h"

#include <algorithm>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace distiltune {

namespace {
int wantedThreads = 0;

inline void relax() {
#if defined(__x86_64__)
  _mm_pause();
#else
  std::this_thread::yield();
#endif
}

// Kernels follow each other within microseconds, with products of TensorFlow's between them that take hundreds, and waking a sleeping
// thread takes tens.
constexpr int kSpins = 8000;
}  // namespace

void setThreads(int threads) { wantedThreads = threads; }

Pool& pool() {
  // Never destroyed: its threads may outlive the statics of a process that is on its way out.
  static Pool* const instance = [] {
    const int processors = static_cast<int>(std::thread::hardware_concurrency());
    return new Pool(std::max(1, wantedThreads > 0 ? wantedThreads : processors));
  }();
  return *instance;
}

Pool::Pool(int threads) {
  for (int i = 1; i < threads; i++) workers_.emplace_back([this] { attend(); });
}

Pool::~Pool() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void Pool::run(int64_t chunks, const std::function<void(int64_t)>& work) {
  std::lock_guard<std::mutex> one(caller_);
  work_ = &work;
  chunks_ = chunks;
  next_.store(0);
  open_.store(true);
  generation_.fetch_add(1);
  if (sleeping_.load() > 0) {
    std::lock_guard<std::mutex> lock(mutex_);
    wake_.notify_all();
  }
  takeChunks();
  // Who has not come by now is not waited for. The last chunks are: they are short.
  open_.store(false);
  for (int spins = 0; busy_.load() > 0; spins++) {
    if (spins < kSpins) relax();
    else std::this_thread::yield();
  }
}

void Pool::takeChunks() {
  for (int64_t chunk = next_.fetch_add(1); chunk < chunks_; chunk = next_.fetch_add(1)) (*work_)(chunk);
}

void Pool::attend() {
  uint64_t seen = 0;
  for (;;) {
    for (int spins = 0; spins < kSpins && generation_.load() == seen && !closing_.load(); spins++) relax();
    if (generation_.load() == seen) {
      std::unique_lock<std::mutex> lock(mutex_);
      sleeping_.fetch_add(1);
      wake_.wait(lock, [&] { return generation_.load() != seen || closing_.load(); });
      sleeping_.fetch_sub(1);
    }
    if (closing_.load()) return;
    seen = generation_.load();
    busy_.fetch_add(1);
    if (open_.load()) takeChunks();
    busy_.fetch_sub(1);
  }
}

}  // namespace distiltune
