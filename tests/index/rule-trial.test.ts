import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { loadProgram } from '../../src/engine/program.ts';
import { CHUNK_SIZE, FILE_HEADER_SIZE } from '../../src/evtx/limits.ts';
import type { RuleSet } from '../../src/model/rule-set.ts';
import { withJoinRules } from '../../src/scan/joins/plan-joins.ts';
import { createSliceScanner } from '../../src/scan/slice-scanner.ts';
import { compileRules } from '../../src/sigma/compile-rules.ts';
import { readCoreRules } from '../../scripts/core-rules.ts';
import { buildLog } from '../builders/evtx-builder.ts';
import { bufferOf } from '../builders/read-log.ts';
import { sampleCase } from '../builders/sample-case.ts';
import { arbitraryEvent, arbitraryTemplateEvent } from '../engine/arbitrary-events.ts';
import { arbitraryRuleSet } from '../engine/arbitrary-rules.ts';
import { find, storeOf } from './index-kit.ts';

const RUNS = Number(process.env['WINNOW_FUZZ_RUNS'] ?? 60);

function trialOf(ruleSet: RuleSet) {
  const { ruleSet: joined, plan } = withJoinRules(ruleSet);
  const routes = ruleSet.rules.flatMap((rule) => (rule.kind === 'event' ? rule.routes : []));
  return { program: compileProgram(joined, plan?.numbers), routes };
}

/** Places (`file:offset`) of the records that a scan finds something in. */
function scanned(ruleSet: RuleSet, logs: readonly Uint8Array[]): string[] {
  const scanner = createSliceScanner({ program: loadProgram(compileProgram(generating(ruleSet))) });
  return logs
    .flatMap((log, file) => {
      const { bytes, length } = bufferOf(log);
      const chunkCount = Math.ceil(length / CHUNK_SIZE);
      const slice = { bytes, byteLength: length, chunkCount, firstChunk: 0, fileOffset: FILE_HEADER_SIZE };
      const { rows } = scanner.scanSlice({ ...slice, recovered: false });
      return [...new Set(rows.map(({ offset }) => `${file}:${offset}`))];
    })
    .sort();
}

/** Also the rules that are only counted: a trial shows what they match. */
function generating(ruleSet: RuleSet): RuleSet {
  return { ...ruleSet, rules: ruleSet.rules.map((rule) => ({ ...rule, generates: true })) };
}

async function tried(ruleSet: RuleSet, logs: readonly Uint8Array[]): Promise<string[]> {
  const store = storeOf(logs);
  const view = await find(store, { rules: trialOf(ruleSet) });
  const rows = await store.loadRows(view.rows(0, store.columns.count), []);
  return rows.map(({ file, offset }) => `${file}:${offset}`).sort();
}

test('rules tried on the index find the records that a scan with them finds', async () => {
  await fc.assert(
    fc.asyncProperty(
      arbitraryRuleSet,
      fc.array(fc.oneof(arbitraryEvent, arbitraryTemplateEvent), { minLength: 1, maxLength: 12 }),
      async (ruleSet, records) => {
        const log = buildLog({ records });
        expect(await tried(ruleSet, [log])).toEqual(scanned(ruleSet, [log]));
      },
    ),
    { numRuns: RUNS },
  );
});

describe('core rules tried on the logs of the sample case', () => {
  const logs = [...sampleCase().values()];
  const files = readCoreRules(fileURLToPath(new URL('../../', import.meta.url)));
  const { ruleSet } = compileRules(files);

  test('find what a scan finds, all together', async () => {
    const places = scanned(ruleSet, logs);
    expect(places.length).toBeGreaterThan(3);
    expect(await tried(ruleSet, logs)).toEqual(places);
  });

  test('each by itself reads no more than the records of its kinds', async () => {
    const store = storeOf(logs);
    let hits = 0;
    for (const rule of ruleSet.rules.filter(({ kind }) => kind === 'event').slice(0, 120)) {
      const alone = { ...ruleSet, rules: [rule] };
      const view = await find(store, { rules: trialOf(alone) });
      expect(view.progress.matched).toBe(scanned(alone, logs).length);
      hits += view.progress.matched;
    }
    expect(hits).toBeGreaterThan(0);
    const nothing = await find(store, { rules: { ...trialOf(ruleSet), routes: [] } });
    expect(nothing.progress).toMatchObject({ matched: 0, bytesTotal: 0, isComplete: true });
  });
});
