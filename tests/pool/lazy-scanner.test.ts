import { describe, expect, test } from 'vitest';
import { createLazyScanner } from '../../src/pool/lazy-scanner.ts';
import type { ScanListener, Scanner, ScanSummary } from '../../src/pool/scanner.ts';

const SUMMARY: ScanSummary = { outcome: 'done', seconds: 1, bytes: 2, records: 3, findings: 4 };
const LISTENER: ScanListener = {
  progress: () => undefined,
  found: () => undefined,
  correlated: () => undefined,
  problem: () => undefined,
  account: () => undefined,
};

/** A scanner that notes what is asked of it. */
function noted(): { readonly calls: string[]; readonly scanner: Scanner } {
  const calls: string[] = [];
  const scanner: Scanner = {
    warm() {
      calls.push('warm');
      return Promise.resolve();
    },
    scan() {
      calls.push('scan');
      return { cancel: () => calls.push('cancel'), done: Promise.resolve(SUMMARY) };
    },
    dispose: () => calls.push('dispose'),
  };
  return { calls, scanner };
}

describe('a scanner that is loaded late', () => {
  test('is loaded once, with what comes first', async () => {
    const { calls, scanner } = noted();
    let loads = 0;
    const lazy = createLazyScanner(() => {
      loads++;
      return Promise.resolve(scanner);
    });
    expect(loads).toBe(0);
    const early = lazy.scan([], { recovered: false }, LISTENER);
    await lazy.warm();
    expect(await early.done).toBe(SUMMARY);
    expect(await lazy.scan([], { recovered: false }, LISTENER).done).toBe(SUMMARY);
    expect([loads, calls]).toEqual([1, ['scan', 'warm', 'scan']]);
  });

  test('passes a cancel on that came before it was there', async () => {
    const { calls, scanner } = noted();
    const handle = createLazyScanner(() => Promise.resolve(scanner)).scan([], { recovered: false }, LISTENER);
    handle.cancel();
    await handle.done;
    expect(calls).toEqual(['scan', 'cancel']);
  });

  test('is ended as soon as it is there when it was ended before', async () => {
    const { calls, scanner } = noted();
    const lazy = createLazyScanner(() => Promise.resolve(scanner));
    const warm = lazy.warm();
    lazy.dispose();
    await warm;
    expect(calls).toEqual(['dispose']);
  });

  test('says that it could not be loaded, and tries again with the next scan', async () => {
    const { scanner } = noted();
    let loads = 0;
    const lazy = createLazyScanner(() =>
      loads++ === 0 ? Promise.reject(new Error('gone')) : Promise.resolve(scanner),
    );
    await expect(lazy.scan([], { recovered: false }, LISTENER).done).rejects.toThrow('gone');
    expect(await lazy.scan([], { recovered: false }, LISTENER).done).toBe(SUMMARY);
  });
});
