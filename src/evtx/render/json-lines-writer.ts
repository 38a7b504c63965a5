// Writes records as JSON Lines of dialect A, as UTF-8 bytes straight from shapes and values (json-program.ts). What has
// no program, or meets a value that its program does not foresee (arrays, text in place of a fragment), is rendered as
// a tree and formatted by evtx-dump-json.ts: both ways give the same bytes. Inside, everything that writes takes a
// position and gives the end position, or -1 for what has to go the other way.

import { ValueType, type ValueTable } from '../../model/shape.ts';
import { forEachArrayItem } from '../../model/value-array.ts';
import { formatValue } from '../../model/value-text.ts';
import { ByteOutput, MAX_LINE } from './byte-output.ts';
import { formatJsonString } from './dialect-value.ts';
import { formatEvtxDumpJson } from './evtx-dump-json.ts';
import {
  AttributeOrder,
  compileJsonProgram,
  EmptyForm,
  JsonOp,
  LEAF_ATTRIBUTES,
  OBJECT_ATTRIBUTES,
  STEP,
  type JsonProgram,
} from './json-program.ts';
import { writeEmpty, writeJsonText, writeScalar } from './json-values.ts';
import { ProgramCache } from './program-cache.ts';
import { MAX_EVENT_COST, MAX_EVENT_DEPTH, renderEventWithin, type RecordView } from './render-event.ts';
import { findRoot, hasFragment, hasOptionalNull, isEmpty, isNull, NO_ROOT, nextNul } from './record-values.ts';
import { copySegment, SegmentPool } from './segment-pool.ts';

const COMMA = 44;
const QUOTE = 34;
const OPEN = 123;
const CLOSE = 125;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;

const fixed = new SegmentPool();
const TEXT_MEMBER = fixed.add('"#text":');
const DATA_MEMBER = fixed.add('"Data":{"#text":');
const fixedWords = fixed.words();

const encoder = new TextEncoder();

export class JsonLinesWriter {
  /** Records that went the slow way, for reports. */
  slowRecords = 0;

  readonly #out = new ByteOutput();
  readonly #programs = new ProgramCache<JsonProgram>(compileJsonProgram);
  #record: RecordView | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #limit = 0;

  /** Bytes written and not yet taken. */
  get length(): number {
    return this.#out.length;
  }

  /** The bytes written so far. The view is valid until the next write; `clear` frees the space. */
  peek(): Uint8Array {
    return this.#out.peek();
  }

  clear(): void {
    this.#out.length = 0;
  }

  /**
   * Writes a record, whose embedded fragments are resolved, and a line end. False when the event was cut at
   * MAX_EVENT_COST.
   */
  write(record: RecordView): boolean {
    const out = this.#out;
    out.reserveLine();
    const start = out.length;
    this.#record = record;
    this.#bytes = record.bytes;
    this.#view = record.view;
    this.#limit = start + MAX_LINE;
    out.bytes[start] = OPEN;
    const program = this.#programs.of(record.shape);
    const end = program === undefined ? -1 : this.#member(program, record.values, -1, program.depth, start + 1);
    if (end >= 0) {
      out.bytes[end - 1] = CLOSE;
      out.bytes[end] = 10;
      out.length = end + 1;
      return true;
    }
    this.slowRecords++;
    const { event, complete } = renderEventWithin(record, MAX_EVENT_COST);
    out.add(encoder.encode(`${formatEvtxDumpJson(event)}\n`));
    return complete;
  }

  /**
   * Writes `"name":value,` of a fragment. `depth` counts the elements down to the deepest of this fragment and bounds
   * the nesting.
   */
  #member(program: JsonProgram, values: ValueTable, root: number, depth: number, start: number): number {
    if (depth > MAX_EVENT_DEPTH) return -1;
    const { steps, words } = program;
    const { count, type: types, offset: offsets, length: lengths } = values;
    const bytes = this.#bytes;
    const view = this.#view;
    const out = this.#out.bytes;
    const outView = this.#out.view;
    const limit = this.#limit;
    let attributesStart = 0;
    let at = start;
    for (let step = 0; step < steps.length; step += STEP) {
      const a = steps[step + 1]!;
      const b = steps[step + 2]!;
      const before = at;
      if (at > limit) return -1;
      at = copySegment(words, steps[step + 4]!, steps[step + 5]!, outView, at);
      switch (steps[step]!) {
        case JsonOp.Bytes:
          break;
        case JsonOp.Value: {
          const length = a < count ? lengths[a]! : 0;
          const type = length > 0 ? types[a]! : ValueType.Null;
          if (type === ValueType.Null) at = writeEmpty(b, out, at);
          else at = writeScalar(bytes, view, type, offsets[a]!, length, b, true, out, outView, at);
          break;
        }
        case JsonOp.Mixed:
          at = this.#scalar(program, values, a, b, steps[step + 3]!, at);
          break;
        case JsonOp.Attributes:
          attributesStart = at;
          break;
        case JsonOp.AttributeValue: {
          const value = at;
          const key = at - steps[step + 3]!;
          if ((b & AttributeOrder.First) !== 0) attributesStart = key;
          const length = a < count ? lengths[a]! : 0;
          const type = length > 0 ? types[a]! : ValueType.Null;
          if (type === ValueType.Null) {
            at = key;
          } else {
            at = writeScalar(bytes, view, type, offsets[a]!, length, EmptyForm.EmptyString, true, out, outView, at);
            if (at < 0) return -1;
            if (isEmptyString(out, value, at)) at = key;
          }
          if ((b & AttributeOrder.LastOfLeaf) !== 0) {
            at =
              at === attributesStart
                ? writeEmpty(EmptyForm.Null, out, at - LEAF_ATTRIBUTES.length)
                : closeMember(out, closeMember(out, at));
          }
          break;
        }
        case JsonOp.Attribute:
          at = this.#attribute(program, values, a, b, before, at);
          break;
        case JsonOp.EndLeaf:
          if (at === attributesStart) {
            at = this.#scalar(program, values, a, b, EmptyForm.Null, at - LEAF_ATTRIBUTES.length);
          } else {
            at = this.#textMember(program, values, a, b, closeMember(out, at));
            if (at >= 0) at = closeMember(out, at);
          }
          break;
        case JsonOp.EndAttributes:
          at = at === attributesStart ? at - OBJECT_ATTRIBUTES.length : closeMember(out, at);
          break;
        case JsonOp.Text:
          at = this.#textMember(program, values, a, b, at);
          break;
        case JsonOp.Close:
          if (out[at - 1] === COMMA) at--;
          out[at++] = CLOSE;
          out[at++] = COMMA;
          break;
        case JsonOp.Embed:
          at = this.#embed(values, root, a, program.siblings[b]!, depth, at);
          break;
        case JsonOp.SkipWithoutRoot: {
          const found = findRoot(this.#record!, values, root, a);
          if (found < NO_ROOT) return -1;
          if (found === NO_ROOT) step = b - STEP;
          break;
        }
        case JsonOp.Jump:
          step = a - STEP;
          break;
        case JsonOp.DataList:
          at = this.#dataList(program, values, a, b, at);
          break;
      }
      if (at < 0) return -1;
    }
    return at;
  }

  #embed(
    values: ValueTable,
    parent: number,
    index: number,
    siblings: ReadonlySet<string>,
    depth: number,
    at: number,
  ): number {
    const found = findRoot(this.#record!, values, parent, index);
    if (found === NO_ROOT) return at;
    if (found < 0) return -1;
    const root = this.#record!.inner[found]!;
    const program = this.#programs.of(root.shape);
    if (program === undefined || siblings.has(program.rootName)) return -1;
    return this.#member(program, root.values, found, depth + program.depth, at);
  }

  /** Writes an attribute whose key stands in [before, at). */
  #attribute(program: JsonProgram, values: ValueTable, start: number, end: number, before: number, at: number): number {
    if (hasFragment(program.pieces, values, start, end)) return -1;
    if (hasOptionalNull(program.pieces, program.optional, values, start, end)) return before;
    const after = this.#scalar(program, values, start, end, EmptyForm.EmptyString, at);
    // An attribute that is empty is left out.
    return isEmptyString(this.#out.bytes, at, after) ? before : after;
  }

  #textMember(program: JsonProgram, values: ValueTable, start: number, end: number, at: number): number {
    const key = copySegment(fixedWords, TEXT_MEMBER.from, TEXT_MEMBER.size, this.#out.view, at);
    const after = this.#scalar(program, values, start, end, EmptyForm.EmptyString, key);
    return isEmptyString(this.#out.bytes, key, after) ? at : after;
  }

  /** Writes pieces [start, end) as one scalar and a comma. */
  #scalar(program: JsonProgram, values: ValueTable, start: number, end: number, empty: number, at: number): number {
    const out = this.#out.bytes;
    let present = 0;
    let last = -1;
    for (let i = start; i < end; i++) {
      const piece = program.pieces[i]!;
      if (piece >= 0 && isNull(values, piece)) continue;
      present++;
      last = piece;
    }
    if (present === 0) return writeEmpty(empty, out, at);
    if (present === 1 && last >= 0) return this.#value(values, last, empty, at);
    let place = at;
    out[place++] = QUOTE;
    for (let i = start; i < end; i++) {
      const piece = program.pieces[i]!;
      if (piece < 0) {
        const text = program.texts[-piece - 1]!;
        place = copySegment(program.words, text.from, text.size, this.#out.view, place);
      } else {
        place = this.#mixedPiece(values, piece, place);
      }
      if (place < 0 || place > this.#limit) return -1;
    }
    if (place === at + 1) return writeEmpty(empty, out, at);
    out[place++] = QUOTE;
    out[place++] = COMMA;
    return place;
  }

  /** Content of a value among others in one text: canonical, because the tree keeps no mark for a part of a text. */
  #mixedPiece(values: ValueTable, index: number, at: number): number {
    if (isEmpty(values, index)) return at;
    const type = values.type[index]!;
    if (type === ValueType.BinXml || (type & ValueType.Array) !== 0) return -1;
    // Half a surrogate pair at the end of one piece can meet its other half in the next: leave strings to the tree.
    const text = formatValue(this.#bytes, this.#view, type, values.offset[index]!, values.length[index]!);
    if (/[\ud800-\udfff]/.test(text)) return -1;
    const out = this.#out.bytes;
    return at + encoder.encodeInto(formatJsonString(text).slice(1, -1), out.subarray(at)).written;
  }

  /** Writes a value as a scalar and a comma. */
  #value(values: ValueTable, index: number, empty: number, at: number): number {
    const { bytes: out, view: outView } = this.#out;
    if (isEmpty(values, index)) return writeEmpty(empty, out, at);
    const offset = values.offset[index]!;
    const length = values.length[index]!;
    return writeScalar(this.#bytes, this.#view, values.type[index]!, offset, length, empty, true, out, outView, at);
  }

  /** Writes the unnamed Data elements of a container: one value, or a list of them; arrays give one per item (F58). */
  #dataList(program: JsonProgram, values: ValueTable, start: number, end: number, from: number): number {
    const out = this.#out.bytes;
    const list = copySegment(fixedWords, DATA_MEMBER.from, DATA_MEMBER.size, this.#out.view, from);
    let at = list;
    out[at++] = OPEN_LIST;
    let written = 0;
    for (let i = start; i < end; i += 2) {
      const first = program.lists[i]!;
      const last = program.lists[i + 1]!;
      const only = last - first === 1 ? program.pieces[first]! : -1;
      if (only < 0 || isNull(values, only) || (values.type[only]! & ValueType.Array) === 0) {
        at = this.#scalar(program, values, first, last, EmptyForm.EmptyString, at);
        written++;
      } else {
        at = this.#items(values, only, at);
        written += this.#itemCount;
      }
      if (at < 0 || at > this.#limit) return -1;
    }
    if (written === 1) {
      // A single one stands without brackets: move it over the opening one.
      out.copyWithin(list, list + 1, at);
      at -= 2;
    } else {
      out[at - 1] = CLOSE_LIST;
    }
    out[at++] = CLOSE;
    out[at++] = COMMA;
    return at;
  }

  /** Items written by the last #items(). */
  #itemCount = 0;

  /** Writes the items of an array value as scalars. */
  #items(values: ValueTable, index: number, from: number): number {
    const type = values.type[index]!;
    const offset = values.offset[index]!;
    const length = values.length[index]!;
    const bytes = this.#bytes;
    const view = this.#view;
    const { bytes: out, view: outView } = this.#out;
    let at = from;
    let count = 0;
    if (type === (ValueType.String | ValueType.Array)) {
      // The usual array, item by item as forEachArrayItem gives them.
      const last = offset + (length & ~1);
      let start = offset;
      do {
        if (at > this.#limit) return -1;
        const end = nextNul(view, start, last);
        const after = writeJsonText(view, start, end, out, outView, at + 1);
        out[at] = QUOTE;
        out[after] = QUOTE;
        out[after + 1] = COMMA;
        at = after + 2;
        count++;
        start = end + 2;
      } while (start < last);
      this.#itemCount = count;
      return at;
    }
    // In an array of one, numbers are texts (element-builder.ts).
    forEachArrayItem(bytes, type, offset, length, () => count++);
    forEachArrayItem(bytes, type, offset, length, (itemType, itemAt, size) => {
      if (at < 0 || at > this.#limit) at = -1;
      else if (size === 0) at = writeEmpty(EmptyForm.EmptyString, out, at);
      else at = writeScalar(bytes, view, itemType, itemAt, size, EmptyForm.EmptyString, count > 1, out, outView, at);
    });
    this.#itemCount = count;
    return at;
  }
}

/** Ends an object that has a member, over its last comma. */
function closeMember(out: Uint8Array, at: number): number {
  out[at - 1] = CLOSE;
  out[at] = COMMA;
  return at + 1;
}

/** Whether all that was written in [start, end) is `"",`. */
function isEmptyString(out: Uint8Array, start: number, end: number): boolean {
  return end - start === 3 && out[start] === QUOTE && out[start + 1] === QUOTE;
}
