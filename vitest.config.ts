import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: { 'ml-metrics': new URL('./packages/ml-metrics/src/index.ts', import.meta.url).pathname },
  },
  test: {
    include: ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
    globalSetup: ['test/temporary-folder.ts'],
    env: { TF_CPP_MIN_LOG_LEVEL: '2' },
    // The native addon loads once per process and never in a second thread.
    pool: 'forks',
    poolOptions: { forks: { maxForks: 2 } },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
