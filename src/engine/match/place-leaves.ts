// Leaves of a shape with what stands around them: the element's Name attribute and its child elements. A shape lists
// leaves only; the finished tree also depends on which children are there, and an element that has children only in the
// template is a leaf of its own once all of them are gone (F61).

import { ShapeOp, ValueType, type Leaf, type Shape } from '../../model/shape.ts';

export interface PlacedElement {
  /** The Name attribute, where it is no static text. */
  name: Leaf | undefined;
  /** Per static child element: values that must not be null for it to be there. */
  readonly children: (readonly number[])[];
}

export interface PlacedLeaf {
  readonly leaf: Leaf;
  readonly element: PlacedElement;
}

const NO_GATES: readonly number[] = [];

interface OpenElement extends PlacedElement {
  readonly path: readonly string[];
  readonly gates: readonly number[];
  staticName: string | undefined;
  hasText: boolean;
}

/** The shape's leaves in document order, and among them one for each element that can lose all of its children. */
export function placeLeaves(shape: Shape): PlacedLeaf[] {
  const { steps, names, leaves } = shape;
  const order: { element: OpenElement; isText: boolean }[] = [];
  const open: OpenElement[] = [];
  let inAttribute = false;
  for (let at = 0; at < steps.length; at += 4) {
    const top = open[open.length - 1];
    switch (steps[at]) {
      case ShapeOp.Open: {
        const own = ownGates(steps, at);
        top?.children.push(own);
        const gates =
          top === undefined || top.gates.length === 0
            ? own
            : own.length === 0
              ? top.gates
              : [...new Set([...top.gates, ...own])];
        const path = [...(top?.path ?? []), names[steps[at + 1]!]!];
        open.push({ path, gates, name: undefined, staticName: undefined, children: [], hasText: false });
        break;
      }
      case ShapeOp.Attribute:
        inAttribute = true;
        if (top !== undefined) order.push({ element: top, isText: false });
        break;
      case ShapeOp.EndAttributes:
        inAttribute = false;
        if (top !== undefined) order.push({ element: top, isText: true });
        break;
      case ShapeOp.Text:
      case ShapeOp.Value:
        if (top !== undefined && !inAttribute) top.hasText = true;
        break;
      case ShapeOp.Close:
        open.pop();
        break;
      default:
        break;
    }
  }
  const placed: PlacedLeaf[] = [];
  let next = 0;
  for (const { element, isText } of order) {
    if (!isText || element.hasText || element.children.length === 0) {
      const leaf = leaves[next++];
      if (leaf === undefined) break;
      if (leaf.attribute === 'Name') noteName(element, leaf);
      placed.push({ leaf, element });
    } else if (element.children.every((gates) => gates.length > 0)) {
      const { path, gates, staticName: nameAttribute } = element;
      placed.push({
        leaf: { path, attribute: undefined, nameAttribute, nameValueIndex: -1, pieces: [], gates },
        element,
      });
    }
  }
  return placed;
}

function noteName(element: OpenElement, leaf: Leaf): void {
  const text = staticTextOf(leaf);
  if (text === undefined) element.name = leaf;
  else element.staticName = text;
}

/** Text of a leaf without any value, undefined for the others. */
export function staticTextOf({ pieces }: Leaf): string | undefined {
  let text = '';
  for (const piece of pieces) {
    if (piece.kind === 'value') return undefined;
    text += piece.text;
  }
  return text;
}

/** Values whose null drops the element that opens at step `at`: its dependency, and optional values directly in its content. */
function ownGates(steps: Int32Array, at: number): readonly number[] {
  let gates: number[] | undefined;
  if (steps[at + 2]! >= 0) gates = [steps[at + 2]!];
  if (at === 0) return gates ?? NO_GATES;
  const end = steps[at + 3]! * 4;
  let inTag = true;
  for (let step = at + 4; step < end; step += 4) {
    if (steps[step] === ShapeOp.EndAttributes) inTag = false;
    else if (steps[step] === ShapeOp.Open) step = steps[step + 3]! * 4;
    else if (steps[step] === ShapeOp.Value && !inTag && steps[step + 3] === 1 && steps[step + 2] !== ValueType.BinXml) {
      (gates ??= []).push(steps[step + 1]!);
    }
  }
  return gates ?? NO_GATES;
}
