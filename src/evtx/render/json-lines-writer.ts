// Writes records as JSON Lines of dialect A, as UTF-8 bytes straight from shapes and values (json-program.ts). What has
// no program, or meets a value that its program does not foresee (arrays, text in place of a fragment), is rendered as
// a tree and formatted by evtx-dump-json.ts: both ways give the same bytes. Long for one thing: the operation switch.

import type { InnerRoot } from '../../model/record.ts';
import { ValueType, type Shape, type ValueTable } from '../../model/shape.ts';
import { forEachArrayItem } from '../../model/value-array.ts';
import { formatValue } from '../../model/value-text.ts';
import { formatJsonString } from './dialect-value.ts';
import { formatEvtxDumpJson } from './evtx-dump-json.ts';
import { JsonOutput } from './json-output.ts';
import { compileJsonProgram, EmptyForm, JsonOp, segmentOf, type JsonProgram } from './json-program.ts';
import { MAX_EVENT_COST, MAX_EVENT_DEPTH, renderEventWithin, type RecordView } from './render-event.ts';

const COMMA = 44;
const QUOTE = 34;
const OPEN = 123;
const CLOSE = 125;
/** A line longer than this is rendered as a tree, which has a cap; low enough that no shorter line would meet it. */
const MAX_LINE = 250_000;

const LEAF_ATTRIBUTES = segmentOf('{"#attributes":{');
const OBJECT_ATTRIBUTES = segmentOf('"#attributes":{');
const TEXT_MEMBER = segmentOf('"#text":');
const DATA_MEMBER = segmentOf('"Data":{"#text":');

const encoder = new TextEncoder();

export class JsonLinesWriter {
  /** Records that went the slow way, for reports. */
  slowRecords = 0;

  readonly #out = new JsonOutput();
  readonly #programs = new WeakMap<Shape, JsonProgram | 'none'>();
  #record: RecordView | undefined;
  #limit = 0;

  /** Bytes written and not yet taken. */
  get length(): number {
    return this.#out.at;
  }

  /** The bytes written so far. The view is valid until the next write; `clear` frees the space. */
  peek(): Uint8Array {
    return this.#out.bytes.subarray(0, this.#out.at);
  }

  clear(): void {
    this.#out.at = 0;
  }

  /**
   * Writes a record, whose embedded fragments are resolved, and a line end. False when the event was cut at
   * MAX_EVENT_COST.
   */
  write(record: RecordView): boolean {
    const out = this.#out;
    const start = out.at;
    this.#record = record;
    out.source = record.bytes;
    out.sourceView = record.view;
    this.#limit = start + MAX_LINE;
    out.reserve(2);
    out.bytes[out.at++] = OPEN;
    const program = this.#program(record.shape);
    if (program !== undefined && this.#member(program, record.values, -1, program.depth)) {
      out.reserve(2);
      out.bytes[out.at - 1] = CLOSE;
      out.bytes[out.at++] = 10;
      return true;
    }
    out.at = start;
    this.slowRecords++;
    const { event, complete } = renderEventWithin(record, MAX_EVENT_COST);
    const line = encoder.encode(`${formatEvtxDumpJson(event)}\n`);
    out.reserve(line.length);
    out.bytes.set(line, out.at);
    out.at += line.length;
    return complete;
  }

  #program(shape: Shape): JsonProgram | undefined {
    let program = this.#programs.get(shape);
    if (program === undefined) {
      program = compileJsonProgram(shape) ?? 'none';
      this.#programs.set(shape, program);
    }
    return program === 'none' ? undefined : program;
  }

  /**
   * Writes `"name":value,` of a fragment; false when it has to be rendered as a tree. `depth` counts the elements down
   * to the deepest of this fragment and bounds the nesting.
   */
  #member(program: JsonProgram, values: ValueTable, root: number, depth: number): boolean {
    if (depth > MAX_EVENT_DEPTH) return false;
    const out = this.#out;
    const { steps, segments } = program;
    const { count, type: types, offset: offsets, length: lengths } = values;
    let attributesStart = 0;
    for (let step = 0; step < steps.length; step += 4) {
      const a = steps[step + 1]!;
      const b = steps[step + 2]!;
      const c = steps[step + 3]!;
      if (out.at > this.#limit) return false;
      switch (steps[step]!) {
        case JsonOp.Bytes:
          out.segment(segments[a]!);
          break;
        case JsonOp.Value: {
          if (c >= 0) out.segment(segments[c]!);
          const length = a < count ? lengths[a]! : 0;
          const type = length > 0 ? types[a]! : ValueType.Null;
          if (type === ValueType.Null) out.empty(b);
          else if (!out.scalar(type, offsets[a]!, length, b, true)) return false;
          break;
        }
        case JsonOp.Mixed:
          if (!this.#scalar(program, values, a, b, c)) return false;
          break;
        case JsonOp.LeafAttributes:
          out.segment(LEAF_ATTRIBUTES);
          attributesStart = out.at;
          break;
        case JsonOp.ObjectAttributes:
          out.segment(OBJECT_ATTRIBUTES);
          attributesStart = out.at;
          break;
        case JsonOp.AttributeValue: {
          const length = b < count ? lengths[b]! : 0;
          if (length === 0 || types[b] === ValueType.Null) break;
          const before = out.at;
          out.segment(program.keys[a]!);
          const valueStart = out.at;
          if (!out.scalar(types[b]!, offsets[b]!, length, EmptyForm.EmptyString, true)) return false;
          if (out.isEmptyString(valueStart)) out.at = before;
          break;
        }
        case JsonOp.Attribute:
          if (!this.#attribute(program, values, a, b, c)) return false;
          break;
        case JsonOp.EndLeaf:
          if (out.at === attributesStart) {
            out.at -= LEAF_ATTRIBUTES.length;
            if (!this.#scalar(program, values, a, b, EmptyForm.Null)) return false;
          } else {
            out.closeMember();
            if (!this.#textMember(program, values, a, b)) return false;
            out.closeMember();
          }
          break;
        case JsonOp.EndAttributes:
          if (out.at === attributesStart) {
            out.at -= OBJECT_ATTRIBUTES.length;
          } else {
            out.closeMember();
          }
          break;
        case JsonOp.Text:
          if (!this.#textMember(program, values, a, b)) return false;
          break;
        case JsonOp.Close:
          out.reserve(2);
          if (out.bytes[out.at - 1] === COMMA) out.at--;
          out.bytes[out.at++] = CLOSE;
          out.bytes[out.at++] = COMMA;
          break;
        case JsonOp.Embed:
          if (!this.#embed(values, root, a, program.siblings[b]!, depth)) return false;
          break;
        case JsonOp.SkipWithoutRoot: {
          const found = this.#rootIn(values, root, a);
          if (found === undefined) return false;
          if (found === null) step = b - 4;
          break;
        }
        case JsonOp.Jump:
          step = a - 4;
          break;
        case JsonOp.DataList:
          if (!this.#dataList(program, values, a, b)) return false;
          break;
      }
    }
    return true;
  }

  /** The fragment in a value; null when it holds none, undefined when it holds something else or several. */
  #rootIn(values: ValueTable, parent: number, index: number): { root: InnerRoot; number: number } | null | undefined {
    if (isEmpty(values, index)) return null;
    if (values.type[index] !== ValueType.BinXml) return undefined;
    const { inner, innerCount } = this.#record!;
    let found: { root: InnerRoot; number: number } | null = null;
    for (let number = parent + 1; number < innerCount; number++) {
      const root = inner[number]!;
      if (root.parent !== parent || root.valueIndex !== index) continue;
      if (found !== null) return undefined;
      found = { root, number };
    }
    return found;
  }

  #embed(values: ValueTable, parent: number, index: number, siblings: ReadonlySet<string>, depth: number): boolean {
    const found = this.#rootIn(values, parent, index);
    if (found === undefined) return false;
    if (found === null) return true;
    const program = this.#program(found.root.shape);
    if (program === undefined || siblings.has(program.rootName)) return false;
    return this.#member(program, found.root.values, found.number, depth + program.depth);
  }

  #attribute(program: JsonProgram, values: ValueTable, key: number, start: number, end: number): boolean {
    const out = this.#out;
    for (let i = start; i < end; i++) {
      if (program.optional[i] === 1 && isNull(values, program.pieces[i]!)) return true;
    }
    const before = out.at;
    out.segment(program.keys[key]!);
    const valueStart = out.at;
    if (!this.#scalar(program, values, start, end, EmptyForm.EmptyString)) return false;
    // An attribute that is empty is left out.
    if (out.isEmptyString(valueStart)) out.at = before;
    return true;
  }

  #textMember(program: JsonProgram, values: ValueTable, start: number, end: number): boolean {
    const out = this.#out;
    const before = out.at;
    out.segment(TEXT_MEMBER);
    const valueStart = out.at;
    if (!this.#scalar(program, values, start, end, EmptyForm.EmptyString)) return false;
    if (out.isEmptyString(valueStart)) out.at = before;
    return true;
  }

  /** Writes pieces [start, end) as one scalar and a comma. */
  #scalar(program: JsonProgram, values: ValueTable, start: number, end: number, empty: number): boolean {
    const out = this.#out;
    let present = 0;
    let last = -1;
    for (let i = start; i < end; i++) {
      const piece = program.pieces[i]!;
      if (piece >= 0 && isNull(values, piece)) continue;
      present++;
      last = piece;
    }
    if (present === 0) return out.empty(empty);
    if (present === 1 && last >= 0) return this.#value(values, last, empty);
    out.reserve(1);
    out.bytes[out.at++] = QUOTE;
    const textStart = out.at;
    for (let i = start; i < end; i++) {
      const piece = program.pieces[i]!;
      if (piece < 0) out.segment(program.texts[-piece - 1]!);
      else if (!this.#mixedPiece(values, piece)) return false;
    }
    if (out.at === textStart) {
      out.at--;
      return out.empty(empty);
    }
    out.reserve(2);
    out.bytes[out.at++] = QUOTE;
    out.bytes[out.at++] = COMMA;
    return true;
  }

  /** Content of a value among others in one text: canonical, because the tree keeps no mark for a part of a text. */
  #mixedPiece(values: ValueTable, index: number): boolean {
    const out = this.#out;
    if (isEmpty(values, index)) return true;
    const type = values.type[index]!;
    if (type === ValueType.BinXml || (type & ValueType.Array) !== 0) return false;
    // Half a surrogate pair at the end of one piece can meet its other half in the next: leave strings to the tree.
    const text = formatValue(out.source, out.sourceView, type, values.offset[index]!, values.length[index]!);
    if (/[\ud800-\udfff]/.test(text)) return false;
    out.segment(segmentOf(formatJsonString(text).slice(1, -1)));
    return true;
  }

  /** Writes a value as a scalar and a comma; false for arrays and fragments. */
  #value(values: ValueTable, index: number, empty: number): boolean {
    const out = this.#out;
    if (isEmpty(values, index)) return out.empty(empty);
    return out.scalar(values.type[index]!, values.offset[index]!, values.length[index]!, empty, true);
  }

  /** Writes the unnamed Data elements of a container: one value, or a list of them; arrays give one per item (F58). */
  #dataList(program: JsonProgram, values: ValueTable, start: number, end: number): boolean {
    const out = this.#out;
    out.segment(DATA_MEMBER);
    const listStart = out.at;
    out.reserve(1);
    out.bytes[out.at++] = 91;
    let written = 0;
    let fine = true;
    for (let i = start; i < end && fine; i += 2) {
      const from = program.lists[i]!;
      const to = program.lists[i + 1]!;
      const only = to - from === 1 ? program.pieces[from]! : -1;
      if (only < 0 || isNull(values, only) || (values.type[only]! & ValueType.Array) === 0) {
        fine = this.#scalar(program, values, from, to, EmptyForm.EmptyString);
        written++;
        continue;
      }
      const type = values.type[only]!;
      let items = 0;
      // In an array of one, numbers are texts (element-builder.ts).
      forEachArrayItem(out.source, type, values.offset[only]!, values.length[only]!, () => items++);
      forEachArrayItem(out.source, type, values.offset[only]!, values.length[only]!, (itemType, offset, length) => {
        if (!fine || out.at > this.#limit) fine = false;
        else if (length === 0) out.empty(EmptyForm.EmptyString);
        else fine = out.scalar(itemType, offset, length, EmptyForm.EmptyString, items > 1);
      });
      written += items;
    }
    if (!fine) return false;
    if (written === 1) {
      // A single one stands without brackets: move it over the opening one.
      out.bytes.copyWithin(listStart, listStart + 1, out.at);
      out.at -= 2;
    } else {
      out.bytes[out.at - 1] = 93;
    }
    out.reserve(2);
    out.bytes[out.at++] = CLOSE;
    out.bytes[out.at++] = COMMA;
    return true;
  }
}

function isNull(values: ValueTable, index: number): boolean {
  return index >= values.count || values.type[index] === ValueType.Null;
}

/** Null, or without bytes. */
function isEmpty(values: ValueTable, index: number): boolean {
  return isNull(values, index) || values.length[index] === 0;
}
