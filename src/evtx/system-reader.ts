// The System fields of the record under a cursor, without decoding anything else (F25, F26). What a shape says about
// them (which value, static text, several pieces) is worked out once per shape.

import type { RecordCursor } from '../model/record.ts';
import { ValueType } from '../model/shape.ts';
import type { Leaf, Shape, ValueTable } from '../model/shape.ts';
import { formatValue } from '../model/value-text.ts';
import type { ShapeBank } from './shape-bank.ts';
import { readNumber, readTime, readWord64, word64 } from './system-values.ts';
import { NO_NAME, TextIds } from './text-ids.ts';

const FIELDS = ['providerName', 'channel', 'computer', 'eventId', 'level', 'timeCreated', 'eventRecordId'] as const;
const Field = { Provider: 0, Channel: 1, Computer: 2, EventId: 3, Level: 4, Time: 5, RecordId: 6 } as const;

/** Where a field stands in a shape: a value index, or one of these. */
const ABSENT = -1;
const STATIC = -2;
const SLOW = -3;

interface SystemPlan {
  readonly shape: Shape;
  readonly source: Int32Array;
  /** Static fields: number of the name, or the number that the text stands for. */
  readonly fixed: Float64Array;
}

export class SystemReader {
  readonly providers: TextIds;
  readonly channels: TextIds;
  readonly computers: TextIds;
  /** Numbers in the tables above. */
  provider = NO_NAME;
  channel = NO_NAME;
  computer = NO_NAME;
  /** Low 16 bits; the upper ones of a 32-bit id are qualifiers. 0 when absent. */
  eventId = 0;
  level = 0;
  /** TimeCreated as FILETIME; both 0 when absent. */
  timeHigh = 0;
  timeLow = 0;
  recordIdHigh = 0;
  recordIdLow = 0;

  readonly #bank: ShapeBank;
  readonly #plans: SystemPlan[] = [];
  #generation = 0;
  #plan: SystemPlan | undefined;

  /** @param bank the bank of the cursors that will be read. */
  constructor(bank: ShapeBank, mostNames?: number) {
    this.#bank = bank;
    this.providers = new TextIds(mostNames);
    this.channels = new TextIds(mostNames);
    this.computers = new TextIds(mostNames);
  }

  /** Reads the fields of the cursor's current record. */
  read(cursor: RecordCursor): void {
    this.readLevelAndId(cursor);
    const { values, view, bytes } = cursor;
    const plan = this.#plan!;
    const { source } = plan;
    const { count, type, offset, length } = values;

    let at = source[Field.EventId]!;
    const number =
      at >= 0 && at < count ? readNumber(view, type[at]!, offset[at]!, length[at]!) : this.#other(plan, 3, cursor);
    this.eventId = number < 0 ? 0 : number & 0xffff;

    at = source[Field.Time]!;
    if (at >= 0 && at < count && readTime(view, type[at]!, offset[at]!, length[at]!)) {
      this.timeHigh = word64.high;
      this.timeLow = word64.low;
    } else {
      this.timeHigh = 0;
      this.timeLow = 0;
      if (at < ABSENT && this.#readText(plan, Field.Time, cursor, readTime)) {
        this.timeHigh = word64.high;
        this.timeLow = word64.low;
      }
    }
    at = source[Field.Provider]!;
    this.provider =
      at >= 0 && at < count && type[at] === ValueType.String
        ? this.providers.idOfBytes(bytes, view, offset[at]!, length[at]!)
        : this.#name(plan, Field.Provider, cursor, this.providers);
    at = source[Field.Channel]!;
    this.channel =
      at >= 0 && at < count && type[at] === ValueType.String
        ? this.channels.idOfBytes(bytes, view, offset[at]!, length[at]!)
        : this.#name(plan, Field.Channel, cursor, this.channels);
    at = source[Field.Computer]!;
    this.computer =
      at >= 0 && at < count && type[at] === ValueType.String
        ? this.computers.idOfBytes(bytes, view, offset[at]!, length[at]!)
        : this.#name(plan, Field.Computer, cursor, this.computers);
  }

  /** Reads level and record id only, for whoever knows the rest already. */
  readLevelAndId(cursor: RecordCursor): void {
    const { shape, values, view } = cursor;
    let plan = this.#plan;
    if (plan?.shape !== shape) plan = this.#planOf(shape);
    const { source } = plan;
    const { count, type, offset, length } = values;
    let at = source[Field.Level]!;
    const number =
      at >= 0 && at < count ? readNumber(view, type[at]!, offset[at]!, length[at]!) : this.#other(plan, 4, cursor);
    this.level = number < 0 ? 0 : number & 0xff;
    at = source[Field.RecordId]!;
    if (at >= 0 && at < count && readWord64(view, type[at]!, offset[at]!, length[at]!)) {
      this.recordIdHigh = word64.high;
      this.recordIdLow = word64.low;
    } else {
      this.recordIdHigh = 0;
      this.recordIdLow = 0;
      if (at < ABSENT && this.#readText(plan, Field.RecordId, cursor, readWord64)) {
        this.recordIdHigh = word64.high;
        this.recordIdLow = word64.low;
      }
    }
  }

  #planOf(shape: Shape): SystemPlan {
    if (this.#generation !== this.#bank.generation) {
      this.#generation = this.#bank.generation;
      this.#plans.length = 0;
    }
    let plan = this.#plans[shape.id];
    if (plan?.shape !== shape) {
      plan = this.#makePlan(shape);
      this.#plans[shape.id] = plan;
    }
    this.#plan = plan;
    return plan;
  }

  #makePlan(shape: Shape): SystemPlan {
    const source = new Int32Array(FIELDS.length);
    const fixed = new Float64Array(FIELDS.length);
    FIELDS.forEach((field, number) => {
      const leaf = shape.leaves[shape.system[field]];
      source[number] = leaf === undefined ? ABSENT : sourceOf(leaf);
      if (leaf === undefined || source[number] !== STATIC) return;
      const text = leaf.pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('');
      if (number === Field.Provider) fixed[number] = this.providers.idOfText(text);
      else if (number === Field.Channel) fixed[number] = this.channels.idOfText(text);
      else if (number === Field.Computer) fixed[number] = this.computers.idOfText(text);
      else fixed[number] = /^\d{1,10}$/.test(text) ? Number(text) : -1;
    });
    return { shape, source, fixed };
  }

  /** A small number that is static, in pieces or absent; -1 when there is none. */
  #other(plan: SystemPlan, field: number, cursor: RecordCursor): number {
    const source = plan.source[field]!;
    if (source === STATIC) return plan.fixed[field]!;
    if (source !== SLOW) return -1;
    const text = leafText(plan.shape, field, cursor);
    return /^\d{1,10}$/.test(text) ? Number(text) : -1;
  }

  /** A name that is static, in pieces, of another type than string, or absent. */
  #name(plan: SystemPlan, field: number, cursor: RecordCursor, ids: TextIds): number {
    const source = plan.source[field]!;
    if (source === STATIC) return plan.fixed[field]!;
    if (source === ABSENT || source >= cursor.values.count) return NO_NAME;
    return ids.idOfText(leafText(plan.shape, field, cursor));
  }

  /** Puts a static or composed text through a reader of values. */
  #readText(plan: SystemPlan, field: number, cursor: RecordCursor, read: typeof readTime): boolean {
    const text = leafText(plan.shape, field, cursor);
    const view = new DataView(new ArrayBuffer(2 * text.length));
    for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), true);
    return read(view, ValueType.String, 0, view.byteLength);
  }
}

/** The value a leaf consists of, or how else its text comes about. */
function sourceOf(leaf: Leaf): number {
  const [first] = leaf.pieces;
  if (first === undefined) return ABSENT;
  if (leaf.pieces.length === 1 && first.kind === 'value') {
    return leaf.gates.every((gate) => gate === first.index) ? first.index : SLOW;
  }
  return leaf.gates.length === 0 && leaf.pieces.every((piece) => piece.kind === 'text') ? STATIC : SLOW;
}

/** Text of a System leaf of the current record ('' when it is absent). */
function leafText(shape: Shape, field: number, cursor: RecordCursor): string {
  const leaf = shape.leaves[shape.system[FIELDS[field]!]];
  const { values, bytes, view } = cursor;
  if (leaf === undefined || leaf.gates.some((gate) => isNull(values, gate))) return '';
  let text = '';
  for (const piece of leaf.pieces) {
    if (piece.kind === 'text') text += piece.text;
    else if (!isNull(values, piece.index)) {
      text += formatValue(
        bytes,
        view,
        values.type[piece.index]!,
        values.offset[piece.index]!,
        values.length[piece.index]!,
      );
    }
  }
  return text;
}

function isNull(values: ValueTable, index: number): boolean {
  return index >= values.count || values.type[index] === ValueType.Null;
}
