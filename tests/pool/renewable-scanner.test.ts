import { expect, test } from 'vitest';
import { createRenewableScanner } from '../../src/pool/renewable-scanner.ts';
import type { ScanListener, Scanner, ScanSummary } from '../../src/pool/scanner.ts';

const SUMMARY: ScanSummary = { outcome: 'done', seconds: 0, bytes: 0, records: 0, findings: 0 };
const listener: ScanListener = {
  progress: () => undefined,
  found: () => undefined,
  correlated: () => undefined,
  problem: () => undefined,
  account: () => undefined,
};

function watched() {
  const made: { disposed: number; scans: number; finish: () => void }[] = [];
  const scanner = createRenewableScanner((): Scanner => {
    const state = { disposed: 0, scans: 0, finish: (): void => undefined };
    made.push(state);
    return {
      warm: () => Promise.resolve(),
      scan: () => {
        state.scans++;
        const done = new Promise<ScanSummary>((resolve) => {
          state.finish = () => resolve(SUMMARY);
        });
        return { done, cancel: () => undefined };
      },
      dispose: () => state.disposed++,
    };
  });
  return { scanner, made };
}

test('nothing is made before it is used, and new rules mean a new scanner for the next scan', async () => {
  const { scanner, made } = watched();
  expect(made).toHaveLength(0);
  await scanner.warm();
  scanner.renew();
  expect(made[0]?.disposed).toBe(1);
  scanner.scan([], { recovered: false }, listener);
  expect(made).toHaveLength(2);
  expect(made[1]?.scans).toBe(1);
});

test('a scan that runs keeps its scanner until it is over', async () => {
  const { scanner, made } = watched();
  const handle = scanner.scan([], { recovered: false }, listener);
  scanner.renew();
  expect(made[0]?.disposed).toBe(0);
  scanner.scan([], { recovered: false }, listener);
  expect(made[1]?.scans).toBe(1);
  made[0]?.finish();
  await handle.done;
  await Promise.resolve();
  expect(made[0]?.disposed).toBe(1);
  scanner.dispose();
  expect(made[1]?.disposed).toBe(1);
});
