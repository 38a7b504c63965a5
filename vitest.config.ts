import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { CHROMIUM_FLAGS } from './scripts/chromium-flags.ts';

// Two projects: `node` for everything that needs no page (state classes in .svelte.ts included), `browser` for
// components in a real Chromium. End-to-end tests have a runner of their own (vitest.e2e.config.ts).
export default defineConfig({
  plugins: [
    svelte({
      // The house writes runes only; the test library's wrapper does not.
      dynamicCompileOptions: ({ filename }) => (filename.includes('node_modules') ? { runes: undefined } : undefined),
    }),
  ],
  // Without the browser condition Node gets Svelte's server build, in which $derived does not update.
  resolve: { conditions: ['browser'] },
  test: {
    // Two cores are what the tests are made for; by itself the runner leaves one of them to itself.
    maxWorkers: 2,
    // Polls of both projects wait longer than the second that is usual: machines are busy.
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          environment: 'node',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/e2e/**'],
          // Modules are loaded once per worker, not once per file: a quarter less time. A test that changes a global puts it back.
          isolate: false,
          testTimeout: 60_000,
          expect: { poll: { timeout: 10_000 } },
        },
      },
      {
        extends: true,
        // Found while the first test runs, they would reload the page under it.
        optimizeDeps: { include: ['axe-core', 'vitest-browser-svelte', 'svelte', 'svelte/attachments'] },
        test: {
          name: 'browser',
          include: ['tests/ui/**/*.browser.ts'],
          testTimeout: 30_000,
          expect: { poll: { timeout: 10_000 } },
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            viewport: { width: 1_000, height: 700 },
            provider: playwright({
              launchOptions: {
                executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
                args: [...CHROMIUM_FLAGS],
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
