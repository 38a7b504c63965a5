import { defineConfig } from 'vitest/config';

// End-to-end tests: the built app in a real Chromium, and the built command line tool. They need `npm run build`
// first; scripts/test.mjs sees to that. Two files at a time, each with a browser of its own: much of a test is waiting.
export default defineConfig({
  test: {
    name: 'e2e',
    environment: 'node',
    include: ['tests/e2e/**/*.e2e.ts'],
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 120_000,
    // The second that is usual is too short on a machine that is busy with the other file.
    expect: { poll: { timeout: 60_000 } },
  },
});
