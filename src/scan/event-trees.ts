// The tree of a record with findings, filled into what all events of its shape share (event-plan.ts): the same tree as
// renderEvent gives, several times as fast, and with shared parts that cost no memory and go to another thread once. What
// is not usual (arrays of values, huge events, odd shapes) is left to renderEvent.

import { markOfType } from '../evtx/render/element-builder.ts';
import { renderEvent } from '../evtx/render/render-event.ts';
import { Mark, type EventAttribute, type EventElement } from '../model/event.ts';
import type { RecordCursor } from '../model/record.ts';
import { ValueType, type Shape, type ValueTable } from '../model/shape.ts';
import { formatValue } from '../model/value-text.ts';
import {
  isElement,
  NO_CHILDREN,
  planEvent,
  type AttributePlan,
  type ElementPlan,
  type PlanPiece,
} from './event-plan.ts';

/** Elements and text units up to which an event is usual; renderEvent caps far beyond. */
const MAX_COST = 200_000;

export class EventTrees {
  /** By shape, so that plans die with their shapes. */
  readonly #plans = new WeakMap<Shape, ElementPlan | null>();
  #cursor!: RecordCursor;
  #spent = 0;
  #unusual = false;
  /** What the last #join found. */
  #marks = 0;
  #pieces = 0;
  #omitted = false;

  /** The tree of the cursor's current record; must not be changed by whoever gets it. */
  render(cursor: RecordCursor): EventElement {
    cursor.resolveInner();
    this.#enter(cursor);
    const plan = this.#planOf(cursor.shape);
    if (plan === null) return renderEvent(cursor);
    const event = this.#element(plan, cursor.values, -1);
    return this.#unusual ? renderEvent(cursor) : event;
  }

  #enter(cursor: RecordCursor): void {
    this.#cursor = cursor;
    this.#spent = 0;
    this.#unusual = false;
  }

  #planOf(shape: Shape): ElementPlan | null {
    let plan = this.#plans.get(shape);
    if (plan === undefined) {
      plan = planEvent(shape) ?? null;
      this.#plans.set(shape, plan);
    }
    return plan;
  }

  /** Depth is bounded by that of plans times that of embedded fragments. */
  #element(plan: ElementPlan, values: ValueTable, root: number): EventElement {
    this.#spent += plan.cost;
    if (this.#spent > MAX_COST) this.#unusual = true;
    if (plan.fixed !== undefined) return plan.fixed;
    const attributes = plan.fixedAttributes ?? this.#attributes(plan.attributes, values);
    const { content } = plan;
    let children: EventElement[] | undefined;
    let text = '';
    let marks = 0;
    let pieces = 0;
    let omitted = plan.gate >= 0 && isNull(values, plan.gate);
    for (let i = 0; i < content.length && !this.#unusual; i++) {
      const item = content[i]!;
      if (isElement(item)) (children ??= []).push(this.#element(item, values, root));
      else if (item.index < 0) {
        text += item.text;
        pieces++;
        marks = 0;
      } else if (isNull(values, item.index)) {
        if (item.optional && item.takesAway) omitted = true;
      } else if (values.type[item.index] === ValueType.BinXml) {
        if (values.length[item.index] !== 0) this.#addRoots(item.index, root, (children ??= []));
      } else {
        const part = this.#text(item.index, values);
        text += part;
        pieces++;
        marks = markOfType(values.type[item.index]!, part);
      }
    }
    const all = (pieces === 1 ? marks : 0) | (omitted ? Mark.Omitted : 0);
    const list = children ?? NO_CHILDREN;
    return all === 0 ? [plan.name, attributes, text, list] : [plan.name, attributes, text, list, all];
  }

  /** The fragments that lie in one value of the fragment `root`, -1 = the outer one. */
  #addRoots(index: number, root: number, children: EventElement[]): void {
    const { inner, innerCount } = this.#cursor;
    for (let number = root + 1; number < innerCount; number++) {
      const { parent, valueIndex, shape, values } = inner[number]!;
      if (parent !== root || valueIndex !== index) continue;
      const plan = this.#planOf(shape);
      if (plan === null) this.#unusual = true;
      if (plan === null || this.#unusual) return;
      children.push(this.#element(plan, values, number));
    }
  }

  #attributes(plans: readonly AttributePlan[], values: ValueTable): readonly EventAttribute[] {
    const attributes: EventAttribute[] = [];
    for (const { name, pieces, fixed } of plans) {
      if (fixed !== undefined) {
        if (fixed !== null) attributes.push(fixed);
        continue;
      }
      const text = this.#join(pieces, values);
      if (text === '' || this.#omitted) continue;
      attributes.push(this.#pieces === 1 && this.#marks !== 0 ? [name, text, this.#marks] : [name, text]);
    }
    return attributes;
  }

  /** Text of an attribute; how many pieces it has, what the last one is, and whether a null omits it, are left in fields. */
  #join(pieces: readonly PlanPiece[], values: ValueTable): string {
    let text = '';
    this.#pieces = 0;
    this.#marks = 0;
    this.#omitted = false;
    for (const { text: fixed, index, optional } of pieces) {
      if (index >= 0 && isNull(values, index)) {
        if (optional) this.#omitted = true;
        continue;
      }
      if (index >= 0 && values.type[index] === ValueType.BinXml) this.#unusual = true;
      if (this.#unusual) return '';
      const part = index < 0 ? fixed : this.#text(index, values);
      text += part;
      this.#pieces++;
      this.#marks = index < 0 ? 0 : markOfType(values.type[index]!, part);
    }
    return text;
  }

  #text(index: number, values: ValueTable): string {
    const type = values.type[index]!;
    if ((type & ValueType.Array) !== 0) {
      this.#unusual = true;
      return '';
    }
    const { bytes, view } = this.#cursor;
    const text = formatValue(bytes, view, type, values.offset[index]!, values.length[index]!);
    this.#spent += text.length;
    return text;
  }
}

/** Null for substitutions: type 0, or an index that the record has no value for (F38). */
function isNull(values: ValueTable, index: number): boolean {
  return index >= values.count || values.type[index] === ValueType.Null;
}
