import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { loadProgram } from '../../src/engine/program.ts';
import type { FieldKey } from '../../src/model/field-key.ts';
import { packTemplates, templateKey, unpackTemplates } from '../../src/model/template-bank.ts';
import { ValueType } from '../../src/model/shape.ts';
import { breakChunkMagic } from '../builders/damage.ts';
import { overwriteTemplates, unallocate } from '../builders/deleted-records.ts';
import { buildLog, chunkOffset, type EventSpec } from '../builders/evtx-builder.ts';
import { ANY_ROUTE, eventRule, ruleSetOf } from '../engine/arbitrary-rules.ts';
import { countOf, recoverLogs, type Recovery } from './recover-logs.ts';

const image = 'image' as FieldKey;
const cmdRule = ruleSetOf(
  [{ kind: 'literal', field: image, anchor: 'contains', text: 'cmd', cased: false }],
  [eventRule({ op: 'test', predicate: 0 }, [ANY_ROUTE])],
);
const program = loadProgram(compileProgram(cmdRule));

const events = (count: number, more: Partial<EventSpec> = {}): EventSpec[] =>
  Array.from({ length: count }, (_, i) => ({
    channel: 'Security',
    computer: 'HOST',
    data: [['Image', `C:\\cmd.exe ${i}`]],
    ...more,
  }));

/** `id how`, by log and offset. */
const listOf = ({ found }: Recovery): string[] =>
  found.map(({ row }) => `${row.recordId} ${row.recovered?.template ?? row.recordClass}`);

describe('a scan with recovery', () => {
  test('judges deleted records and marks them with how they were read', () => {
    const log = unallocate(buildLog({ records: events(5) }), 0, 3);
    const { found, account } = recoverLogs(program, [log]);
    expect(found.map(({ row }) => [row.recordId, row.recordClass, row.recovered])).toEqual([
      ['1', 'allocated', undefined],
      ['2', 'allocated', undefined],
      ['3', 'allocated', undefined],
      ['4', 'recovered', { template: 'same-chunk' }],
      ['5', 'recovered', { template: 'same-chunk' }],
    ]);
    expect(account).toMatchObject({ recordsRead: 3, recordsRecovered: 2 });
    expect(listOf(recoverLogs(program, [log], { recovered: false }))).toEqual([
      '1 allocated',
      '2 allocated',
      '3 allocated',
    ]);
  });

  test('judges only deleted records when asked for nothing else, and reports nothing else', () => {
    const log = breakChunkMagic(unallocate(buildLog({ records: events(9), recordsPerChunk: 3 }), 0, 1), 1);
    const { found, account, problems } = recoverLogs(program, [log], { recovered: 'only' });
    expect(found.map(({ row }) => row.recordId)).toEqual(['2', '3', '4', '5', '6']);
    expect(account).toMatchObject({ bytes: 0, chunksUsed: 0, chunksBad: 0, recordsRead: 0, recordsRecovered: 5 });
    expect(problems).toEqual([]);
  });

  test('reads chunks that lost their header, with the templates of the file', () => {
    const log = buildLog({ records: events(9), recordsPerChunk: 3 });
    expect(listOf(recoverLogs(program, [breakChunkMagic(log.slice(), 1)])).slice(3, 6)).toEqual([
      '4 same-chunk',
      '5 same-chunk',
      '6 same-chunk',
    ]);
    const lost = breakChunkMagic(overwriteTemplates(log, 1), 1);
    expect(listOf(recoverLogs(program, [lost])).slice(3, 6)).toEqual(['4 same-file', '5 same-file', '6 same-file']);
  });

  test('reads with templates of chunks and files that come later', () => {
    const log = buildLog({ records: events(6), recordsPerChunk: 3 });
    const first = breakChunkMagic(overwriteTemplates(log, 0), 0);
    expect(listOf(recoverLogs(program, [first])).slice(0, 3)).toEqual(['1 same-file', '2 same-file', '3 same-file']);
    const lost = breakChunkMagic(overwriteTemplates(buildLog({ records: events(3) }), 0), 0);
    const alone = recoverLogs(program, [lost]);
    expect(alone.found).toEqual([]);
    expect(countOf(alone.problems, 'recovered-template-unknown')).toBe(3);
    const known = buildLog({ records: [{ data: [['Image', 'x']] }] });
    expect(listOf(recoverLogs(program, [lost, known]))).toEqual(['1 other-file', '2 other-file', '3 other-file']);
  });

  test('reads with a bank of templates from an earlier scan, which grows', () => {
    const lost = breakChunkMagic(overwriteTemplates(buildLog({ records: events(3) }), 0), 0);
    const { grownBank } = recoverLogs(program, [buildLog({ records: [{ data: [['Image', 'x']] }] })]);
    expect(unpackTemplates(grownBank)?.length).toBeGreaterThan(0);
    const second = recoverLogs(program, [lost], { bank: grownBank });
    expect(listOf(second)).toEqual(['1 bank', '2 bank', '3 bank']);
    // Nothing is lost from a bank, and nothing is in it twice.
    const keysOf = (bank: Uint8Array): string[] => (unpackTemplates(bank) ?? []).map((one) => templateKey(one));
    const other = recoverLogs(program, [buildLog({ records: [{ form: 'literal' }, { eventId: 2, level: 3 }] })], {
      bank: grownBank,
    });
    expect(keysOf(other.grownBank)).toEqual(expect.arrayContaining(keysOf(grownBank)));
    expect(new Set(keysOf(other.grownBank)).size).toBe(keysOf(other.grownBank).length);
  });

  test('leaves out copies of allocated records of the same file, wherever these stand', () => {
    const chunk = buildLog({ records: events(3) }).slice(chunkOffset(0));
    const log = new Uint8Array(chunkOffset(0) + 2 * chunk.length);
    log.set(buildLog({ records: events(3) }));
    log.set(chunk, chunkOffset(1));
    const stale = breakChunkMagic(log.slice(), 0);
    expect(listOf(recoverLogs(program, [stale]))).toEqual(['1 allocated', '2 allocated', '3 allocated']);
    expect(recoverLogs(program, [stale], { chunksPerSlice: 1 }).account.recordsRecovered).toBe(0);
    // Of another file they are something that was deleted here.
    const deleted = breakChunkMagic(buildLog({ records: events(3) }), 0);
    expect(listOf(recoverLogs(program, [buildLog({ records: events(3) }), deleted])).slice(3)).toEqual([
      '1 same-chunk',
      '2 same-chunk',
      '3 same-chunk',
    ]);
  });

  test.each<[string, Partial<EventSpec>]>([
    ['computer', { computer: 'OTHER' }],
    ['channel', { channel: 'System' }],
    ['record id', { recordId: 77 }],
    ['time', { time: '2024-02-03T04:05:06Z' }],
  ])('takes a record with another %s for no copy', (_what, more) => {
    const records: EventSpec[] = [
      { ...events(1)[0]!, recordId: 1, time: '2024-01-01T00:00:00Z' },
      { ...events(1)[0]!, recordId: 1, time: '2024-01-01T00:00:00Z', ...more },
    ];
    expect(recoverLogs(program, [unallocate(buildLog({ records }), 0, 1)]).account.recordsRecovered).toBe(1);
    const copies = [records[0]!, records[0]!];
    expect(recoverLogs(program, [unallocate(buildLog({ records: copies }), 0, 1)]).account.recordsRecovered).toBe(0);
  });

  test('counts records that were overwritten in part, and founds nothing on them', () => {
    const broken: EventSpec = {
      data: [
        ['Image', 'C:\\cmd.exe'],
        ['Number', { type: ValueType.UInt32, bytes: Uint8Array.of(1, 2) }],
      ],
    };
    const log = unallocate(buildLog({ records: [...events(1), broken, ...events(1)] }), 0, 1);
    const { found, account, problems } = recoverLogs(program, [log], { recovered: 'only' });
    expect(found.map(({ row }) => row.recordId)).toEqual(['3']);
    expect(account.recordsRecovered).toBe(2);
    expect(problems).toMatchObject([{ code: 'recovered-damaged', severity: 'info', count: 1 }]);
  });

  test('finds the same however logs are cut, in whatever order, by however many workers', () => {
    const arbitraryLog = fc
      .tuple(
        fc.array(fc.record({ recordId: fc.integer({ min: 1, max: 9 }), eventId: fc.integer({ min: 1, max: 3 }) }), {
          minLength: 4,
          maxLength: 16,
        }),
        fc.array(fc.constantFrom('keep', 'unallocate', 'headerless', 'templateless'), { minLength: 4, maxLength: 4 }),
      )
      .map(([facts, fates]) => {
        const records = facts.map((fact) => ({ ...events(1)[0]!, time: '2024-01-01T00:00:00Z', ...fact }));
        const log = buildLog({ records, recordsPerChunk: 4 });
        for (let chunk = 0; chunk < Math.ceil(records.length / 4); chunk++) {
          const fate = fates[chunk];
          if (fate === 'unallocate') unallocate(log, chunk, 0);
          if (fate === 'templateless') overwriteTemplates(log, chunk);
          if (fate === 'headerless' || fate === 'templateless') breakChunkMagic(log, chunk);
        }
        return log;
      });
    fc.assert(
      fc.property(fc.array(arbitraryLog, { minLength: 1, maxLength: 3 }), (logs) => {
        const whole = recoverLogs(program, logs, { chunksPerSlice: 64 });
        for (const options of [
          { chunksPerSlice: 1 },
          { chunksPerSlice: 3 },
          { chunksPerSlice: 1, backwards: true },
          { chunksPerSlice: 64, backwards: true },
        ]) {
          const cut = recoverLogs(program, logs, options);
          expect(cut.found).toEqual(whole.found);
          expect(cut.account).toEqual(whole.account);
          expect(cut.grownBank).toEqual(whole.grownBank);
          for (const code of ['recovered-damaged', 'recovered-template-unknown'] as const) {
            expect(countOf(cut.problems, code)).toBe(countOf(whole.problems, code));
          }
        }
        // What the logs hold themselves is not touched by reading what they hold no more.
        const plain = recoverLogs(program, logs, { recovered: false });
        expect(whole.found.filter(({ row }) => row.recordClass !== 'recovered')).toEqual(plain.found);
        expect({ ...whole.account, recordsRecovered: 0 }).toEqual(plain.account);
      }),
      { seed: 20_241_124, numRuns: 25 },
    );
  });
});

describe('a bank of templates', () => {
  test('gives back what was put in, and refuses what is none', () => {
    const definitions = [new Uint8Array(24).fill(1), new Uint8Array(1_000).fill(2)];
    const bank = packTemplates(definitions);
    expect(unpackTemplates(bank)).toEqual(definitions);
    expect(unpackTemplates(new Uint8Array(100))).toBe(undefined);
    expect(unpackTemplates(bank.slice(0, 11))).toBe(undefined);
  });

  test('that was cut or changed gives whole definitions or none', () => {
    const bank = packTemplates([new Uint8Array(30), new Uint8Array(40), new Uint8Array(50)]);
    fc.assert(
      fc.property(fc.nat(bank.length), fc.nat(bank.length - 1), fc.nat(255), (length, at, value) => {
        const mutated = bank.slice();
        mutated[at] = value;
        for (const definition of unpackTemplates(mutated.subarray(0, length)) ?? []) {
          expect(definition.length).toBeGreaterThanOrEqual(24);
          expect(definition.length).toBeLessThanOrEqual(bank.length);
        }
      }),
      { seed: 20_241_125 },
    );
  });
});
