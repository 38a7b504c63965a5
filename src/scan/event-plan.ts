// What every event of a shape has in common, for building the trees of findings: static attributes and elements are made
// once and shared by all events, the rest is a list of what to fill in. Only the usual kind of shape gets a plan (one
// root element, no deep nesting); the others are rendered step by step (src/evtx/render).

import type { EventAttribute, EventElement } from '../model/event.ts';
import { ShapeOp, ValueType, type Shape } from '../model/shape.ts';

/** Elements inside elements of one shape; deeper shapes get no plan. */
const MAX_DEPTH = 32;

/** A text piece is static (`text`) or a value (`index`, -1 for static text). */
export interface PlanPiece {
  readonly text: string;
  readonly index: number;
  readonly optional: boolean;
  /** An optional null takes the element away (F61): not directly in a root, not for a fragment. */
  readonly takesAway: boolean;
}

export interface AttributePlan {
  readonly name: string;
  readonly pieces: readonly PlanPiece[];
  /** The finished attribute where no piece is a value; null when it has no text and so is none. */
  readonly fixed: EventAttribute | null | undefined;
}

export interface ElementPlan {
  readonly name: string;
  /** Substitution whose null omits the element, or -1. */
  readonly gate: number;
  readonly attributes: readonly AttributePlan[];
  /** All attributes, where all are static. */
  readonly fixedAttributes: readonly EventAttribute[] | undefined;
  readonly content: readonly (PlanPiece | ElementPlan)[];
  /** Elements and text units without values; child elements count only in a fixed one. */
  readonly cost: number;
  /** The finished element, where nothing in it depends on the record. */
  readonly fixed: EventElement | undefined;
}

export const NO_CHILDREN: readonly EventElement[] = [];
const NO_ATTRIBUTES: readonly EventAttribute[] = [];

interface Growing {
  readonly name: string;
  readonly gate: number;
  readonly attributes: { readonly name: string; readonly pieces: PlanPiece[] }[];
  readonly content: (PlanPiece | ElementPlan)[];
}

/** The plan of a shape, or undefined when it is not of the usual kind. */
export function planEvent(shape: Shape): ElementPlan | undefined {
  const { steps, names, texts } = shape;
  const open: Growing[] = [];
  let inAttribute = false;
  let root: ElementPlan | undefined;
  for (let at = 0; at < steps.length; at += 4) {
    const a = steps[at + 1]!;
    const b = steps[at + 2]!;
    const top = open[open.length - 1];
    const op = steps[at]!;
    if (op === ShapeOp.Open) {
      if (root !== undefined || open.length >= MAX_DEPTH) return undefined;
      open.push({ name: names[a]!, gate: b, attributes: [], content: [] });
      inAttribute = false;
      continue;
    }
    if (op === ShapeOp.Instruction) continue;
    if (top === undefined) return undefined;
    if (op === ShapeOp.Attribute) {
      top.attributes.push({ name: names[a]!, pieces: [] });
      inAttribute = true;
    } else if (op === ShapeOp.EndAttributes) {
      inAttribute = false;
    } else if (op === ShapeOp.Close) {
      open.pop();
      const closed = finish(top);
      const parent = open[open.length - 1];
      if (parent === undefined) root = closed;
      else parent.content.push(closed);
    } else {
      const piece =
        op === ShapeOp.Text
          ? { text: texts[a]!, index: -1, optional: false, takesAway: false }
          : { text: '', index: a, optional: steps[at + 3] === 1, takesAway: open.length > 1 && b !== ValueType.BinXml };
      if (inAttribute) top.attributes[top.attributes.length - 1]!.pieces.push(piece);
      else top.content.push(piece);
    }
  }
  return open.length === 0 ? root : undefined;
}

export function isElement(item: PlanPiece | ElementPlan): item is ElementPlan {
  return 'name' in item;
}

function finish({ name, gate, attributes, content }: Growing): ElementPlan {
  const plans = attributes.map((attribute) => ({ ...attribute, fixed: fixedAttribute(attribute) }));
  const areFixed = plans.every((plan) => plan.fixed !== undefined);
  const fixedAttributes = areFixed ? plans.flatMap(({ fixed }) => (fixed ? [fixed] : [])) : undefined;
  let cost = 8 + name.length;
  for (const { name: own, pieces } of attributes) cost += 4 + own.length + lengthOf(pieces);
  for (const item of content) cost += isElement(item) ? 0 : item.text.length;
  const fixed = fixedElement();
  if (fixed !== undefined) for (const item of content) cost += isElement(item) ? item.cost : 0;
  return { name, gate, attributes: plans, fixedAttributes, content, cost, fixed };

  function fixedElement(): EventElement | undefined {
    if (gate >= 0 || fixedAttributes === undefined) return undefined;
    let text = '';
    const children: EventElement[] = [];
    for (const item of content) {
      if (isElement(item)) {
        if (item.fixed === undefined) return undefined;
        children.push(item.fixed);
      } else if (item.index >= 0) return undefined;
      else text += item.text;
    }
    return [
      name,
      fixedAttributes.length === 0 ? NO_ATTRIBUTES : fixedAttributes,
      text,
      children.length === 0 ? NO_CHILDREN : children,
    ];
  }
}

function fixedAttribute({ name, pieces }: { name: string; pieces: readonly PlanPiece[] }): AttributePlan['fixed'] {
  if (pieces.some((piece) => piece.index >= 0)) return undefined;
  const text = pieces.map((piece) => piece.text).join('');
  return text === '' ? null : [name, text];
}

function lengthOf(pieces: readonly PlanPiece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.text.length, 0);
}
