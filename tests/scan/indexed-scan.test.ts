import { afterAll, expect, test } from 'vitest';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { createInlineScanner } from '../../src/pool/inline-scanner.ts';
import { createScanCore } from '../../workers/scan-core.ts';
import { buildLog } from '../builders/evtx-builder.ts';
import { ruleSetOf } from '../engine/arbitrary-rules.ts';

const scanner = createInlineScanner({
  createCore: createScanCore,
  loadProgram: () => Promise.resolve(compileProgram(ruleSetOf([], []))),
  workers: 2,
});
afterAll(() => scanner.dispose());

test('a scan hands on a row for every record, once, and only to a listener that asks for rows', async () => {
  const records = Array.from({ length: 300 }, (_, i) => ({ eventId: i, computer: `HOST-${i % 3}` }));
  const blob = new Blob([buildLog({ records, recordsPerChunk: 20 }) as Uint8Array<ArrayBuffer>]);
  const seen: string[] = [];
  const listener = {
    progress: () => undefined,
    found: () => undefined,
    correlated: () => undefined,
    problem: () => undefined,
    account: () => undefined,
  };
  await scanner.scan(
    [{ number: 4, path: 'a.evtx', blob }],
    { recovered: false },
    {
      ...listener,
      indexed: (file, part) => {
        for (let i = 0; i < part.count; i++)
          seen.push(`${file} ${part.eventId[i]!} ${part.recordIdLow[i]!} ${part.computers[part.computer[i]!]!}`);
      },
    },
  ).done;
  expect(seen.sort()).toEqual(records.map(({ eventId, computer }) => `4 ${eventId} ${eventId + 1} ${computer}`).sort());
  await scanner.scan([{ number: 4, path: 'a.evtx', blob }], { recovered: false }, listener).done;
});
