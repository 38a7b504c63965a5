// Random rules, written as YAML and read back, mean what the description they were written from means. The meaning is
// worked out here by the shortest way, apart from parser, lowering and interpreter.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchEvent } from '../../src/sigma/interpret/match-event.ts';
import { compileOne, eventOf, ruleText } from './rule-kit.ts';

const SEED = 65_537;

type Anchor = '' | 'contains' | 'startswith' | 'endswith';
/** Pieces of a value: text, or a wildcard. */
type Piece = string | { readonly wild: '*' | '?' };

interface Item {
  readonly field: string;
  readonly anchor: Anchor;
  readonly all: boolean;
  readonly cased: boolean;
  readonly neq: boolean;
  readonly values: readonly (readonly Piece[])[];
}

type Condition =
  | { readonly op: 'name'; readonly selection: number }
  | { readonly op: 'not'; readonly child: Condition }
  | { readonly op: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly op: 'of'; readonly all: boolean };

const TEXT = fc.string({
  unit: fc.constantFrom('a', 'B', 'b', '\\', "'", '*', '?', ' ', ':', '-', 'ß', '😀', '#'),
  minLength: 1,
  maxLength: 4,
});
const PIECE: fc.Arbitrary<Piece> = fc.oneof(
  { weight: 3, arbitrary: TEXT },
  { weight: 1, arbitrary: fc.constantFrom<Piece>({ wild: '*' }, { wild: '?' }) },
);
const ITEM: fc.Arbitrary<Item> = fc.record({
  field: fc.constantFrom('F', 'G', 'H'),
  anchor: fc.constantFrom<Anchor>('', 'contains', 'startswith', 'endswith'),
  all: fc.boolean(),
  cased: fc.boolean(),
  neq: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
  values: fc.array(fc.array(PIECE, { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
});
const SELECTIONS = fc.array(fc.array(ITEM, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });
const VALUE = fc.string({
  unit: fc.constantFrom('a', 'A', 'b', 'B', '\\', "'", '*', '?', ' ', ':', '-', 'ß', '😀', '#'),
  maxLength: 6,
});
const EVENT = fc.dictionary(fc.constantFrom('F', 'G', 'H'), fc.array(VALUE, { minLength: 1, maxLength: 2 }), {
  maxKeys: 3,
});

function conditionOf(selections: number): fc.Arbitrary<Condition> {
  return fc.letrec<{ node: Condition }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.nat(selections - 1).map((selection): Condition => ({ op: 'name', selection })),
      fc.boolean().map((all): Condition => ({ op: 'of', all })),
      tie('node').map((child): Condition => ({ op: 'not', child })),
      fc
        .tuple(fc.constantFrom<'and' | 'or'>('and', 'or'), tie('node'), tie('node'))
        .map(([op, left, right]): Condition => ({ op, left, right })),
    ),
  })).node;
}

/** A value as Sigma text: backslashes doubled, so that no escape depends on its neighbour. */
function writeValue(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece.replace(/[\\*?]/g, '\\$&') : piece.wild)).join('');
}

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function writeItem(item: Item): string {
  const modifiers = [item.anchor, item.all ? 'all' : '', item.cased ? 'cased' : '', item.neq ? 'neq' : ''].filter(
    (name) => name !== '',
  );
  return `${[item.field, ...modifiers].join('|')}:\n${item.values.map((value) => `      - ${quote(writeValue(value))}`).join('\n')}`;
}

function writeCondition(node: Condition): string {
  switch (node.op) {
    case 'name':
      return `sel_${node.selection}`;
    case 'not':
      return `not (${writeCondition(node.child)})`;
    case 'of':
      return node.all ? 'all of sel_*' : '1 of them';
    default:
      return `(${writeCondition(node.left)}) ${node.op} (${writeCondition(node.right)})`;
  }
}

const lower = (text: string): string =>
  Array.from(text, (point) => (point.length === 1 ? point.toLowerCase() : point)).join('');

function valueHolds(item: Item, pieces: readonly Piece[], value: string): boolean {
  const points = Array.from(item.cased ? value : lower(value));
  const open: Piece[] = [];
  if (item.anchor === 'contains' || item.anchor === 'endswith') open.push({ wild: '*' });
  open.push(...pieces);
  if (item.anchor === 'contains' || item.anchor === 'startswith') open.push({ wild: '*' });
  const wanted = open.flatMap((piece): Piece[] =>
    typeof piece === 'string' ? Array.from(item.cased ? piece : lower(piece)) : [piece],
  );
  const reach = (at: number, from: number): boolean => {
    const next = wanted[at];
    if (next === undefined) return from === points.length;
    if (typeof next === 'string') return points[from] === next && reach(at + 1, from + 1);
    if (next.wild === '?') return from < points.length && reach(at + 1, from + 1);
    return reach(at + 1, from) || (from < points.length && reach(at, from + 1));
  };
  return reach(0, 0);
}

type Event = Readonly<Record<string, readonly string[]>>;

function itemHolds(item: Item, event: Event): boolean {
  const values = event[item.field] ?? [];
  const tests = item.values.map((pieces) => values.some((value) => valueHolds(item, pieces, value)));
  const held = item.all ? tests.every(Boolean) : tests.some(Boolean);
  return item.neq ? !held : held;
}

function conditionHolds(node: Condition, selections: readonly boolean[]): boolean {
  switch (node.op) {
    case 'name':
      return selections[node.selection] ?? false;
    case 'not':
      return !conditionHolds(node.child, selections);
    case 'of':
      return node.all ? selections.every(Boolean) : selections.some(Boolean);
    case 'and':
      return conditionHolds(node.left, selections) && conditionHolds(node.right, selections);
    case 'or':
      return conditionHolds(node.left, selections) || conditionHolds(node.right, selections);
  }
}

describe('random rules', () => {
  test('mean what they were written from', () => {
    const rule = SELECTIONS.chain((selections) =>
      fc.record({ selections: fc.constant(selections), condition: conditionOf(selections.length) }),
    );
    let met = 0;
    fc.assert(
      fc.property(rule, fc.array(EVENT, { minLength: 1, maxLength: 4 }), ({ selections, condition }, events) => {
        const detection = selections
          .map((items, at) => `sel_${at}:\n  - ${items.map((item) => writeItem(item)).join('\n    ')}`)
          .join('\n');
        const { rule: compiledRule, compiled } = compileOne(ruleText(detection, writeCondition(condition)));
        for (const event of events) {
          const held = selections.map((items) => items.every((item) => itemHolds(item, event)));
          const expected = conditionHolds(condition, held);
          if (held.some(Boolean)) met++;
          expect(
            matchEvent(compiled.ruleSet, compiledRule, eventOf({ data: event })),
            `${detection}\n${writeCondition(condition)}`,
          ).toBe(expected);
        }
      }),
      { seed: SEED, numRuns: 1_500 },
    );
    // Otherwise the test would only compare misses.
    expect(met).toBeGreaterThan(300);
  });
});
