// Rows for joins and correlations as bytes, as they wait in the page for the end of a scan: as objects the texts of a
// million events would fill its heap, and handing them on to a worker would double that.

import type { CorrelationRows } from '../model/correlation.ts';
import type { JoinRows } from '../model/join-plan.ts';
import type { CorrelationPart, JoinPart, PackedPart, PackedRows, PackedSliceReport, SliceReport } from './protocol.ts';

/** The report of a slice as it crosses to the page. */
export function packReport({ correlation, joins, ...rest }: SliceReport): PackedSliceReport {
  return {
    ...rest,
    correlation: correlation && packCorrelationRows(correlation),
    joins: joins === undefined || joins.rows.length === 0 ? undefined : packJoinRows(joins),
  };
}

/** Packs rows for correlations with the rank of their file. */
export function packCorrelationPart({ rank, rows }: CorrelationPart): PackedPart {
  return { rank, rows: packCorrelationRows(rows) };
}

/** Gives the rows for correlations one part at a time and takes it out of the list: its memory is free once it is read. */
export function* unpackCorrelationParts(parts: PackedPart[]): Generator<CorrelationPart, undefined> {
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const { rank, rows } = part;
    const { json, words } = unpack(rows);
    const head = JSON.parse(json) as CorrelationHead;
    let at = 0;
    const blocks = head.blocks.map(([rule, length]) => ({ rule, rows: words.subarray(at, (at += length)) }));
    yield { rank, rows: { dictionary: head.dictionary, blocks } };
  }
  return undefined;
}

/** The same of rows for joins. */
export function* unpackJoinParts(parts: PackedPart[]): Generator<JoinPart, undefined> {
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const { rank, rows } = part;
    const { json, words } = unpack(rows);
    const head = JSON.parse(json) as JoinHead;
    yield { rank, rows: { ...head, rows: words } };
  }
  return undefined;
}

type JoinHead = Omit<JoinRows, 'rows'>;

interface CorrelationHead {
  readonly dictionary: readonly string[];
  readonly blocks: readonly (readonly [rule: number, words: number])[];
}

function packJoinRows({ rows, ...head }: JoinRows): PackedRows {
  return pack(head satisfies JoinHead, [rows]);
}

function packCorrelationRows({ dictionary, blocks }: CorrelationRows): PackedRows {
  const head = { dictionary, blocks: blocks.map(({ rule, rows }) => [rule, rows.length] as const) };
  const words = blocks.map(({ rows }) => rows);
  return pack(head satisfies CorrelationHead, words);
}

/** Length of the head, the head as JSON, which keeps every text as it is, and the numbers behind. */
function pack(head: object, words: readonly Uint32Array[]): PackedRows {
  const json = new TextEncoder().encode(JSON.stringify(head));
  const first = firstWord(json.length);
  const packed = new Uint32Array(first + words.reduce((sum, { length }) => sum + length, 0));
  packed[0] = json.length;
  new Uint8Array(packed.buffer).set(json, 4);
  let at = first;
  for (const part of words) {
    packed.set(part, at);
    at += part.length;
  }
  return packed;
}

function unpack(packed: PackedRows): { readonly json: string; readonly words: Uint32Array } {
  const length = packed[0]!;
  const json = new TextDecoder().decode(new Uint8Array(packed.buffer, 4, length));
  return { json, words: packed.subarray(firstWord(length)) };
}

function firstWord(headLength: number): number {
  return 1 + Math.ceil(headLength / 4);
}
