// An element while it is being built: its pieces of text, where they came from, and the array values in it. Closing it
// gives the finished element, or one per item when it holds arrays (F58). Knows nothing of shapes or bytes.

import { Mark, type EventAttribute, type EventElement } from '../../model/event.ts';
import { ValueType } from '../../model/shape.ts';

/** An array value inside a text: where its items go, and the texts to choose from. */
interface ArraySlot {
  /** Number of the attribute, or -1 for the element's content. */
  readonly attribute: number;
  /** Position in that text (UTF-16 units) at which the item stands. */
  readonly position: number;
  readonly items: readonly string[];
  readonly itemMarks: number;
}

/** Mark that a text gets when it is exactly one value of a type. */
export function markOfType(type: number, text: string): number {
  if (text === '') return 0;
  if (type >= ValueType.Int8 && type <= ValueType.UInt64) return Mark.Integer;
  switch (type) {
    case ValueType.Bool:
      return Mark.Boolean;
    case ValueType.Guid:
      return text.length === 38 ? Mark.Guid : 0;
    case ValueType.FileTime:
    case ValueType.SystemTime:
      // Out of range the text is raw hex, which has no Z.
      return text.endsWith('Z') ? Mark.Time : 0;
    case ValueType.Real32:
    case ValueType.Real64:
      return Mark.Real;
    default:
      return 0;
  }
}

export class ElementBuilder {
  name = '';
  text = '';
  children: EventElement[] = [];
  /** Elements and units in the finished element, children included: what a copy of it costs. */
  cost = 0;
  omitted = false;

  #attributes: EventAttribute[] = [];
  #arrays: ArraySlot[] = [];
  /** Pieces of the element's content so far and the mark of the last one. */
  #pieces = 0;
  #marks = 0;
  #inAttribute = false;
  #attributeName = '';
  #attributeText = '';
  #attributePieces = 0;
  #attributeMarks = 0;
  #attributeOmitted = false;

  open(name: string, omitted: boolean): void {
    this.name = name;
    this.text = '';
    this.children = [];
    this.cost = 8 + name.length;
    this.omitted = omitted;
    this.#attributes = [];
    this.#arrays = [];
    this.#pieces = 0;
    this.#marks = 0;
    this.#inAttribute = false;
  }

  /** Starts the next attribute; what is added from now on goes to it. */
  openAttribute(name: string): void {
    this.closeAttribute();
    this.#inAttribute = true;
    this.#attributeName = name;
    this.#attributeText = '';
    this.#attributePieces = 0;
    this.#attributeMarks = 0;
    this.#attributeOmitted = false;
  }

  /** Ends the open attribute, if any. An attribute without text is no attribute (F61), unless an array may fill it. */
  closeAttribute(): void {
    if (!this.#inAttribute) return;
    this.#inAttribute = false;
    const number = this.#attributes.length;
    const hasArray = this.#arrays.some((slot) => slot.attribute === number);
    if (this.#attributeOmitted || (this.#attributeText === '' && !hasArray)) {
      if (hasArray) this.#arrays = this.#arrays.filter((slot) => slot.attribute !== number);
      return;
    }
    const marks = this.#attributePieces === 1 ? this.#attributeMarks : 0;
    this.#attributes.push(
      marks === 0 ? [this.#attributeName, this.#attributeText] : [this.#attributeName, this.#attributeText, marks],
    );
    this.cost += this.#attributeName.length + this.#attributeText.length + 4;
  }

  /** Adds text; `marks` say what it is when it stays the only piece. */
  addText(text: string, marks: number): void {
    if (this.#inAttribute) {
      this.#attributeText += text;
      this.#attributePieces++;
      this.#attributeMarks = marks;
    } else {
      this.text += text;
      this.#pieces++;
      this.#marks = marks;
      this.cost += text.length;
    }
  }

  /** Adds an array value. One item is plain text; several repeat the element. */
  addArray(items: readonly string[], itemType: number): void {
    if (items.length === 1) {
      const text = items[0]!;
      // evtx_dump does not see a number in an array of one.
      this.addText(
        text,
        (markOfType(itemType, text) & ~(Mark.Integer | Mark.Boolean)) | (this.#inAttribute ? 0 : Mark.ArrayStart),
      );
      return;
    }
    this.#arrays.push({
      attribute: this.#inAttribute ? this.#attributes.length : -1,
      position: this.#inAttribute ? this.#attributeText.length : this.text.length,
      items,
      itemMarks: itemType,
    });
    if (this.#inAttribute) this.#attributePieces++;
    else this.#pieces++;
  }

  /**
   * An optional substitution of the current text is null: the attribute, or else the element unless it is to be kept, is
   * not part of the event (F61).
   */
  addOptionalNull(keepElement: boolean): void {
    if (this.#inAttribute) this.#attributeOmitted = true;
    else if (!keepElement) this.omitted = true;
  }

  /** Whether closing gives more than one element. */
  get repeats(): boolean {
    return this.#arrays.length > 0;
  }

  /** The finished element of one without several-item arrays. */
  close(): EventElement {
    const marks = (this.#pieces === 1 ? this.#marks : 0) | (this.omitted ? Mark.Omitted : 0);
    return marks === 0
      ? [this.name, this.#attributes, this.text, this.children]
      : [this.name, this.#attributes, this.text, this.children, marks];
  }

  /**
   * The finished elements of one with arrays, one per combination of items: arrays in the content first, then those in
   * attributes, the first one turning slowest. Stops at `budget` (same measure as `cost`); gives what fits and how much
   * of the budget that took.
   */
  closeRepeated(budget: number): { elements: EventElement[]; cost: number; complete: boolean } {
    const slots = [...this.#arrays].sort((a, b) => Number(a.attribute >= 0) - Number(b.attribute >= 0));
    const chosen = slots.map(() => 0);
    const elements: EventElement[] = [];
    let cost = 0;
    for (;;) {
      const element = this.#combine(slots, chosen, elements.length === 0);
      const grown = slots.reduce((sum, slot, i) => sum + slot.items[chosen[i]!]!.length, this.cost);
      if (cost + grown > budget) return { elements, cost, complete: false };
      cost += grown;
      elements.push(element);
      let turn = slots.length - 1;
      while (turn >= 0 && ++chosen[turn]! >= slots[turn]!.items.length) chosen[turn--] = 0;
      if (turn < 0) return { elements, cost, complete: true };
    }
  }

  #combine(slots: readonly ArraySlot[], chosen: readonly number[], first: boolean): EventElement {
    const fill = (attribute: number, text: string): { text: string; mark: number } => {
      let out = '';
      let from = 0;
      let mark = 0;
      slots.forEach((slot, i) => {
        if (slot.attribute !== attribute) return;
        const item = slot.items[chosen[i]!]!;
        out += text.slice(from, slot.position) + item;
        from = slot.position;
        mark = markOfType(slot.itemMarks, item);
      });
      out += text.slice(from);
      return { text: out, mark };
    };
    const attributes: EventAttribute[] = [];
    this.#attributes.forEach((attribute, number) => {
      if (!slots.some((slot) => slot.attribute === number)) {
        attributes.push(attribute);
        return;
      }
      const { text, mark } = fill(number, attribute[1]);
      const alone = attribute[1] === '' && slots.filter((slot) => slot.attribute === number).length === 1;
      if (text !== '') attributes.push(alone && mark !== 0 ? [attribute[0], text, mark] : [attribute[0], text]);
    });
    const inContent = slots.some((slot) => slot.attribute < 0);
    const { text, mark } = inContent ? fill(-1, this.text) : { text: this.text, mark: this.#marks };
    const marks =
      (this.#pieces === 1 ? mark : 0) | (first ? Mark.ArrayStart : Mark.ArrayItem) | (this.omitted ? Mark.Omitted : 0);
    return [this.name, attributes, text, this.children, marks];
  }
}
