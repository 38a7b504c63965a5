// Set-up and tear-down of end-to-end tests: an app and a folder for evidence, once for all tests of a file.

import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { createEvidenceFolder, startApp, type AppOptions, type ServedApp } from './app-page.ts';

export interface TestApp extends Omit<ServedApp, 'close'> {
  /** As of a served app, but without the service worker where nothing else is said. */
  open: ServedApp['open'];
  /** Writes a file of evidence and gives its path. */
  write(name: string, bytes: Uint8Array | string): Promise<string>;
}

/**
 * Serves the app before the first test of a file and stops it after the last. Pages that a test opens are closed at its
 * end, also when it fails: a scan that nobody waits for any more would slow down what comes next.
 */
export function setUpApp(options: AppOptions = {}): TestApp {
  let app: ServedApp;
  let evidence: Awaited<ReturnType<typeof createEvidenceFolder>>;
  const before = new Set<object>();

  beforeAll(async () => {
    app = await startApp(options);
    evidence = await createEvidenceFolder();
  });

  beforeEach(() => {
    before.clear();
    for (const context of app.browser.contexts()) before.add(context);
  });

  afterEach(async () => {
    const opened = app.browser.contexts().filter((context) => !before.has(context));
    await Promise.all(opened.map((context) => context.close()));
  });

  afterAll(async () => {
    await app.close();
    await evidence.remove();
  });

  return {
    get address() {
      return app.address;
    },
    get browser() {
      return app.browser;
    },
    open: (page) => app.open({ keptOffline: false, ...page }),
    stopServing: () => app.stopServing(),
    write: (name, bytes) => evidence.write(name, typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes),
  };
}
