// What a record says, as a list of places and texts, straight from shapes and value tables: the view of the reading
// tests, independent of the renderers.

import { formatValue } from '../../src/model/value-text.ts';
import { ValueType } from '../../src/model/shape.ts';
import type { Leaf, Shape, ValueTable } from '../../src/model/shape.ts';
import type { RecordCursor } from '../../src/model/record.ts';
import { forEachRecord } from '../builders/read-log.ts';
import type { ReaderOptions } from '../../src/evtx/record-cursor.ts';

/** `Event/System/EventID` or `Event/System/Provider@Name` or `Event/EventData/Data[Name]`, and its text. */
export type LeafText = readonly [place: string, text: string];

/** Every leaf of the current record that is present and not embedded BinXML, outer fragment first. */
export function leafTexts(cursor: RecordCursor): LeafText[] {
  const texts = textsOf(cursor, cursor.shape, cursor.values, []);
  for (let i = 0; i < cursor.innerCount; i++) {
    const { shape, values, hostPath } = cursor.inner[i]!;
    texts.push(...textsOf(cursor, shape, values, hostPath));
  }
  return texts;
}

/** Texts of every record of a log. */
export function readLeafTexts(log: Uint8Array, options?: ReaderOptions): LeafText[][] {
  const all: LeafText[][] = [];
  forEachRecord(log, (cursor) => all.push(leafTexts(cursor)), options);
  return all;
}

/** Text at a place; undefined when absent. */
export function textAtPlace(texts: readonly LeafText[] | undefined, place: string): string | undefined {
  return texts?.find(([candidate]) => candidate === place)?.[1];
}

/** Texts whose place begins so. */
export function textsBelow(texts: readonly LeafText[] | undefined, prefix: string): LeafText[] {
  return (texts ?? []).filter(([place]) => place.startsWith(prefix));
}

function textsOf(cursor: RecordCursor, shape: Shape, values: ValueTable, host: readonly string[]): LeafText[] {
  const texts: LeafText[] = [];
  for (const leaf of shape.leaves) {
    if (leaf.gates.some((gate) => isNull(values, gate))) continue;
    const text = leaf.pieces
      .map((piece) => (piece.kind === 'text' ? piece.text : valueText(cursor, values, piece.index)))
      .join('');
    const isEmbedded = leaf.pieces.some(
      (piece) => piece.kind === 'value' && values.type[piece.index] === ValueType.BinXml,
    );
    if (isEmbedded && text === '') continue;
    texts.push([placeOf(cursor, leaf, values, host), text]);
  }
  return texts;
}

function placeOf(cursor: RecordCursor, leaf: Leaf, values: ValueTable, host: readonly string[]): string {
  const path = [...host, ...leaf.path].join('/');
  if (leaf.attribute !== undefined) return `${path}@${leaf.attribute}`;
  const name = leaf.nameValueIndex >= 0 ? valueText(cursor, values, leaf.nameValueIndex) : leaf.nameAttribute;
  return name === undefined ? path : `${path}[${name}]`;
}

function isNull(values: ValueTable, index: number): boolean {
  return index >= values.count || values.type[index] === ValueType.Null;
}

function valueText(cursor: RecordCursor, values: ValueTable, index: number): string {
  if (isNull(values, index) || values.type[index] === ValueType.BinXml) return '';
  return formatValue(cursor.bytes, cursor.view, values.type[index]!, values.offset[index]!, values.length[index]!);
}
