// Rows of evidence that was judged before: they must be those that the scan itself gave, or findings and events of a
// case that is opened again do not fit together.

import { expect, test } from 'vitest';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { loadProgram } from '../../src/engine/program.ts';
import type { IndexPart } from '../../src/model/index-part.ts';
import { readSlices } from '../../src/scan/read-slices.ts';
import { createRowReader } from '../../src/scan/row-reader.ts';
import { createSliceScanner } from '../../src/scan/slice-scanner.ts';
import { breakChecksums, breakRecordSignature, cutLastChunk, tearRecord } from '../builders/damage.ts';
import { buildLog } from '../builders/evtx-builder.ts';
import { ruleSetOf } from '../engine/arbitrary-rules.ts';

function log(): Uint8Array {
  const records = Array.from({ length: 200 }, (_, at) => ({
    eventId: at * 7,
    recordId: at + 1,
    computer: `HOST-${at % 3}`,
    channel: at % 2 === 0 ? 'Security' : 'System',
    provider: `Provider ${at % 5}`,
    time: `2024-01-01T00:${String(at % 60).padStart(2, '0')}:00.1234567Z`,
    ...(at % 11 === 0 && { form: 'literal' as const }),
  }));
  return buildLog({ records, recordsPerChunk: 20 });
}

/** Rows with names instead of numbers, which parts give as they like. */
function rowsOf(part: IndexPart): unknown[] {
  const { provider, channel, computer, providers, channels, computers, count, dataOffset, ...columns } = part;
  return Array.from({ length: count }, (_, row) => [
    dataOffset,
    providers[provider[row]!],
    channels[channel[row]!],
    computers[computer[row]!],
    ...Object.values(columns).map((column) => column[row]),
  ]);
}

test.each<readonly [string, (log: Uint8Array) => Uint8Array]>([
  ['sound', (bytes) => bytes],
  ['with wrong checksums', (bytes) => breakChecksums(bytes, 1)],
  ['with a torn record', (bytes) => tearRecord(bytes, 2, 5)],
  ['with a record whose start is gone', (bytes) => breakRecordSignature(bytes, 3, 4)],
  ['that was cut', (bytes) => cutLastChunk(bytes, 30_000)],
])('rows alone are those of a scan: a log %s', async (_, damage) => {
  const blob = new Blob([Uint8Array.from(damage(log()))]);
  const scanner = createSliceScanner({ program: loadProgram(compileProgram(ruleSetOf([], []))) });
  const reader = createRowReader();
  const rows: unknown[] = [];
  const expected: unknown[] = [];
  let records = 0;
  for await (const slice of readSlices(blob, { chunksPerSlice: 3 })) {
    const { index, account } = scanner.scanSlice({ ...slice, recovered: false, index: true });
    expected.push(...rowsOf(index!));
    records += account.recordsRead;
    const read = await reader.readRows(slice);
    rows.push(...rowsOf(read!.index));
    expect(read!.account.recordsRead).toBe(account.recordsRead);
  }
  expect(records).toBeGreaterThan(150);
  expect(rows).toEqual(expected);
});

test('reading rows stops when it is told to', async () => {
  const stop = new AbortController();
  stop.abort();
  for await (const slice of readSlices(new Blob([Uint8Array.from(log())])))
    expect(await createRowReader().readRows(slice, stop.signal)).toBe(undefined);
});
