// From a record as the reader gives it (shapes and value tables) to the ordered event tree: canonical texts, repeated
// elements for arrays (F58), embedded fragments at their place (F41), elements that are not part of the event marked
// as omitted (F61). One explicit stack, no recursion; output is capped, because a few bytes can expand to megabytes.

import type { EventElement } from '../../model/event.ts';
import type { RecordCursor } from '../../model/record.ts';
import { ShapeOp, ValueType, type Shape, type ValueTable } from '../../model/shape.ts';
import { forEachArrayItem } from '../../model/value-array.ts';
import { formatValue } from '../../model/value-text.ts';
import { ElementBuilder, markOfType } from './element-builder.ts';

/** Elements inside elements of one event; deeper ones are left out. JSON and structured clone stay far from their limits. */
export const MAX_EVENT_DEPTH = 256;
/** Elements plus text units of one event. Real events stay below 150,000 (64 KiB of binary data as hex). */
export const MAX_EVENT_COST = 1_000_000;

/** What rendering needs of a cursor: the current record. */
export type RecordView = Pick<RecordCursor, 'bytes' | 'view' | 'shape' | 'values' | 'inner' | 'innerCount'>;

export interface RenderedEvent {
  readonly event: EventElement;
  /** False when a cap was reached and part of the event is missing. */
  readonly complete: boolean;
}

/** A shape being walked: at the end of its steps the one below goes on. */
interface Frame {
  shape: Shape;
  values: ValueTable;
  /** Number of the embedded root, -1 for the outer fragment. */
  root: number;
  step: number;
  /** Open elements of this frame. */
  open: number;
  /** The next embedded root of this frame to look at, and the value it must lie in; -1 when none is open. */
  nextRoot: number;
  openValue: number;
}

const EMPTY_EVENT: EventElement = ['Event', [], '', []];

/** The tree of the cursor's current record. Resolves its embedded fragments; see renderEventWithin for the caps. */
export function renderEvent(cursor: RecordCursor): EventElement {
  cursor.resolveInner();
  return renderEventWithin(cursor, MAX_EVENT_COST).event;
}

/**
 * The tree of a record whose embedded fragments are resolved, with at most `maxCost` elements and text units. A record
 * without any element gives an empty Event (F35).
 */
export function renderEventWithin(record: RecordView, maxCost: number): RenderedEvent {
  return new EventRenderer(record, maxCost).run();
}

class EventRenderer {
  readonly #record: RecordView;
  readonly #frames: Frame[] = [];
  readonly #open: ElementBuilder[] = [];
  #spent = 0;
  readonly #maxCost: number;
  #complete = true;
  #root: EventElement | undefined;

  constructor(record: RecordView, maxCost: number) {
    this.#record = record;
    this.#maxCost = maxCost;
  }

  run(): RenderedEvent {
    const { shape, values } = this.#record;
    this.#push(shape, values, -1);
    while (this.#frames.length > 0) {
      const frame = this.#frames[this.#frames.length - 1]!;
      if (frame.openValue >= 0 && this.#enterNextRoot(frame)) continue;
      if (frame.step * 4 >= frame.shape.steps.length) {
        this.#frames.pop();
        continue;
      }
      this.#take(frame);
    }
    return { event: this.#root ?? EMPTY_EVENT, complete: this.#complete };
  }

  #push(shape: Shape, values: ValueTable, root: number): void {
    this.#frames.push({ shape, values, root, step: 0, open: 0, nextRoot: 0, openValue: -1 });
  }

  /** Goes into the next embedded root of the open value; false when there is none left. */
  #enterNextRoot(frame: Frame): boolean {
    const { inner, innerCount } = this.#record;
    while (frame.nextRoot < innerCount) {
      const number = frame.nextRoot++;
      const candidate = inner[number]!;
      // A root is listed after the one that holds it: this also rules out cycles.
      if (number <= frame.root || candidate.parent !== frame.root || candidate.valueIndex !== frame.openValue) continue;
      this.#push(candidate.shape, candidate.values, number);
      return true;
    }
    frame.openValue = -1;
    return false;
  }

  #take(frame: Frame): void {
    const { shape } = frame;
    const at = frame.step * 4;
    const a = shape.steps[at + 1]!;
    const b = shape.steps[at + 2]!;
    const c = shape.steps[at + 3]!;
    frame.step++;
    switch (shape.steps[at]!) {
      case ShapeOp.Open:
        if (this.#open.length >= MAX_EVENT_DEPTH || this.#spent > this.#maxCost) {
          this.#complete = false;
          frame.step = c + 1;
          return;
        }
        frame.open++;
        this.#openElement(shape.names[a]!, b >= 0 && isNull(frame.values, b));
        return;
      case ShapeOp.Attribute:
        this.#top()?.openAttribute(shape.names[a]!);
        return;
      case ShapeOp.EndAttributes:
        this.#top()?.closeAttribute();
        return;
      case ShapeOp.Close:
        frame.open--;
        this.#closeElement();
        return;
      case ShapeOp.Text:
        this.#addText(shape.texts[a]!, 0);
        return;
      case ShapeOp.Value:
        this.#takeValue(frame, a, b, c === 1);
        return;
      default:
        // Processing instructions are not part of the tree.
        return;
    }
  }

  #top(): ElementBuilder | undefined {
    return this.#open[this.#open.length - 1];
  }

  #takeValue(frame: Frame, index: number, declaredType: number, optional: boolean): void {
    const { values } = frame;
    if (isNull(values, index)) {
      // Neither a missing fragment nor an optional value directly in a root takes the element away (F61).
      if (optional) this.#top()?.addOptionalNull(frame.open === 1 || declaredType === ValueType.BinXml);
      return;
    }
    const { bytes, view } = this.#record;
    const type = values.type[index]!;
    const offset = values.offset[index]!;
    const length = values.length[index]!;
    if (type === ValueType.BinXml) {
      if (length === 0) return;
      frame.openValue = index;
      frame.nextRoot = frame.root + 1;
      return;
    }
    if ((type & ValueType.Array) === 0) {
      const text = formatValue(bytes, view, type, offset, length);
      this.#addText(text, markOfType(type, text));
      return;
    }
    const items: string[] = [];
    let cost = 0;
    forEachArrayItem(bytes, type, offset, length, (itemType, itemAt, itemLength) => {
      if (cost > this.#maxCost) return;
      const item = formatValue(bytes, view, itemType, itemAt, itemLength);
      cost += item.length + 1;
      items.push(item);
    });
    this.#top()?.addArray(items, type & ~ValueType.Array);
  }

  #addText(text: string, marks: number): void {
    if (this.#spent + text.length > this.#maxCost) {
      this.#complete = false;
      return;
    }
    this.#spent += text.length;
    this.#top()?.addText(text, marks);
  }

  #openElement(name: string, omitted: boolean): void {
    const element = new ElementBuilder();
    element.open(name, omitted);
    this.#spent += element.cost;
    this.#open.push(element);
  }

  #closeElement(): void {
    const element = this.#open.pop();
    if (element === undefined) return;
    const parent = this.#top();
    if (!element.repeats || parent === undefined) {
      const closed = element.repeats ? element.closeRepeated(this.#maxCost).elements[0]! : element.close();
      if (parent === undefined) this.#root ??= closed;
      else parent.children.push(closed);
      if (parent !== undefined) parent.cost += element.cost;
      return;
    }
    // Copies share their children, but whoever writes the tree out pays for each of them.
    const { elements, cost, complete } = element.closeRepeated(this.#maxCost - this.#spent);
    this.#spent += cost;
    parent.cost += cost;
    if (!complete) this.#complete = false;
    for (const copy of elements) parent.children.push(copy);
  }
}

/** Null for substitutions: type 0, or an index that the record has no value for (F38). */
function isNull(values: ValueTable, index: number): boolean {
  return index >= values.count || values.type[index] === ValueType.Null;
}
