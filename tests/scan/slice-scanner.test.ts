import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { loadProgram } from '../../src/engine/program.ts';
import { filetimeOfUnixMilliseconds } from '../../src/base/filetime.ts';
import type { FieldKey } from '../../src/model/field-key.ts';
import type { CorrelationRule, Predicate, RuleSet } from '../../src/model/rule-set.ts';
import { SCRATCH_BYTES } from '../../src/evtx/limits.ts';
import { createSliceScanner, type Slice, type SliceScanner } from '../../src/scan/slice-scanner.ts';
import { buildLog, type EventSpec } from '../builders/evtx-builder.ts';
import { breakChunkMagic, tearRecord } from '../builders/damage.ts';
import { hasShared } from '../corpus/shared.ts';
import { arbitraryEvent } from '../engine/arbitrary-events.ts';
import { ANY_ROUTE, arbitraryRuleSet, eventRule, ruleSetOf } from '../engine/arbitrary-rules.ts';
import { compileFolders, logNames, readLog, SIGMAHQ } from '../engine/sigma-corpus.ts';

const CHUNK = 65_536;

function* slicesOf(log: Uint8Array, chunksPerSlice: number, recovered = false): Generator<Slice> {
  const bytes = new Uint8Array(chunksPerSlice * CHUNK + SCRATCH_BYTES);
  for (let at = 4_096; at < log.length; at += chunksPerSlice * CHUNK) {
    const part = log.subarray(at, at + chunksPerSlice * CHUNK);
    bytes.set(part);
    yield {
      bytes,
      byteLength: part.length,
      chunkCount: Math.ceil(part.length / CHUNK),
      firstChunk: Math.floor(at / CHUNK),
      fileOffset: at,
      recovered,
    };
  }
}

function scannerOf(ruleSet: RuleSet): SliceScanner {
  return createSliceScanner({ program: loadProgram(compileProgram(ruleSet)) });
}

/** One line per finding, as offsets and rules. */
function findings(scanner: SliceScanner, log: Uint8Array, chunksPerSlice: number): string[] {
  const lines: string[] = [];
  for (const slice of slicesOf(log, chunksPerSlice)) {
    for (const row of scanner.scanSlice(slice).rows)
      lines.push(`${row.offset} ${row.rule} ${row.recordId} ${row.time}`);
  }
  return lines;
}

const image = 'image' as FieldKey;
const contains = (text: string, field = image): Predicate => ({
  kind: 'literal',
  field,
  anchor: 'contains',
  text,
  cased: false,
});
const cmdRule = ruleSetOf([contains('cmd')], [eventRule({ op: 'test', predicate: 0 }, [ANY_ROUTE])]);

const wholeLog = (log: Uint8Array): Slice => slicesOf(log, Math.ceil(log.length / CHUNK) + 1).next().value as Slice;

describe('a slice scanner', () => {
  test('gives rows with all facts of the record, by offset and rule', () => {
    const ruleSet = ruleSetOf(
      [contains('cmd')],
      [
        eventRule({ op: 'test', predicate: 0 }, [ANY_ROUTE], 'a'),
        eventRule({ op: 'test', predicate: 0 }, [ANY_ROUTE], 'b'),
      ],
    );
    const record: EventSpec = {
      channel: 'Security',
      provider: 'Maker',
      eventId: 4688,
      computer: 'HOST',
      recordId: 17,
      time: '2024-05-06T07:08:09.1234567Z',
      data: [['Image', 'C:\\cmd.exe']],
    };
    const log = buildLog({ records: [{ data: [['Image', 'x']] }, record, { ...record, recordId: 18 }] });
    const { rows, account, kinds } = scannerOf(ruleSet).scanSlice(wholeLog(log));
    expect(rows.map((row) => [row.rule, row.recordId])).toEqual([
      [0, '17'],
      [1, '17'],
      [0, '18'],
      [1, '18'],
    ]);
    const { event, offset, size, ...facts } = rows[0]!;
    expect(facts).toEqual({
      rule: 0,
      recordClass: 'allocated',
      recordId: '17',
      time: '2024-05-06T07:08:09.1234567Z',
      channel: 'Security',
      provider: 'Maker',
      eventId: 4688,
      computer: 'HOST',
    });
    expect(new DataView(log.buffer).getUint32(offset, true)).toBe(0x2a2a);
    expect(new DataView(log.buffer).getUint32(offset + 4, true)).toBe(size);
    expect(event).toBe(rows[1]!.event);
    expect(event[0]).toBe('Event');
    expect(account.recordsRead).toBe(3);
    expect(kinds.find((kind) => kind.eventId === 4688)).toMatchObject({
      computer: 'HOST',
      channel: 'Security',
      count: 2,
      first: '2024-05-06T07:08:09.1234567Z',
      fieldsFilled: ['image'],
    });
  });

  test('finds the same however a log is cut and whatever was scanned before', () => {
    fc.assert(
      fc.property(arbitraryRuleSet, fc.array(arbitraryEvent, { minLength: 3, maxLength: 12 }), (ruleSet, records) => {
        const log = buildLog({ records, recordsPerChunk: 2 });
        const scanner = scannerOf(ruleSet);
        const whole = findings(scannerOf(ruleSet), log, 64);
        expect(findings(scanner, log, 1)).toEqual(whole);
        expect(findings(scanner, log, 3)).toEqual(whole);
        expect(findings(scanner, log, 64)).toEqual(whole);
        const forgetful = createSliceScanner({ program: loadProgram(compileProgram(ruleSet)), limits: { names: 0 } });
        expect(findings(forgetful, log, 1)).toEqual(whole);
      }),
      { numRuns: 40 },
    );
  });

  test('adds up accounts and kinds of its slices to those of the whole', () => {
    const records = Array.from({ length: 20 }, (_, i) => ({ eventId: i % 3, data: [['Image', `cmd ${i}`]] as const }));
    const log = breakChunkMagic(tearRecord(buildLog({ records, recordsPerChunk: 4 }), 1, 2), 3);
    const total = (chunks: number): { read: number; torn: number; bad: number; count: number; problems: number } => {
      const scanner = scannerOf(cmdRule);
      const sum = { read: 0, torn: 0, bad: 0, count: 0, problems: 0 };
      for (const slice of slicesOf(log, chunks)) {
        const { account, kinds, problems } = scanner.scanSlice(slice);
        sum.read += account.recordsRead;
        sum.torn += account.recordsTorn;
        sum.bad += account.chunksBad;
        sum.problems += problems.length;
        for (const kind of kinds) sum.count += kind.count;
      }
      return sum;
    };
    expect(total(1)).toEqual(total(64));
    expect(total(64)).toMatchObject({ torn: 1, bad: 1 });
    expect(total(64).count).toBe(total(64).read);
  });

  test('pauses while it works and gives nothing once it is aborted', async () => {
    const records = Array.from({ length: 4_000 }, (_, i) => ({
      data: [['Image', `cmd ${i} ${'x'.repeat(400)}`]] as const,
    }));
    const log = buildLog({ records });
    const scanner = scannerOf(cmdRule);
    const abort = new AbortController();
    let turns = 0;
    const ticking = setInterval(() => turns++, 1);
    const done = await scanner.scanSliceInSteps(wholeLog(log), abort.signal);
    expect(done?.rows).toEqual(scannerOf(cmdRule).scanSlice(wholeLog(log)).rows);
    expect(turns).toBeGreaterThan(0);
    const scan = scanner.scanSliceInSteps(wholeLog(log), abort.signal);
    abort.abort();
    expect(await scan).toBeUndefined();
    clearInterval(ticking);
    expect(await scanner.scanSliceInSteps(wholeLog(log), abort.signal)).toBeUndefined();
    expect(scanner.scanSlice(wholeLog(log)).rows).toHaveLength(4_000);
  });

  test('judges only events of a time range when it has one, and events without a time always', () => {
    const at = (text: string): { high: number; low: number } => filetimeOfUnixMilliseconds(Date.parse(text));
    const program = loadProgram(compileProgram(cmdRule));
    const timeRange = { from: at('2024-01-02T00:00:00Z'), to: at('2024-01-03T00:00:00Z') };
    const times = [
      '2024-01-01T23:59:59.9999999Z',
      '2024-01-02T00:00:00Z',
      '2024-01-03T00:00:00Z',
      '2024-01-03T00:00:00.0000001Z',
    ];
    const log = buildLog({ records: times.map((time) => ({ time, data: [['Image', 'cmd']] as const })) });
    const { rows, kinds } = createSliceScanner({ program, timeRange }).scanSlice(wholeLog(log));
    expect(rows.map((row) => row.time)).toEqual(['2024-01-02T00:00:00.0000000Z', '2024-01-03T00:00:00.0000000Z']);
    expect(kinds.reduce((sum, kind) => sum + kind.count, 0)).toBe(2);
  });

  test('emits correlation rows with the fields of the source, and no findings for rules that only feed correlations', () => {
    const base = { ...eventRule({ op: 'test', predicate: 0 }, [ANY_ROUTE], 'base'), generates: false };
    const correlation: CorrelationRule = {
      kind: 'correlation',
      info: base.info,
      type: 'event_count',
      rules: [0],
      groupBy: [{ label: 'user', fieldOf: ['user' as FieldKey] }],
      timespan: 60_000,
      conditions: [{ compare: 'gte', value: 2 }],
      valueFields: [],
      percentile: undefined,
      generates: true,
    };
    const ruleSet: RuleSet = { ...ruleSetOf([contains('cmd')], []), rules: [base, correlation] };
    const log = buildLog({
      records: [
        {
          data: [
            ['Image', 'cmd'],
            ['User', 'bob'],
          ],
          recordId: 5,
          channel: 'Security',
          computer: 'HOST',
        },
        {
          data: [
            ['Image', 'x'],
            ['User', 'eve'],
          ],
        },
        { data: [['Image', 'cmd']], recordId: 2n ** 33n + 7n, channel: 'Security', computer: 'HOST' },
      ],
    });
    const scanner = scannerOf(ruleSet);
    const { rows, correlation: found } = scanner.scanSlice(wholeLog(log));
    expect(rows).toEqual([]);
    expect(found?.dictionary).toEqual(['', 'HOST', 'Security', 'bob']);
    const [block] = found?.blocks ?? [];
    expect(block?.rule).toBe(0);
    expect([...(block?.rows.subarray(4, 9) ?? [])]).toEqual([0, 5, 1, 2, 3]);
    expect([...(block?.rows.subarray(13) ?? [])]).toEqual([2, 7, 1, 2, 0]);
    expect(scanner.scanSlice(wholeLog(log)).correlation).toEqual(found);
  });

  test('marks records from unallocated space and neither counts nor correlates them', () => {
    const records = Array.from({ length: 6 }, (_, i) => ({ data: [['Image', `cmd ${i}`]] as const }));
    const log = buildLog({ records });
    // The chunk was reused up to its third record: the others are left over behind the free-space offset.
    const view = new DataView(log.buffer, log.byteOffset);
    let at = 4_096 + 512;
    for (let i = 0; i < 3; i++) at += view.getUint32(at + 4, true);
    view.setUint32(4_096 + 48, at - 4_096, true);
    const slice = wholeLog(log);
    const { rows, account, kinds } = scannerOf(cmdRule).scanSlice({ ...slice, recovered: true });
    expect(rows.map((row) => row.recordClass)).toEqual([
      'allocated',
      'allocated',
      'allocated',
      'recovered',
      'recovered',
      'recovered',
    ]);
    expect(account).toMatchObject({ recordsRead: 3, recordsRecovered: 3 });
    expect(kinds.reduce((sum, kind) => sum + kind.count, 0)).toBe(3);
    expect(scannerOf(cmdRule).scanSlice(slice).rows).toHaveLength(3);
  });
});

describe.skipIf(!hasShared)('over every real log (needs ../shared)', () => {
  test('the findings have one hash however the logs are cut', () => {
    const ruleSet = compileFolders(SIGMAHQ);
    const program = loadProgram(compileProgram(ruleSet));
    const hashOf = (chunks: number): { hash: string; count: number } => {
      const scanner = createSliceScanner({ program });
      const lines: string[] = [];
      for (const name of logNames()) {
        const log = readLog(name);
        const file = createHash('sha256').update(log).digest('hex').slice(0, 16);
        for (const line of findings(scanner, log, chunks)) lines.push(`${file} ${line}`);
      }
      return { hash: createHash('sha256').update(lines.sort().join('\n')).digest('hex'), count: lines.length };
    };
    const whole = hashOf(64);
    expect(hashOf(1)).toEqual(whole);
    expect(hashOf(3)).toEqual(whole);
    expect(whole.count).toBeGreaterThan(1_000);
  }, 240_000);
});
