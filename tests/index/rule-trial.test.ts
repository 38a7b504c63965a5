import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { listRoutes } from '../../src/engine/list-routes.ts';
import { loadProgram } from '../../src/engine/program.ts';
import { CHUNK_SIZE, FILE_HEADER_SIZE } from '../../src/evtx/limits.ts';
import type { SearchProgress } from '../../src/model/event-search.ts';
import type { RuleSet } from '../../src/model/rule-set.ts';
import { createInlineScanner } from '../../src/pool/inline-scanner.ts';
import { formatJoinPlan } from '../../src/pool/join-plan-json.ts';
import type { CorrelationHit } from '../../src/pool/scanner.ts';
import { withJoinRules } from '../../src/scan/joins/plan-joins.ts';
import { createSliceScanner } from '../../src/scan/slice-scanner.ts';
import { compileRules } from '../../src/sigma/compile-rules.ts';
import { createEventCore } from '../../workers/event-core.ts';
import { createScanCore } from '../../workers/scan-core.ts';
import { createSearchCore } from '../../workers/search-core.ts';
import { readCoreRules } from '../../scripts/core-rules.ts';
import { buildLog } from '../builders/evtx-builder.ts';
import { bufferOf } from '../builders/read-log.ts';
import { sampleCase } from '../builders/sample-case.ts';
import { arbitraryEvent, arbitraryTemplateEvent } from '../engine/arbitrary-events.ts';
import { arbitraryRuleSet } from '../engine/arbitrary-rules.ts';
import { compileForScan, logonRules } from '../builders/logon-rules.ts';
import { BY_TIME, find, storeOf } from './index-kit.ts';

const RUNS = Number(process.env['WINNOW_FUZZ_RUNS'] ?? 60);

function trialOf(ruleSet: RuleSet) {
  const { ruleSet: joined, plan } = withJoinRules(ruleSet);
  const program = compileProgram(joined, plan?.numbers);
  return { program, routes: listRoutes(program) };
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

describe('rules over several records, tried on the index', () => {
  /** What a scan and a trial of the same documents complete: correlations with their records, and records found by joins. */
  async function both(text: string, logs: readonly Uint8Array[]) {
    const { ruleSet, correlations } = compileForScan(text);
    const { ruleSet: joinedSet, plan } = withJoinRules(ruleSet);
    const program = compileProgram(joinedSet, plan?.numbers);
    const joins = formatJoinPlan(plan);
    const blobs = logs.map((log) => new Blob([log as Uint8Array<ArrayBuffer>]));
    const scanner = createInlineScanner({
      createCore: createScanCore,
      loadProgram: () => Promise.resolve(program),
      loadCorrelations: () => Promise.resolve(correlations),
      loadJoins: () => Promise.resolve(joins),
    });
    const hits: CorrelationHit[] = [];
    const found = new Set<string>();
    const core = createEventCore(createSearchCore(), createSearchCore());
    blobs.forEach((blob, number) => core.addFile(number, `log-${number}.evtx`, blob));
    await scanner.scan(
      blobs.map((blob, number) => ({ number, path: `log-${number}.evtx`, blob })),
      { recovered: false },
      {
        ...{ progress: () => undefined, problem: () => undefined, account: () => undefined },
        found: ({ file, rows }) => rows.forEach(({ offset }) => found.add(`${file}:${offset}`)),
        correlated: (more) => hits.push(...more),
        indexed: (file, part) => core.add(file, part),
      },
    ).done;
    scanner.dispose();
    const rules = { program, routes: listRoutes(program), correlations, joins };
    const progress = await new Promise<SearchProgress>((resolve) => {
      core.search(1, { query: '', sort: BY_TIME, rules }, (each, isOver) => isOver && resolve(each));
    });
    const groups = await core.groups(1, 0, 100);
    const rows = await core.rows(1, 0, 1_000, []);
    return { hits, found: [...found].sort(), progress, groups, rows: placesIn(rows) };
  }
  const placesIn = (rows: readonly { readonly file: number; readonly offset: number }[]): string[] =>
    rows.map(({ file, offset }) => `${file}:${offset}`).sort();
  const failed = (count: number, computer: string, from = 0) =>
    Array.from({ length: count }, (_, at) => ({
      ...{ channel: 'Security', provider: 'Microsoft-Windows-Security-Auditing', eventId: 4_625, computer },
      ...{ recordId: from + at + 1, data: [['TargetUserName', `user-${at}`]] as [string, string][] },
    }));

  test('complete the groups that a scan completes, over files and chunks, with the records behind them', async () => {
    const logs = [
      buildLog({ records: [...failed(5, 'HOST-1'), ...failed(2, 'HOST-2')], recordsPerChunk: 2 }),
      buildLog({ records: failed(3, 'HOST-2', 100) }),
    ];
    const { hits, progress, groups, found, rows } = await both(logonRules(4), logs);
    expect(hits.length).toBeGreaterThan(1);
    expect(progress).toMatchObject({ matched: 10, groups: hits.length, isComplete: true });
    expect(rows).toEqual(found.filter((place) => rows.includes(place)));
    expect(groups.map(({ rule, groupBy, count, rows: of }) => ({ rule, groupBy, count, rows: placesIn(of) }))).toEqual(
      hits.map(({ rule, groupBy, count, records }) => ({ rule, groupBy, count, rows: placesIn(records) })),
    );
    expect(groups.map(({ groupBy }) => groupBy[0])).toContainEqual(['Computer', 'HOST-2']);
  });

  test('find what a scan finds in fields of the parent process', async () => {
    const text = `title: A child of the spooler
id: 00000000-0000-4000-8000-000000000003
status: test
logsource: { product: windows, category: process_creation }
detection:
  child: { ParentCommandLine|contains: spool }
  condition: child
level: low
`;
    const created = (recordId: number, id: string, command: string, parent: string) => ({
      ...{ channel: 'Security', provider: 'Microsoft-Windows-Security-Auditing', eventId: 4_688, computer: 'HOST-1' },
      recordId,
      data: [
        ['NewProcessId', id],
        ['NewProcessName', 'C:\\Windows\\System32\\cmd.exe'],
        ['CommandLine', command],
        ['ProcessId', parent],
      ] as [string, string][],
    });
    const log = buildLog({ records: [created(1, '0x10', 'spool me', '0x4'), created(2, '0x20', 'cmd', '0x10')] });
    const { found, rows, progress } = await both(text, [log]);
    expect(found).toHaveLength(1);
    expect(rows).toEqual(found);
    expect(progress).toMatchObject({ matched: 1, groups: 0, isComplete: true });
  });
});
