// Predicates of a rule set → columns: kind, field, the literal that decides the predicate or that every match contains,
// and a payload for those that look at text. Literals are interned by (field, anchor, folded units), so that `Cmd.exe`
// and `cmd.exe`, a rule's own literal and a regex' required one meet.

import { foldText } from '../../base/fold.ts';
import { assertUnreachable } from '../../base/assert.ts';
import type { FieldKey } from '../../model/field-key.ts';
import type { GlobPart, Predicate, TextAnchor } from '../../model/rule-set.ts';
import { Anchor, PredicateKind } from '../program.ts';
import type { LiteralColumns } from './build-literal-index.ts';
import { requiredLiteral } from './regex-literal.ts';

const ANCHORS: Readonly<Record<TextAnchor, number>> = {
  exact: Anchor.Exact,
  prefix: Anchor.Prefix,
  suffix: Anchor.Suffix,
  contains: Anchor.Contains,
};

export interface PredicateColumns {
  readonly fields: readonly FieldKey[];
  readonly kind: Uint8Array;
  readonly field: Int32Array;
  readonly literal: Int32Array;
  readonly payload: Int32Array;
  readonly payloads: readonly Predicate[];
  readonly fieldTexts: Int32Array;
  readonly textPredicates: Int32Array;
  readonly text: Int32Array;
  readonly literals: LiteralColumns;
  readonly fieldLiterals: Int32Array;
}

interface Lowered {
  readonly kind: number;
  readonly anchor: number;
  readonly literal: string | undefined;
}

/** Lowers the predicates that `used` marks; the others get field -1. */
export function lowerPredicates(predicates: readonly Predicate[], used: Uint8Array): PredicateColumns {
  const fields: FieldKey[] = [];
  const fieldNumber = new Map<FieldKey, number>();
  const numberOf = (key: FieldKey): number => {
    const known = fieldNumber.get(key);
    if (known !== undefined) return known;
    fieldNumber.set(key, fields.length);
    return fields.push(key) - 1;
  };
  const count = predicates.length;
  const kind = new Uint8Array(count);
  const field = new Int32Array(count).fill(-1);
  const payload = new Int32Array(count).fill(-1);
  const payloads: Predicate[] = [];
  const found: (readonly [anchor: number, text: string] | undefined)[] = [];
  for (let i = 0; i < count; i++) {
    const predicate = predicates[i]!;
    if (used[i] === 0) continue;
    const lowered = lowerPredicate(predicate);
    kind[i] = lowered.kind;
    field[i] = numberOf(predicate.field);
    if (predicate.kind === 'fieldref') numberOf(predicate.other);
    if (lowered.literal !== undefined) found[i] = [lowered.anchor, lowered.literal];
    if (lowered.kind >= PredicateKind.Cased) payload[i] = payloads.push(predicate) - 1;
  }
  const literal = new Int32Array(count).fill(-1);
  const { columns, fieldLiterals } = internLiterals(fields.length, field, found, literal);
  return {
    fields,
    kind,
    field,
    literal,
    payload,
    payloads,
    ...groupTexts(fields.length, kind, field),
    literals: columns,
    fieldLiterals,
  };
}

function lowerPredicate(predicate: Predicate): Lowered {
  const plain = (kind: number): Lowered => ({ kind, anchor: 0, literal: undefined });
  switch (predicate.kind) {
    case 'exists':
      return plain(PredicateKind.Exists);
    case 'empty':
      return plain(PredicateKind.Empty);
    case 'null':
      return plain(PredicateKind.Null);
    case 'literal':
      if (predicate.text === '')
        return plain(predicate.anchor === 'exact' ? PredicateKind.Empty : PredicateKind.Exists);
      return {
        kind: predicate.cased ? PredicateKind.Cased : PredicateKind.Literal,
        anchor: ANCHORS[predicate.anchor],
        literal: foldText(predicate.text),
      };
    case 'glob':
      return { kind: PredicateKind.Glob, ...globLiteral(predicate.parts) };
    case 'regex':
      return { kind: PredicateKind.Regex, anchor: Anchor.Contains, literal: requiredLiteral(predicate.source) };
    case 'number':
      return plain(PredicateKind.Number);
    case 'time':
      return plain(PredicateKind.Time);
    case 'cidr':
      return plain(PredicateKind.Cidr);
    case 'fieldref':
      return plain(PredicateKind.FieldRef);
    default:
      return assertUnreachable(predicate);
  }
}

/** The longest text of a wildcard value, with the anchor its place gives it. */
function globLiteral(parts: readonly GlobPart[]): { anchor: number; literal: string | undefined } {
  let best = -1;
  let size = 0;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (part.kind === 'text' && part.text.length > size) {
      best = i;
      size = part.text.length;
    }
  }
  const part = parts[best];
  if (part?.kind !== 'text') return { anchor: 0, literal: undefined };
  const anchor =
    parts.length === 1
      ? Anchor.Exact
      : best === 0
        ? Anchor.Prefix
        : best === parts.length - 1
          ? Anchor.Suffix
          : Anchor.Contains;
  return { anchor, literal: foldText(part.text) };
}

/** Numbers the distinct literals so that those of one field lie together. */
function internLiterals(
  fieldCount: number,
  field: Int32Array,
  found: readonly (readonly [anchor: number, text: string] | undefined)[],
  literal: Int32Array,
): { columns: LiteralColumns; fieldLiterals: Int32Array } {
  const perField = Array.from({ length: fieldCount }, () => new Map<string, number[]>());
  for (let i = 0; i < found.length; i++) {
    const entry = found[i];
    if (entry === undefined) continue;
    const key = `${entry[0]}${entry[1]}`;
    const users = perField[field[i]!]!.get(key);
    if (users === undefined) perField[field[i]!]!.set(key, [i]);
    else users.push(i);
  }
  const total = perField.reduce((sum, map) => sum + map.size, 0);
  const offset = new Int32Array(total);
  const length = new Int32Array(total);
  const anchor = new Uint8Array(total);
  const fieldLiterals = new Int32Array(fieldCount + 1);
  let units = 0;
  for (const map of perField) for (const key of map.keys()) units += key.length - 1;
  const pool = new Uint16Array(units);
  let next = 0;
  let at = 0;
  for (let f = 0; f < fieldCount; f++) {
    fieldLiterals[f] = next;
    for (const [key, users] of perField[f]!) {
      offset[next] = at;
      length[next] = key.length - 1;
      anchor[next] = key.charCodeAt(0) - 48;
      for (let i = 1; i < key.length; i++) pool[at++] = key.charCodeAt(i);
      for (const user of users) literal[user] = next;
      next++;
    }
  }
  fieldLiterals[fieldCount] = next;
  return { columns: { pool, offset, length, anchor }, fieldLiterals };
}

/** Text predicates by field, in the order of their numbers. */
function groupTexts(
  fieldCount: number,
  kind: Uint8Array,
  field: Int32Array,
): { fieldTexts: Int32Array; textPredicates: Int32Array; text: Int32Array } {
  const lists = Array.from({ length: fieldCount }, (): number[] => []);
  const text = new Int32Array(kind.length).fill(-1);
  for (let i = 0; i < kind.length; i++) {
    // A comparison of two fields has no verdict per value, so it never becomes a mark in a set.
    if (field[i]! < 0 || kind[i]! < PredicateKind.Cased || kind[i] === PredicateKind.FieldRef) continue;
    text[i] = lists[field[i]!]!.push(i) - 1;
  }
  const fieldTexts = new Int32Array(fieldCount + 1);
  for (let f = 0; f < fieldCount; f++) fieldTexts[f + 1] = fieldTexts[f]! + lists[f]!.length;
  return { fieldTexts, textPredicates: Int32Array.from(lists.flat()), text };
}
