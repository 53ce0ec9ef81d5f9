// Work in parallel over a range, on as many threads as TensorFlow has for one operation.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace distiltune {

/**
 * Threads that wait for one job at a time. The caller works, too. Chunks are handed out as they are asked for, so what a
 * chunk computes must not depend on who computes it: results are then the same on any number of threads.
 */
class Pool {
 public:
  explicit Pool(int threads);
  ~Pool();

  /** Calls `work(chunk)` once for each chunk in [0, chunks). Returns when all are done. */
  void run(int64_t chunks, const std::function<void(int64_t)>& work);

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

 private:
  void attend();
  void takeChunks();

  std::vector<std::thread> workers_;
  std::mutex caller_;  // one job at a time
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<uint64_t> generation_{0};
  std::atomic<int> sleeping_{0};
  /** Threads at work on the job, or about to look whether there still is one. */
  std::atomic<int> busy_{0};
  std::atomic<bool> open_{false};
  std::atomic<bool> closing_{false};
  const std::function<void(int64_t)>* work_ = nullptr;
  std::atomic<int64_t> next_{0};
  int64_t chunks_ = 0;
};

/** The process's pool, made at first use. */
Pool& pool();

/** How many threads it will have; without effect once it is made. 0: one for each processor. */
void setThreads(int threads);

/**
 * Cuts [0, count) into chunks of at least `grain` and calls `work(begin, end)` for each, in parallel. Small ranges
 * stay on the caller's thread.
 */
template <typename Work>
void parallelFor(int64_t count, int64_t grain, Work&& work) {
  if (count <= 0) return;
  const int64_t most = 4 * static_cast<int64_t>(pool().threads());
  const int64_t fitting = grain > 0 ? count / grain : count;
  const int64_t chunks = fitting < most ? fitting : most;
  if (chunks <= 1 || pool().threads() == 1) {
    work(int64_t{0}, count);
    return;
  }
  pool().run(chunks, [&](int64_t chunk) { work(count * chunk / chunks, count * (chunk + 1) / chunks); });
}

}  // namespace distiltune
