import { describe, expect, test } from 'vitest';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { loadProgram } from '../../src/engine/program.ts';
import { SCRATCH_BYTES } from '../../src/evtx/limits.ts';
import { createSliceScanner } from '../../src/scan/slice-scanner.ts';
import { hasShared } from '../corpus/shared.ts';
import { compileFolders, logNames, readLog, SIGMAHQ } from '../engine/sigma-corpus.ts';
import { scanWithJoins } from './scan-with-joins.ts';

const CHUNK = 65_536;

describe.skipIf(!hasShared)('joins over the logs of ../shared', () => {
  test('take nothing away from what the rules find alone, and mark what they add', async () => {
    const ruleSet = compileFolders(SIGMAHQ);
    const scanner = createSliceScanner({ program: loadProgram(compileProgram(ruleSet)) });
    let found = 0;
    let added = 0;
    for (const name of logNames()) {
      const log = readLog(name);
      if (log.length <= 4_096) continue;
      const byteLength = log.length - 4_096;
      const bytes = new Uint8Array(byteLength + SCRATCH_BYTES);
      bytes.set(log.subarray(4_096));
      const chunkCount = Math.ceil(byteLength / CHUNK);
      const slice = { bytes, byteLength, chunkCount, firstChunk: 0, fileOffset: 4_096, recovered: false };
      const alone = scanner.scanSlice(slice).rows.map(({ offset, rule }) => `0 ${offset} ${rule}`);
      const { lines, problems } = await scanWithJoins(ruleSet, [log]);
      expect(problems, name).toEqual([]);
      expect(
        lines.filter((line) => !line.includes('<')),
        name,
      ).toEqual(alone);
      found += alone.length;
      added += lines.length - alone.length;
    }
    expect(found).toBeGreaterThan(1_000);
    expect(added).toBeGreaterThan(0);
  }, 120_000);
});
