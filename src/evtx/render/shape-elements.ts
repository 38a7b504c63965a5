// The steps of a shape as nested elements, for compilers that look at an element as a whole. Runs once per shape.

import { ShapeOp, ValueType, type Shape } from '../../model/shape.ts';

/** Part of a text: static, or a value by its substitution index. */
export type Piece = { readonly text: string } | { readonly value: number; readonly optional: boolean };

/** A value in whose place fragments stand. */
export interface EmbedPlace {
  readonly embed: number;
}

export interface ShapeElement {
  readonly name: string;
  /** Substitution index whose null drops the element, or -1. */
  readonly dependency: number;
  readonly attributes: { readonly name: string; readonly pieces: Piece[] }[];
  readonly pieces: Piece[];
  readonly children: (ShapeElement | EmbedPlace)[];
}

/** The root element of a shape; undefined when there is not exactly one. */
export function elementsOf(shape: Shape): ShapeElement | undefined {
  const open: ShapeElement[] = [];
  let root: ShapeElement | undefined;
  let target: Piece[] | undefined;
  for (let at = 0; at < shape.steps.length; at += 4) {
    const a = shape.steps[at + 1]!;
    const top = open[open.length - 1];
    switch (shape.steps[at]!) {
      case ShapeOp.Open: {
        const element: ShapeElement = {
          name: shape.names[a]!,
          dependency: shape.steps[at + 2]!,
          attributes: [],
          pieces: [],
          children: [],
        };
        if (top === undefined) {
          if (root !== undefined) return undefined;
          root = element;
        } else {
          top.children.push(element);
        }
        open.push(element);
        target = element.pieces;
        break;
      }
      case ShapeOp.Attribute:
        if (top === undefined) return undefined;
        target = [];
        top.attributes.push({ name: shape.names[a]!, pieces: target });
        break;
      case ShapeOp.EndAttributes:
        target = top?.pieces;
        break;
      case ShapeOp.Close:
        open.pop();
        target = open[open.length - 1]?.pieces;
        break;
      case ShapeOp.Text:
        // Empty texts count as pieces in the tree's marks; keep them so that a number beside one stays a string.
        target?.push({ text: shape.texts[a]! });
        break;
      case ShapeOp.Value:
        if (shape.steps[at + 2] === ValueType.BinXml && target === top?.pieces && top !== undefined)
          top.children.push({ embed: a });
        else target?.push({ value: a, optional: shape.steps[at + 3]! === 1 });
        break;
      default:
        break;
    }
  }
  return root;
}

/** Elements inside elements of a shape. */
export function depthOf(shape: Shape): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < shape.steps.length; at += 4) {
    if (shape.steps[at] === ShapeOp.Open) deepest = Math.max(deepest, ++depth);
    else if (shape.steps[at] === ShapeOp.Close) depth--;
  }
  return deepest;
}

/** Joined text of pieces without values; undefined when there is a value among them. */
export function staticText(pieces: readonly Piece[]): string | undefined {
  let text = '';
  for (const piece of pieces) {
    if ('value' in piece) return undefined;
    text += piece.text;
  }
  return text;
}

/** The value that a text consists of, or undefined. */
export function onlyValue(
  pieces: readonly Piece[],
): { readonly value: number; readonly optional: boolean } | undefined {
  const only = pieces.length === 1 ? pieces[0] : undefined;
  return only !== undefined && 'value' in only ? only : undefined;
}
