import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IntegrityWatch, integrityProblems, joinIntegrity } from '../../src/evtx/integrity.ts';
import type { IntegrityPart } from '../../src/evtx/integrity.ts';
import { createRecordCursor } from '../../src/evtx/record-cursor.ts';
import { ShapeBank } from '../../src/evtx/shape-bank.ts';
import { SystemReader } from '../../src/evtx/system-reader.ts';
import { buildLog } from '../builders/evtx-builder.ts';
import type { EventSpec } from '../builders/evtx-builder.ts';
import { SCRATCH_BYTES } from '../../src/evtx/limits.ts';

/** Facts of a log read in slices of so many chunks. */
function partsOf(log: Uint8Array, chunksPerSlice: number): IntegrityPart[] {
  const bank = new ShapeBank();
  const system = new SystemReader(bank);
  const watch = new IntegrityWatch();
  const cursor = createRecordCursor(bank);
  const parts: IntegrityPart[] = [];
  for (let at = 4_096; at < log.length; at += chunksPerSlice * 65_536) {
    const slice = log.subarray(at, at + chunksPerSlice * 65_536);
    const bytes = new Uint8Array(slice.length + SCRATCH_BYTES);
    bytes.set(slice);
    cursor.open(bytes, slice.length, (at - 4_096) / 65_536, at);
    while (cursor.nextChunk()) {
      while (cursor.nextRecord()) {
        system.read(cursor);
        watch.add(cursor, system);
      }
    }
    parts.push(watch.take());
  }
  return parts;
}

const codesOf = (records: readonly EventSpec[]): string[] =>
  integrityProblems(joinIntegrity(partsOf(buildLog({ records, recordsPerChunk: 4 }), 1))).map(
    ({ code, severity, count }) => `${code} ${severity} ${count}`,
  );

const ids = (...list: number[]): EventSpec[] => list.map((recordId) => ({ recordId }));

describe('integrity account', () => {
  test('a log in order has no problem', () => {
    expect(codesOf(ids(1, 2, 3, 4, 5, 6, 7, 8, 9))).toEqual([]);
  });

  test('missing record ids are counted, within chunks and between them', () => {
    expect(codesOf(ids(1, 2, 5, 6, 9, 10))).toEqual(['record-id-gap warning 2']);
    const facts = joinIntegrity(partsOf(buildLog({ records: ids(1, 2, 5, 6, 9, 10), recordsPerChunk: 4 }), 1));
    expect(facts.headerIds).toMatchObject({ gaps: 2, missing: 4, firstGapAfter: 2 });
  });

  test('F25 gaps that only the events have are an export, not a loss', () => {
    const records = [4, 9, 12].map((recordId, number) => ({ recordId, headerId: number + 1 }));
    expect(codesOf(records)).toEqual(['record-id-gap info 2']);
  });

  test('F7 the one step back of a circular log is no problem', () => {
    expect(codesOf(ids(9, 10, 11, 12, 5, 6, 7, 8))).toEqual([]);
  });

  test('ids that go back otherwise are a problem', () => {
    expect(codesOf(ids(1, 2, 3, 2, 3, 4))).toEqual(['record-id-regression warning 1']);
    expect(codesOf(ids(5, 3, 4, 1, 2))).toContain('record-id-regression warning 2');
  });

  test('a clock that goes back is counted with its largest step', () => {
    const times = ['10:00:00', '10:00:05', '09:00:05', '09:00:06', '09:00:05.5', '08:59:00'];
    const records = times.map((time) => ({ time: `2024-05-01T${time}Z` }));
    const facts = joinIntegrity(partsOf(buildLog({ records }), 1));
    expect(facts.clockSteps).toBe(2);
    expect(Math.round(facts.largestStep)).toBe(3_600);
    expect(codesOf(records)).toEqual(['clock-backwards info 2']);
  });

  test('slicing and the order of parts change nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(30), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 5 }),
        (list, chunks) => {
          const log = buildLog({ records: list.map((recordId) => ({ recordId })), recordsPerChunk: 3 });
          const whole = joinIntegrity(partsOf(log, 100));
          expect(joinIntegrity(partsOf(log, chunks).reverse())).toEqual(whole);
        },
      ),
      { seed: 20240503, numRuns: 60 },
    );
  });
});
