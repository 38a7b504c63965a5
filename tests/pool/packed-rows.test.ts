// Rows for joins and correlations as bytes: nothing of them changes on the way.

import { describe, expect, test } from 'vitest';
import { emptyFileAccount } from '../../src/model/coverage.ts';
import {
  packCorrelationPart,
  packReport,
  unpackCorrelationParts,
  unpackJoinParts,
} from '../../src/pool/packed-rows.ts';
import type { SliceReport } from '../../src/pool/protocol.ts';

const TEXTS = ['', 'HOST-1', 'ü', '\ud800 half a character', '\0"\\', 'a'.repeat(1_001)];
const report: SliceReport = {
  start: 0,
  byteLength: 0,
  rows: [],
  account: emptyFileAccount(),
  problems: [],
  kinds: [],
  correlation: undefined,
};

describe('packed rows', () => {
  test.each([0, 1, 2, 3, 4, 5])('for correlations come out as they went in, with %i texts more', (more) => {
    const dictionary = [...TEXTS, ...Array.from({ length: more }, (_, at) => 'x'.repeat(at))];
    const blocks = [
      { rule: 7, rows: Uint32Array.of(1, 2, 0xffff_ffff) },
      { rule: 2 ** 20, rows: new Uint32Array(0) },
      { rule: 0, rows: Uint32Array.of(9) },
    ];
    const parts = [{ rank: 3, rows: { dictionary, blocks } }];
    expect([...unpackCorrelationParts(parts.map(packCorrelationPart))]).toEqual(parts);
    const { correlation } = packReport({ ...report, correlation: parts[0]!.rows });
    expect([...unpackCorrelationParts([{ rank: 3, rows: correlation! }])]).toEqual(parts);
  });

  test('for joins come out as they went in, and none is nothing', () => {
    const rows = { texts: TEXTS, sets: [[], [1, 2, 3]], rows: Uint32Array.of(1, 0, 5) };
    const { joins } = packReport({ ...report, joins: rows });
    expect([...unpackJoinParts([{ rank: 1, rows: joins! }])]).toEqual([{ rank: 1, rows }]);
    expect(packReport({ ...report, joins: { ...rows, rows: new Uint32Array(0) } }).joins).toBeUndefined();
  });
});
