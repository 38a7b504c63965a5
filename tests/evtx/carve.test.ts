import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ValueType } from '../../src/model/shape.ts';
import { CarveCursor } from '../../src/evtx/carve/carve-cursor.ts';
import { RecordKeys } from '../../src/evtx/carve/record-keys.ts';
import { TemplateLibrary } from '../../src/evtx/carve/template-library.ts';
import { FILE_HEADER_SIZE } from '../../src/evtx/limits.ts';
import { createRecordCursor } from '../../src/evtx/record-cursor.ts';
import { formatCanonical } from '../../src/evtx/render/canonical.ts';
import { formatEvtxDumpJson } from '../../src/evtx/render/evtx-dump-json.ts';
import { JsonLinesWriter } from '../../src/evtx/render/json-lines-writer.ts';
import { renderEvent } from '../../src/evtx/render/render-event.ts';
import { ShapeBank } from '../../src/evtx/shape-bank.ts';
import { SystemReader } from '../../src/evtx/system-reader.ts';
import { breakChunkMagic, recordOffset, recordSize, setFreeOffset } from '../builders/damage.ts';
import { buildLog, chunkOffset, type EventSpec } from '../builders/evtx-builder.ts';
import { bufferOf, forEachRecord } from '../builders/read-log.ts';

interface Recovered {
  readonly tree: string;
  readonly source: string;
  readonly damaged: boolean;
  readonly chunk: number;
}

/** Recovers what a log has outside its records, as the command line does it. */
function carve(
  log: Uint8Array,
  library?: TemplateLibrary,
  bank = new ShapeBank(),
): { found: Recovered[]; carver: CarveCursor; allocated: string[] } {
  const cursor = createRecordCursor(bank);
  const carver = new CarveCursor(bank, library ?? new TemplateLibrary(bank));
  const { bytes, length } = bufferOf(log);
  cursor.open(bytes, length, 0, FILE_HEADER_SIZE);
  while (cursor.nextChunk()) carver.collect(cursor, length);
  const found: Recovered[] = [];
  const allocated: string[] = [];
  cursor.open(bytes, length, 0, FILE_HEADER_SIZE);
  while (cursor.nextChunk()) {
    while (cursor.nextRecord()) allocated.push(formatCanonical(renderEvent(cursor)));
    carver.enterChunk(cursor, length);
    while (carver.nextRecord()) {
      const { event, templateSource, damaged, chunkNumber } = carver;
      found.push({ tree: formatCanonical(event), source: templateSource, damaged, chunk: chunkNumber });
      expect(formatCanonical(renderEvent(carver))).toBe(formatCanonical(event));
      const writer = new JsonLinesWriter();
      writer.write(carver);
      expect(new TextDecoder().decode(writer.peek())).toBe(`${formatEvtxDumpJson(event)}\n`);
      expect(carver.recordClass).toBe('recovered');
    }
  }
  return { found, carver, allocated };
}

function treesOf(log: Uint8Array): string[] {
  const trees: string[] = [];
  forEachRecord(log, (cursor) => trees.push(formatCanonical(renderEvent(cursor))));
  return trees;
}

const events = (count: number, more: Partial<EventSpec> = {}): EventSpec[] =>
  Array.from({ length: count }, (_, i) => ({
    eventId: 4_000 + (i % 3),
    data: [
      ['Index', i],
      ['Text', `value ${i}`],
    ],
    ...more,
  }));

/** The log with the free-space offset of a chunk moved back to before record `keep`. */
function unallocate(log: Uint8Array, chunk: number, keep: number): Uint8Array {
  return setFreeOffset(log, chunk, recordOffset(log, chunk, keep) - chunkOffset(chunk));
}

/** The log with the GUIDs of all template definitions of a chunk overwritten. */
function forgetTemplates(log: Uint8Array, chunk: number): Uint8Array {
  const out = log.slice();
  const start = chunkOffset(chunk);
  const view = new DataView(out.buffer);
  for (let at = start + 512; at + 10 < start + 65_536; at++) {
    if (out[at] !== 0x0c || out[at + 1] !== 1) continue;
    const definition = view.getUint32(at + 6, true);
    if (definition + 24 < 65_536 && view.getUint32(start + definition + 4, true) === view.getUint32(at + 2, true)) {
      view.setUint32(start + definition + 4, 0, true);
    }
  }
  return out;
}

describe('recovered records', () => {
  test('behind the free-space offset come back with the templates of their chunk (F64)', () => {
    const log = buildLog({ records: events(12) });
    const all = treesOf(log);
    const { found, allocated } = carve(unallocate(log, 0, 4));
    expect(allocated).toEqual(all.slice(0, 4));
    expect(found.map(({ tree }) => tree)).toEqual(all.slice(4));
    expect(found.every(({ source, damaged }) => source === 'in-chunk-template' && !damaged)).toBe(true);
  });

  test('of every form come back: bare instances, bare elements, template-less', () => {
    for (const more of [{ embed: '0c' }, { embed: 'elements' }, { form: 'literal' }] as const) {
      const log = buildLog({ records: events(6, more) });
      const all = treesOf(log);
      expect(carve(unallocate(log, 0, 2)).found.map(({ tree }) => tree)).toEqual(all.slice(2));
    }
  });

  test('in a slot without its chunk header come back (F14, F64)', () => {
    const log = buildLog({ records: events(30), recordsPerChunk: 10 });
    const all = treesOf(log);
    const { found } = carve(breakChunkMagic(log, 1));
    expect(found.map(({ tree }) => tree)).toEqual(all.slice(10, 20));
    expect(found.every(({ chunk }) => chunk === 1)).toBe(true);
  });

  test('whose definitions are gone are read with those of another chunk of the file', () => {
    const log = buildLog({ records: events(30), recordsPerChunk: 10 });
    const all = treesOf(log);
    const { found } = carve(forgetTemplates(breakChunkMagic(log, 1), 1));
    expect(found.map(({ tree }) => tree)).toEqual(all.slice(10, 20));
    expect(found.every(({ source }) => source === 'same-file-template')).toBe(true);
  });

  test('of a file that has no such template any more are read with the library of the case, also from bytes', () => {
    const bank = new ShapeBank();
    const known = buildLog({ records: events(3) });
    const lost = forgetTemplates(breakChunkMagic(buildLog({ records: events(9) }), 0), 0);
    const empty = carve(lost, new TemplateLibrary(bank), bank);
    expect(empty.found).toEqual([]);
    expect(empty.carver.withoutTemplate).toBe(9);

    const library = new TemplateLibrary(bank);
    library.addAll(carve(known, undefined, bank).carver.fileTemplates);
    const other = new ShapeBank();
    const imported = new TemplateLibrary(other);
    expect(imported.importBytes(library.exportBytes())).toBe(library.size);
    for (const [one, its] of [
      [library, bank],
      [imported, other],
    ] as const) {
      const { found } = carve(lost, one, its);
      expect(found.map(({ tree }) => tree)).toEqual(treesOf(buildLog({ records: events(9) })));
      expect(found.every(({ source }) => source === 'template-library')).toBe(true);
    }
  });

  test('survive a bank that starts over: the library compiles its templates again', () => {
    const bank = new ShapeBank(0);
    const log = buildLog({ records: events(30), recordsPerChunk: 10 });
    const { found } = carve(forgetTemplates(breakChunkMagic(log, 1), 1), undefined, bank);
    expect(found).toHaveLength(10);
    expect(bank.overflows).toBeGreaterThan(0);
  });

  test('are recognised as copies of allocated ones (F66)', () => {
    const bank = new ShapeBank();
    const system = new SystemReader(bank);
    const keys = new RecordKeys();
    const read = (log: Uint8Array, visit: () => void): void => {
      forEachRecord(
        log,
        (cursor) => {
          system.read(cursor);
          visit();
        },
        { bank },
      );
    };
    const log = buildLog({ records: events(3_000) });
    read(log, () => expect(keys.add(system)).toBe(true));
    expect(keys.size).toBe(3_000);
    read(log, () => expect(keys.has(system)).toBe(true));
    read(log, () => expect(keys.add(system)).toBe(false));
    read(
      buildLog({
        records: [
          { recordId: 1, computer: 'OTHER' },
          { recordId: 99_999 },
          { recordId: 1, time: '2020-01-01T00:00:00Z' },
        ],
      }),
      () => {
        expect(keys.has(system)).toBe(false);
      },
    );
  });
});

describe('what is not taken for a record', () => {
  const slack = (record: EventSpec): { found: Recovered[] } =>
    carve(unallocate(buildLog({ records: [{}, record] }), 0, 1));

  test('an event without a time of our days, without System, with masses of control characters', () => {
    expect(slack({ time: '2024-01-01T00:00:00Z' }).found).toHaveLength(1);
    expect(slack({ time: '1999-12-31T23:59:59Z' }).found).toEqual([]);
    expect(slack({ time: '2101-01-01T00:00:00Z' }).found).toEqual([]);
    expect(slack({ data: [['A', '\u0001\u0002'.repeat(20)]] }).found).toEqual([]);
    const body: EventSpec = {
      body: (writer) => {
        writer.element({ name: 'Event', content: ['no System'] }, false);
        writer.end();
      },
    };
    expect(slack(body).found).toEqual([]);
  });

  test('a few odd characters mark a record as damaged', () => {
    expect(slack({ data: [['A', 'x\u000fy']] }).found).toMatchObject([{ damaged: true }]);
    expect(slack({ data: [['A', { type: ValueType.UInt32, bytes: Uint8Array.of(1, 2) }]] }).found).toMatchObject([
      { damaged: true },
    ]);
  });

  test('a record whose template, element sizes or names were overwritten', () => {
    const log = buildLog({ records: [{ data: [['A', 'x']] }, { data: [['A', 'y']] }], recordsPerChunk: 1 });
    const original = unallocate(log, 1, 0);
    expect(carve(original).found).toHaveLength(1);
    const start = recordOffset(log, 1, 0);
    const view = new DataView(original.buffer);
    const definition = chunkOffset(1) + view.getUint32(start + 24 + 4 + 6, true);
    const element = definition + 24 + (original[definition + 24] === 0x0f ? 4 : 0);
    for (const [what, at] of [
      ['first element size', element + 3],
      ['first name hash', element + 3 + 4 + 4 + 4],
    ] as const) {
      const damaged = original.slice();
      damaged[at]! ^= 0x55;
      // Chunk 0 still has the same templates: the record comes back through them, not through the damaged one.
      expect(
        carve(damaged).found.map(({ source }) => source),
        what,
      ).toEqual(['same-file-template']);
      const alone = damaged.slice();
      alone.fill(0, chunkOffset(0), chunkOffset(1));
      expect(carve(alone).found, what).toEqual([]);
    }
  });

  test('overlapping candidates stop at a budget, and the shortfall is reported', () => {
    const log = buildLog({ records: [{}, {}] });
    const start = recordOffset(log, 0, 1);
    const crafted = unallocate(log, 0, 1);
    const view = new DataView(crafted.buffer);
    const end = chunkOffset(1);
    // Record heads every 64 bytes, each with a size that reaches one of the copies at the end.
    for (let at = start + recordSize(log, start); at + 4_096 < end; at += 64) {
      view.setUint32(at, 0x2a2a, true);
      const size = 40_000;
      if (at + size > end) break;
      view.setUint32(at + 4, size, true);
      view.setUint32(at + size - 4, size, true);
    }
    const { carver } = carve(crafted);
    expect(carver.problems.map(({ code }) => code)).toEqual(['limit-reached']);
  });

  test('random damage never throws and never gives an event that is no event', () => {
    const log = unallocate(buildLog({ records: events(20) }), 0, 3);
    const whole = carve(log).found.length;
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.integer({ min: FILE_HEADER_SIZE + 512, max: FILE_HEADER_SIZE + 14_000 }),
            fc.integer({ min: 0, max: 255 }),
          ),
          { minLength: 1, maxLength: 30 },
        ),
        (changes) => {
          const mutated = log.slice();
          for (const [at, value] of changes) mutated[at] = value;
          const { found } = carve(mutated);
          expect(found.length).toBeLessThanOrEqual(whole + 3);
          for (const { tree } of found) expect(tree).toMatch(/^\["Event",.*\["System",/);
        },
      ),
      { seed: 20_240_604, verbose: true, numRuns: 150 },
    );
  });
});

describe('a template library', () => {
  test('refuses foreign bytes and takes only sound definitions', () => {
    const bank = new ShapeBank();
    const library = carve(buildLog({ records: events(3) }), undefined, bank).carver.fileTemplates;
    expect(library.size).toBeGreaterThan(0);
    const bytes = library.exportBytes();
    expect(new TemplateLibrary(bank).importBytes(bytes.slice(0, 8))).toBe(undefined);
    expect(new TemplateLibrary(bank).importBytes(new Uint8Array(100))).toBe(undefined);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
        fc.nat(bytes.length),
        (changes, length) => {
          const mutated = bytes.slice(0, length);
          for (const [at, value] of changes) if (at < length) mutated[at] = value;
          const target = new TemplateLibrary(bank);
          const sound = target.importBytes(mutated);
          expect(sound ?? 0).toBeLessThanOrEqual(library.size);
        },
      ),
      { seed: 20_240_605, verbose: true },
    );
  });

  test('does not choose between two structures under one id', () => {
    const guid = '11111111-2222-3333-4444-555555555555';
    const bank = new ShapeBank();
    const logWith = (name: string): Uint8Array =>
      buildLog({
        records: [
          {
            body: (writer) => {
              writer.fragmentHeader();
              writer.instance({ guid, root: { name, content: [{ sub: 0, type: ValueType.String }] } }, [
                { type: ValueType.String, value: 'x' },
              ]);
              writer.end();
            },
          },
        ],
      });
    const library = new TemplateLibrary(bank);
    library.addAll(carve(logWith('A'), undefined, bank).carver.fileTemplates);
    expect(library.find(0x1111_1111, 1)?.names).toEqual(['A']);
    expect(library.find(0x1111_1111, 0)).toBe(undefined);
    library.addAll(carve(logWith('LongerName'), undefined, bank).carver.fileTemplates);
    expect(library.find(0x1111_1111, 1)).toBe(undefined);
  });
});
