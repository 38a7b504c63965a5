// A few thousand cases of the fuzzer behind scripts/fuzz-evtx.ts, always the same ones, and a proof that it would notice.

import { describe, expect, test } from 'vitest';
import { EvtxFuzzer } from './evtx-fuzzer.ts';
import { shortChunk } from './fuzz-inputs.ts';
import { buildLog } from '../builders/evtx-builder.ts';

const seed = 20_240_607;
const CASES = 2_000;

describe('mutated chunks', () => {
  test(`seed ${seed}: ${CASES} cases end, throw nothing, stay in bounds and in their record, and lines equal the tree`, () => {
    // Few shapes, so that the bank starts over now and then.
    const fuzzer = new EvtxFuzzer(seed, 500);
    let records = 0;
    const violations: string[] = [];
    for (let number = 0; number < CASES; number++) {
      const outcome = fuzzer.run(number);
      records += outcome.records;
      violations.push(...outcome.violations);
    }
    expect(violations).toEqual([]);
    expect(records).toBeGreaterThan(3 * CASES);
  });

  test('the same seed and number give the same case', () => {
    const records = (fuzzer: EvtxFuzzer): number[] => Array.from({ length: 40 }, (_, i) => fuzzer.run(100 + i).records);
    expect(records(new EvtxFuzzer(seed, 500))).toEqual(records(new EvtxFuzzer(seed, 500)));
  });

  test('a record that others need is never taken for one whose damage stays its own', () => {
    const log = buildLog({ records: Array.from({ length: 6 }, () => ({ data: [['A', 'x']] as const })) });
    const input = shortChunk('one template', log.subarray(4_096), 60_000)!;
    // The first record holds the template and the names of all six.
    const fuzzer = new EvtxFuzzer(seed, 500, [input]);
    expect(fuzzer.lonelyRecords(0)).toEqual([1, 2, 3, 4, 5]);
    expect(fuzzer.violationsWhenDamaged(0, 0).length).toBeGreaterThan(0);
    expect(fuzzer.violationsWhenDamaged(0, 3)).toEqual([]);
  });
});
