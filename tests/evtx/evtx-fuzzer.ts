// One fuzz case: mutate a short chunk, read it with everything that reads, and look for what must never happen. Used by a
// seeded test and, for millions of cases, by scripts/fuzz-evtx.ts. The same bank and writers serve all cases, as they
// serve all files of a scan: what one file leaves behind must not reach the next.

import { CarveCursor } from '../../src/evtx/carve/carve-cursor.ts';
import { TemplateLibrary } from '../../src/evtx/carve/template-library.ts';
import { IndexColumns } from '../../src/evtx/index-columns.ts';
import { CHUNK_SIZE, SCRATCH_BYTES } from '../../src/evtx/limits.ts';
import { createRecordCursor, type SliceCursor } from '../../src/evtx/record-cursor.ts';
import { countRecords } from '../../src/evtx/record-count.ts';
import { formatCanonical } from '../../src/evtx/render/canonical.ts';
import { formatEventXml } from '../../src/evtx/render/event-xml.ts';
import { formatEvtxDumpJson } from '../../src/evtx/render/evtx-dump-json.ts';
import { JsonLinesWriter } from '../../src/evtx/render/json-lines-writer.ts';
import { renderEvent } from '../../src/evtx/render/render-event.ts';
import { XmlLinesWriter } from '../../src/evtx/render/xml-lines-writer.ts';
import { ShapeBank } from '../../src/evtx/shape-bank.ts';
import { SystemReader } from '../../src/evtx/system-reader.ts';
import type { ValueTable } from '../../src/model/shape.ts';
import { fuzzInputs, type FuzzInput } from './fuzz-inputs.ts';

/** Bytes of the longest line that a record of 64 KiB may give: a capped tree, every unit escaped, names twice. */
const LONGEST_LINE = 14_000_000;
/** Thread time of one case that is still no runaway, in milliseconds; a case takes well under one. */
const LONGEST_CASE = 2_000;

export interface FuzzOutcome {
  /** What must never happen, in words; empty when all is well. */
  readonly violations: string[];
  readonly records: number;
}

/** Small fast generator of reproducible numbers (mulberry32). */
class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed | 0;
  }
  /** A whole number in [0, bound). */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b_79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * bound);
  }
}

const WORDS = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x2a2a, 27, 28, 512];
const TOKENS = [0, 1, 0x41, 2, 3, 4, 5, 0x45, 6, 0x46, 7, 8, 9, 0x49, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f];
const TYPES = [
  0, 1, 2, 3, 6, 8, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x15, 0x20, 0x21, 0x22, 0x23, 0x81,
  0x8e, 0x93, 0xa1,
];

export class EvtxFuzzer {
  readonly inputs: readonly FuzzInput[];
  readonly #seed: number;
  readonly #bank: ShapeBank;
  readonly #cursor: SliceCursor;
  readonly #system: SystemReader;
  readonly #columns: IndexColumns;
  readonly #json = new JsonLinesWriter();
  readonly #xml = new XmlLinesWriter();
  readonly #library: TemplateLibrary;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** Per input: which records no other record reads from, and the line of every record. */
  readonly #lonely: number[][] = [];
  readonly #lines: ReadonlyMap<number, string>[] = [];
  readonly #buffer = new Uint8Array(2 * CHUNK_SIZE + SCRATCH_BYTES);

  /** @param shapes most shapes of the bank: a small number makes it start over often. */
  constructor(seed: number, shapes: number, inputs: readonly FuzzInput[] = fuzzInputs()) {
    this.inputs = inputs;
    this.#seed = seed;
    this.#bank = new ShapeBank(shapes);
    this.#cursor = createRecordCursor(this.#bank, { torn: true });
    this.#system = new SystemReader(this.#bank);
    this.#columns = new IndexColumns(this.#system);
    this.#library = new TemplateLibrary(this.#bank);
    for (const input of inputs) {
      const lines = linesOf(input.chunk);
      if (lines.size !== input.records.length) throw new Error(`${input.name}: ${lines.size} of its records are read`);
      this.#lines.push(lines);
      this.#lonely.push(lonelyRecords(input));
    }
  }

  /** Runs case `number`. The same seed and number give the same bytes. */
  run(number: number): FuzzOutcome {
    const dice = new Dice(Math.imul(this.#seed ^ 0x9e37_79b9, 0x85eb_ca6b) ^ Math.imul(number + 1, 0xc2b2_ae35));
    const which = dice.below(this.inputs.length);
    const input = this.inputs[which]!;
    const lonely = this.#lonely[which]!;
    const target = lonely.length > 0 && dice.below(2) === 0 ? lonely[dice.below(lonely.length)]! : -1;
    const length = this.#fill(input, target, dice);
    const violations: string[] = [];
    const started = performance.now();
    const startedCpu = process.cpuUsage();
    let records = 0;
    try {
      records = this.#readAll(length, dice, violations, target < 0 ? undefined : { input, which, target });
    } catch (error) {
      violations.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    if (performance.now() - started > LONGEST_CASE) {
      // The machine may have been elsewhere.
      const used = process.cpuUsage(startedCpu);
      if (used.user + used.system > 1e3 * LONGEST_CASE) violations.push(`took ${used.user + used.system} µs`);
    }
    return { violations: violations.map((text) => `case ${number} (${input.name}): ${text}`), records };
  }

  /** Numbers of the records of an input whose damage no other record may notice. */
  lonelyRecords(input: number): readonly number[] {
    return this.#lonely[input]!;
  }

  /** What is found when one record of an input is overwritten, as if that could not touch the others. */
  violationsWhenDamaged(which: number, target: number): string[] {
    const input = this.inputs[which]!;
    const { at, size } = input.records[target]!;
    this.#buffer.set(input.chunk);
    this.#buffer.fill(0xee, at + 24, at + size - 4);
    const violations: string[] = [];
    this.#readAll(input.chunk.length, new Dice(1), violations, { input, which, target });
    return violations;
  }

  /** Puts a mutated input into the buffer; gives its length. With a target, only that record is damaged. */
  #fill(input: FuzzInput, target: number, dice: Dice): number {
    const buffer = this.#buffer;
    buffer.fill(0, input.chunk.length, input.chunk.length + 64);
    buffer.set(input.chunk);
    const view = new DataView(buffer.buffer);
    const { at: from, size } = target < 0 ? { at: 0, size: input.chunk.length } : input.records[target]!;
    const to = from + size;
    const place = (width: number): number => {
      if (target >= 0 || dice.below(4) > 0) return from + dice.below(Math.max(1, size - width));
      // Where it hurts most: heads of records.
      const record = input.records[dice.below(input.records.length)]!;
      return record.at + dice.below(Math.min(80, record.size - width));
    };
    for (let count = 1 + dice.below(dice.below(4) === 0 ? 24 : 4); count > 0; count--) {
      switch (dice.below(9)) {
        case 0:
          buffer[place(1)]! ^= 1 << dice.below(8);
          break;
        case 1:
          buffer[place(1)] = dice.below(256);
          break;
        case 2:
          view.setUint32(place(4), WORDS[dice.below(WORDS.length)]!, true);
          break;
        case 3:
          view.setUint16(place(2), WORDS[dice.below(WORDS.length)]! & 0xffff, true);
          break;
        case 4:
          buffer[place(1)] = TOKENS[dice.below(TOKENS.length)]!;
          break;
        case 5:
          buffer[place(1)] = TYPES[dice.below(TYPES.length)]!;
          break;
        case 6:
          // An offset that leads somewhere in the chunk.
          view.setUint32(place(4), dice.below(input.chunk.length), true);
          break;
        case 7: {
          const at = place(1);
          buffer.fill(dice.below(3) === 0 ? 0xff : 0, at, Math.min(to, at + 1 + dice.below(64)));
          break;
        }
        default: {
          // A piece of the chunk over another one.
          const at = place(1);
          const source = dice.below(input.chunk.length);
          const width = Math.min(1 + dice.below(200), to - at, input.chunk.length - source);
          buffer.copyWithin(at, source, source + width);
          break;
        }
      }
    }
    if (target < 0 && dice.below(16) === 0) return 1 + dice.below(input.chunk.length);
    return input.chunk.length;
  }

  #readAll(
    length: number,
    dice: Dice,
    violations: string[],
    confined: { readonly input: FuzzInput; readonly which: number; readonly target: number } | undefined,
  ): number {
    const cursor = this.#cursor;
    const carver = dice.below(8) === 0 ? new CarveCursor(this.#bank, this.#library) : undefined;
    const seen = new Map<number, string>();
    let records = 0;
    countRecords(new DataView(this.#buffer.buffer), 0, Math.min(length, CHUNK_SIZE));
    cursor.open(this.#buffer, length, 0, 4_096);
    while (cursor.nextChunk()) {
      carver?.collect(cursor, length);
      while (cursor.nextRecord()) {
        records++;
        cursor.resolveInner();
        this.#columns.add(cursor);
        const line = this.#write(cursor, violations);
        if (cursor.recordClass !== 'torn') seen.set(cursor.recordStart, line);
        checkPlaces(cursor, cursor.values, length, violations);
        for (let i = 0; i < cursor.innerCount; i++) checkPlaces(cursor, cursor.inner[i]!.values, length, violations);
        if (dice.below(24) === 0) this.#compareWithTree(cursor, line, violations);
      }
      if (carver === undefined) continue;
      carver.enterChunk(cursor, length);
      while (carver.nextRecord()) {
        records++;
        this.#system.read(carver);
        this.#write(carver, violations);
      }
    }
    if (records > 2 * (length / 28)) violations.push(`${records} records in ${length} bytes`);
    if (cursor.problems.length > 40) violations.push(`${cursor.problems.length} problems of one chunk`);
    if (this.#columns.take().count > records) violations.push('more rows than records');
    if (confined !== undefined) {
      const damaged = confined.input.records[confined.target]!.at;
      for (const [at, line] of this.#lines[confined.which]!) {
        if (at !== damaged && seen.get(at) !== line)
          violations.push(`damage at ${damaged} changed the record at ${at}`);
      }
    }
    return records;
  }

  #write(record: SliceCursor | CarveCursor, violations: string[]): string {
    this.#xml.clear();
    this.#xml.write(record);
    this.#json.clear();
    this.#json.write(record);
    if (this.#xml.length > LONGEST_LINE || this.#json.length > LONGEST_LINE) violations.push('an endless line');
    return this.#decoder.decode(this.#json.peek());
  }

  #compareWithTree(cursor: SliceCursor, json: string, violations: string[]): void {
    const event = renderEvent(cursor);
    formatCanonical(event);
    if (json !== `${formatEvtxDumpJson(event)}\n`)
      violations.push(`JSON differs from the tree at ${cursor.recordStart}`);
    if (this.#decoder.decode(this.#xml.peek()) !== `${formatEventXml(event)}\n`) {
      violations.push(`XML differs from the tree at ${cursor.recordStart}`);
    }
  }
}

function checkPlaces(cursor: SliceCursor, values: ValueTable, scratch: number, violations: string[]): void {
  const end = cursor.recordStart + cursor.recordSize;
  for (let i = 0; i < values.count; i++) {
    const from = values.offset[i]!;
    const to = from + values.length[i]!;
    const isInRecord = from >= cursor.recordStart && to <= end;
    const isInScratch = from >= scratch && to <= scratch + SCRATCH_BYTES;
    if (!isInRecord && !isInScratch)
      violations.push(`value ${i} at ${from}..${to}, record ${cursor.recordStart}..${end}`);
  }
}

/** The JSON line of every record by its place, read with a bank of its own. */
function linesOf(chunk: Uint8Array): Map<number, string> {
  const buffer = new Uint8Array(chunk.length + SCRATCH_BYTES);
  buffer.set(chunk);
  const cursor = createRecordCursor(new ShapeBank());
  const writer = new JsonLinesWriter();
  const lines = new Map<number, string>();
  cursor.open(buffer, chunk.length, 0, 4_096);
  while (cursor.nextChunk()) {
    while (cursor.nextRecord()) {
      cursor.resolveInner();
      writer.clear();
      writer.write(cursor);
      lines.set(cursor.recordStart, new TextDecoder().decode(writer.peek()));
    }
  }
  return lines;
}

/** Records whose bytes no other record needs: without names or templates that others refer to. */
function lonelyRecords(input: FuzzInput): number[] {
  const expected = linesOf(input.chunk);
  const lonely: number[] = [];
  input.records.forEach(({ at, size }, number) => {
    const emptied = input.chunk.slice().fill(0xa5, at + 24, at + size - 4);
    const lines = linesOf(emptied);
    if ([...expected].every(([place, line]) => place === at || lines.get(place) === line)) lonely.push(number);
  });
  return lonely;
}
