// Writes records as lines of XML, as UTF-8 bytes straight from shapes and values (xml-program.ts). What has no program,
// or meets a value that its program does not foresee, is rendered as a tree and formatted by event-xml.ts: both ways
// give the same bytes. (Only an event cut at MAX_EVENT_COST may come out longer here: what is not part of the event
// costs nothing.) Inside, everything that writes gives the end position, or -1 for what has to go the other way.

import { ValueType, type ValueTable } from '../../model/shape.ts';
import { forEachArrayItem } from '../../model/value-array.ts';
import { formatValue } from '../../model/value-text.ts';
import { ByteOutput, MAX_LINE } from './byte-output.ts';
import { escapeXml, formatEventXml } from './event-xml.ts';
import { ProgramCache } from './program-cache.ts';
import { hasFragment, hasOptionalNull, isEmpty, isNull, nextNul } from './record-values.ts';
import { MAX_EVENT_COST, MAX_EVENT_DEPTH, renderEventWithin, type RecordView } from './render-event.ts';
import { copySegment } from './segment-pool.ts';
import { compileXmlProgram, isTextType, XML_STEP, XmlOp, type XmlProgram } from './xml-program.ts';
import { writeXmlText, writeXmlValue } from './xml-values.ts';

const APOSTROPHE = 39;
const SLASH = 47;
const GREATER = 62;

const encoder = new TextEncoder();

export class XmlLinesWriter {
  /** Records that went the slow way, for reports. */
  slowRecords = 0;

  readonly #out = new ByteOutput();
  readonly #programs = new ProgramCache<XmlProgram>(compileXmlProgram);
  /** Where the content of the open element at a depth begins. */
  readonly #contentStart = new Int32Array(MAX_EVENT_DEPTH);
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
    const program = this.#programs.of(record.shape);
    const end = program === undefined ? -1 : this.#fragment(program, record.values, -1, 0, start);
    if (end >= 0) {
      out.bytes[end] = 10;
      out.length = end + 1;
      return true;
    }
    this.slowRecords++;
    const { event, complete } = renderEventWithin(record, MAX_EVENT_COST);
    out.add(encoder.encode(`${formatEventXml(event)}\n`));
    return complete;
  }

  /** Writes the element of a fragment; `depth` = elements that are open around it. */
  #fragment(program: XmlProgram, values: ValueTable, root: number, depth: number, start: number): number {
    if (depth + program.depth > MAX_EVENT_DEPTH) return -1;
    const { steps, words, tags } = program;
    const { count, type: types, offset: offsets, length: lengths } = values;
    const bytes = this.#bytes;
    const view = this.#view;
    const out = this.#out.bytes;
    const outView = this.#out.view;
    const limit = this.#limit;
    let at = start;
    for (let step = 0; step < steps.length; step += XML_STEP) {
      const a = steps[step + 1]!;
      const b = steps[step + 2]!;
      if (at > limit) return -1;
      at = copySegment(words, steps[step + 4]!, steps[step + 5]!, outView, at);
      switch (steps[step]!) {
        case XmlOp.Bytes:
          break;
        case XmlOp.Leaf: {
          const index = a < 0 ? -1 - a : a;
          const type = index < count ? types[index]! : ValueType.Null;
          if (type === ValueType.Null && a >= 0) break;
          const c = steps[step + 3]!;
          if ((type & ValueType.Array) !== 0) {
            // The root of an event does not repeat.
            if (a < 0 && root < 0) return -1;
            at = this.#repeat(program, values, index, b, c, at);
            break;
          }
          at = copySegment(words, tags[b]!, tags[b + 1]!, outView, at);
          const content = at;
          const length = type === ValueType.Null ? 0 : lengths[index]!;
          if (length > 0) {
            at = writeXmlValue(bytes, view, type, offsets[index]!, length, false, out, outView, at);
            if (at < 0) return -1;
          }
          at = at === content ? closeEmpty(out, at) : copySegment(words, tags[c]!, tags[c + 1]!, outView, at);
          break;
        }
        case XmlOp.Value:
          if (isEmpty(values, a)) break;
          at = writeXmlValue(bytes, view, types[a]!, offsets[a]!, lengths[a]!, false, out, outView, at);
          break;
        case XmlOp.Mixed:
          at = this.#mixed(program, values, a, b, false, at);
          break;
        case XmlOp.AttributeValue: {
          const value = at;
          if (!isEmpty(values, a)) {
            at = writeXmlValue(bytes, view, types[a]!, offsets[a]!, lengths[a]!, true, out, outView, at);
          }
          if (at === value) at -= steps[step + 3]!;
          else if (at >= 0) out[at++] = APOSTROPHE;
          break;
        }
        case XmlOp.Attribute: {
          const value = at;
          if (hasFragment(program.pieces, values, a, b)) return -1;
          if (!hasOptionalNull(program.pieces, program.optional, values, a, b)) {
            at = this.#mixed(program, values, a, b, true, at);
          }
          if (at === value) at -= steps[step + 3]!;
          else if (at >= 0) out[at++] = APOSTROPHE;
          break;
        }
        case XmlOp.Mark:
          this.#contentStart[depth + a] = at;
          break;
        case XmlOp.Close:
          at =
            at === this.#contentStart[depth + a]
              ? closeEmpty(out, at)
              : copySegment(words, tags[b]!, tags[b + 1]!, outView, at);
          break;
        case XmlOp.Embed:
          at = this.#embed(program, values, root, a, depth, at);
          break;
        case XmlOp.SkipIfNull:
          if (isNull(values, a)) step = b - XML_STEP;
          break;
      }
      if (at < 0) return -1;
    }
    return at;
  }

  /** Writes all fragments in a value (F41). */
  #embed(program: XmlProgram, values: ValueTable, parent: number, index: number, depth: number, start: number): number {
    if (isEmpty(values, index)) return start;
    if (values.type[index] !== ValueType.BinXml) return -1;
    const { inner, innerCount } = this.#record!;
    let at = start;
    // A root is listed after the one that holds it.
    for (let number = parent + 1; number < innerCount && at >= 0; number++) {
      const root = inner[number]!;
      if (root.parent !== parent || root.valueIndex !== index) continue;
      const embedded = this.#programs.of(root.shape);
      if (embedded === undefined) return -1;
      at = this.#fragment(embedded, root.values, number, depth + program.depth, at);
    }
    return at;
  }

  /** Writes one element per item of an array value. */
  #repeat(
    program: XmlProgram,
    values: ValueTable,
    index: number,
    openTag: number,
    endTag: number,
    start: number,
  ): number {
    const { words, tags } = program;
    const { bytes: out, view: outView } = this.#out;
    const bytes = this.#bytes;
    const view = this.#view;
    const type = values.type[index]!;
    const offset = values.offset[index]!;
    const length = values.length[index]!;
    const closed = (content: number, end: number): number =>
      end === content
        ? closeEmpty(out, end)
        : end < 0
          ? -1
          : copySegment(words, tags[endTag]!, tags[endTag + 1]!, outView, end);
    let at = start;
    if (type === (ValueType.String | ValueType.Array)) {
      // The usual array, item by item as forEachArrayItem gives them.
      const last = offset + (length & ~1);
      let from = offset;
      do {
        if (at > this.#limit) return -1;
        const to = nextNul(view, from, last);
        at = copySegment(words, tags[openTag]!, tags[openTag + 1]!, outView, at);
        at = closed(at, writeXmlText(view, from, to, false, out, outView, at));
        from = to + 2;
      } while (from < last);
      return at;
    }
    forEachArrayItem(bytes, type, offset, length, (itemType, itemAt, size) => {
      if (at < 0 || at > this.#limit) {
        at = -1;
        return;
      }
      at = copySegment(words, tags[openTag]!, tags[openTag + 1]!, outView, at);
      at = closed(at, writeXmlValue(bytes, view, itemType, itemAt, size, false, out, outView, at));
    });
    return at;
  }

  /** Writes pieces [start, end) of a text. */
  #mixed(
    program: XmlProgram,
    values: ValueTable,
    start: number,
    end: number,
    inAttribute: boolean,
    from: number,
  ): number {
    const { bytes: out, view: outView } = this.#out;
    let at = from;
    for (let i = start; i < end; i++) {
      const piece = program.pieces[i]!;
      if (at > this.#limit) return -1;
      if (piece < 0) {
        const text = program.texts[-piece - 1]!;
        at = copySegment(program.words, text.from, text.size, outView, at);
        continue;
      }
      if (isEmpty(values, piece)) continue;
      const type = values.type[piece]!;
      if (!isTextType(type)) return -1;
      const text = formatValue(this.#bytes, this.#view, type, values.offset[piece]!, values.length[piece]!);
      // Half a surrogate pair at the end of one piece can meet its other half in the next: leave that to the tree.
      if (/[\ud800-\udfff]/.test(text)) return -1;
      at += encoder.encodeInto(escapeXml(text, inAttribute), out.subarray(at)).written;
    }
    return at;
  }
}

/** Turns the start tag that ends at `at` into an empty-element tag. */
function closeEmpty(out: Uint8Array, at: number): number {
  out[at - 1] = SLASH;
  out[at] = GREATER;
  return at + 1;
}
