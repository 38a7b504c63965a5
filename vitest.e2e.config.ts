import { defineConfig } from 'vitest/config';

// End-to-end tests: the built app in a real Chromium, and the built command line tool. They need `npm run build`
// first; scripts/test.mjs sees to that. One file at a time, because each drives a browser of its own on two cores.
export default defineConfig({
  test: {
    name: 'e2e',
    environment: 'node',
    include: ['tests/e2e/**/*.e2e.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 60_000,
  },
});
