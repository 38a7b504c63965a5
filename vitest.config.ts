import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// Two projects: `node` for everything that needs no page (state classes in .svelte.ts included), `browser` for
// components in a real Chromium. End-to-end tests have a runner of their own (vitest.e2e.config.ts).
export default defineConfig({
  plugins: [svelte()],
  // Without the browser condition Node gets Svelte's server build, in which $derived does not update.
  resolve: { conditions: ['browser'] },
  test: {
    name: 'node',
    environment: 'node',
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/e2e/**'],
    testTimeout: 60_000,
  },
});
