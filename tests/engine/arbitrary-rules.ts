// Random rule sets for comparing the engine with the reference interpreter: literals that overlap and share grams,
// units that fold in unusual ways, every kind of predicate, views with and without transforms, extra route conditions.

import fc from 'fast-check';
import { foldText } from '../../src/base/fold.ts';
import { translateRegex } from '../../src/base/linear-regex.ts';
import { fieldKeyOf, type FieldKey } from '../../src/model/field-key.ts';
import { PLAIN_VIEW, type FieldView } from '../../src/model/field-view.ts';
import type { EventRule, Expression, GlobPart, Predicate, Route, RuleInfo, RuleSet } from '../../src/model/rule-set.ts';

/** Building blocks of literals and values: they collide on purpose. */
export const PIECES: readonly string[] = [
  'cmd',
  '.exe',
  'CMD',
  '\\',
  '\\cmd.exe',
  'a',
  'ab',
  'abc',
  'abcd',
  'abcde',
  'abcdabcd',
  'e',
  'E',
  '-',
  '/',
  ' ',
  'K',
  'K',
  'k',
  'ß',
  'ẞ',
  'ς',
  'σ',
  'Σ',
  'İ',
  'ı',
  'I',
  'ſ',
  's',
  'É',
  'é',
  'Я',
  'я',
  '😀',
  '\ud83d',
  '\ude00',
  '–',
  '1',
  '15',
  '4624',
  '0x1f',
  '0X1F',
  '31',
  '-7',
  '18446744073709551615',
  '10.0.0.7',
  '::ffff:10.0.0.7',
  'true',
  '2024-05-06T07:08:09.1234567Z',
  '\n',
  '\t',
  '%%1904',
  'S-1-5-18',
  'sekurlsa::',
  'dpapi::master',
];

/** Names that Data elements get; several meet in one key, some are System names, one is a trap for plain objects. */
export const FIELD_NAMES: readonly string[] = [
  'Image',
  'CommandLine',
  'Command Line',
  'command_line',
  'Data',
  'EventID',
  'Channel',
  'Level',
  'NewProcessName',
  'ProcessId',
  'Hashes',
  '__proto__',
  'Param',
  'Computer',
];

export const RULE_FIELDS: readonly string[] = [
  ...FIELD_NAMES,
  '*',
  'EventData',
  'UserData',
  'Message',
  'Data[1]',
  'Provider_Name',
  'Provider',
  'Leaf',
  'Tree.Leaf',
  'Attr',
  'Leaf_Attr',
  'Derived',
  'Merged',
  'EventData_Attr',
  'TimeCreated',
  'Keywords',
  'RecordNumber',
];

const keyOf = (name: string): FieldKey => (name === '*' ? ('*' as FieldKey) : fieldKeyOf(name));

const piece = fc.constantFrom(...PIECES);
/** Text of a literal or a value. */
export const text = (maxLength: number): fc.Arbitrary<string> =>
  fc.array(piece, { maxLength }).map((parts) => parts.join(''));
const literalText = fc.array(piece, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
const field = fc.constantFrom(...RULE_FIELDS).map(keyOf);
const anchor = fc.constantFrom('exact', 'prefix', 'suffix', 'contains' as const);
const compare = fc.constantFrom('eq', 'lt', 'lte', 'gt', 'gte' as const);

const REGEXES: readonly (readonly [source: string, flags: string])[] = [
  ['cmd.*e', ''],
  ['CMD', 'i'],
  ['^a', ''],
  ['abcd$', ''],
  ['k', 'i'],
  ['s{2,}', 'i'],
  ['(ab|cd)+', ''],
  ['\\d+', ''],
  ['.{8,}', ''],
  ['[a-e]{4}', ''],
  ['^$', ''],
  ['\\\\cmd', ''],
  ['σ', 'i'],
  ['.{20,}', ''],
];
const regexes = REGEXES.map(([source, flags]) => translateRegex(source, flags)).flatMap((result) =>
  result.ok ? [result.value] : [],
);

const globParts = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: literalText.map((part): GlobPart => ({ kind: 'text', text: part })) },
    fc.constant<GlobPart>({ kind: 'any' }),
    fc.constant<GlobPart>({ kind: 'one' }),
  ),
  { minLength: 2, maxLength: 5 },
);

const predicate: fc.Arbitrary<Predicate> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('literal' as const),
      field,
      anchor,
      text: literalText.map(foldText),
      cased: fc.constant(false),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('literal' as const),
      field,
      anchor,
      text: literalText,
      cased: fc.constant(true),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('exists', 'empty', 'null' as const), field }) },
  {
    weight: 2,
    arbitrary: fc.tuple(field, globParts, fc.boolean()).map(([key, parts, cased]): Predicate => {
      const folded = parts.map((part): GlobPart =>
        part.kind === 'text' && !cased ? { kind: 'text', text: foldText(part.text) } : part,
      );
      return { kind: 'glob', field: key, parts: folded, cased };
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('number' as const),
      field,
      compare,
      value: fc.constantFrom('1', '15', '31', '-7', '18446744073709551615', '4624'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      field,
      part: fc.constantFrom('hour', 'year', 'week' as const),
      compare,
      value: fc.constantFrom(7, 2024, 19),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('cidr' as const),
      field,
      bytes: fc.constant([10, 0, 0, 0]),
      bits: fc.constantFrom(8, 29, 32),
    }),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(field, fc.constantFrom(...regexes))
      .map(([key, regex]): Predicate => ({ kind: 'regex', field: key, source: regex.source, flags: regex.flags })),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('fieldref' as const), field, other: field, anchor, cased: fc.boolean() }),
  },
);

const expressionOver = (count: number): fc.Arbitrary<Expression> =>
  fc.letrec<{ node: Expression; leaf: Expression }>((tie) => ({
    leaf: fc.nat({ max: count - 1 }).map((number): Expression => ({ op: 'test', predicate: number })),
    node: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      { weight: 4, arbitrary: tie('leaf') },
      {
        weight: 2,
        arbitrary: fc.record({
          op: fc.constantFrom('and', 'or' as const),
          children: fc.array(tie('node'), { maxLength: 4 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ op: fc.constant('not' as const), child: tie('node') }) },
    ),
  })).node;

const source = (
  inputs: readonly string[],
  transform?: string,
): { inputs: readonly FieldKey[]; transform: string | undefined } => ({
  inputs: inputs.map(keyOf),
  transform,
});

const VIEWS: readonly FieldView[] = [
  PLAIN_VIEW,
  {
    ...PLAIN_VIEW,
    id: 1,
    name: 'creation',
    sources: new Map([
      [keyOf('Image'), [source(['NewProcessName'])]],
      [keyOf('ProcessId'), [source(['Param'], 'decimalOfHex')]],
      [keyOf('Derived'), [source(['Param'], 'decimalOfHex'), source(['Hashes'])]],
    ]),
    hides: new Set([keyOf('ProcessId')]),
  },
  {
    ...PLAIN_VIEW,
    id: 2,
    name: 'every-event',
    sources: new Map([
      [keyOf('Message'), [source(['*'])]],
      [keyOf('Data[1]'), [source(['Data'], 'item.1')]],
      [keyOf('Merged'), [source(['Image', 'CommandLine'])]],
      [keyOf('CommandLine'), [source(['Hashes'], 'listItems')]],
    ]),
  },
];

const route = (count: number): fc.Arbitrary<Route> =>
  fc.record({
    channel: fc.constantFrom(undefined, undefined, 'security', 'ops'),
    provider: fc.constantFrom(undefined, undefined, undefined, 'maker'),
    eventIds: fc.constantFrom(undefined, undefined, [1], [1, 2, 4624]),
    view: fc.constantFrom(0, 0, 1),
    extra: fc.option(expressionOver(count), { nil: undefined, freq: 6 }),
  });

const INFO: RuleInfo = {
  id: 'rule',
  name: undefined,
  title: 'rule',
  level: 'low',
  status: '',
  description: '',
  author: '',
  date: '',
  references: [],
  tags: [],
  falsePositives: [],
  logsource: { product: [], category: [], service: [] },
  pack: 'test',
  file: 'test.yml',
  document: 0,
  hash: '',
  notEvaluable: undefined,
  warnings: [],
};

/** An event rule with a condition and routes. */
export function eventRule(condition: Expression, routes: readonly Route[], id = 'rule'): EventRule {
  return { kind: 'event', info: { ...INFO, id, title: id }, routes, condition, generates: true };
}

/** A route that accepts every event through the plain view. */
export const ANY_ROUTE: Route = {
  channel: undefined,
  provider: undefined,
  eventIds: undefined,
  view: 0,
  extra: undefined,
};

/** A rule set of plain rules, for tests that write their predicates down. */
export function ruleSetOf(predicates: readonly Predicate[], rules: readonly EventRule[]): RuleSet {
  return { rules, predicates, views: VIEWS, eventViews: [] };
}

/** Random rule sets. */
export const arbitraryRuleSet: fc.Arbitrary<RuleSet> = fc
  .array(predicate, { minLength: 4, maxLength: 30 })
  .chain((predicates) =>
    fc.record({
      predicates: fc.constant(predicates),
      rules: fc.array(
        fc
          .tuple(expressionOver(predicates.length), fc.array(route(predicates.length), { minLength: 1, maxLength: 3 }))
          .map(([condition, routes]) => eventRule(condition, routes)),
        { minLength: 1, maxLength: 12 },
      ),
      views: fc.constant(VIEWS),
      eventViews: fc.constantFrom(
        [],
        [{ channel: undefined, provider: undefined, eventIds: undefined, view: 2 }],
        [{ channel: 'security', provider: undefined, eventIds: [1], view: 2 }],
      ),
    }),
  );

/** For every field and view: is it there, is it empty, is it null, is it blank, does it hold this text. One rule each. */
export const PROBES: RuleSet = (() => {
  const predicates: Predicate[] = [];
  const blank = translateRegex('^ +$', '');
  if (!blank.ok) throw new Error('the pattern does not compile');
  for (const key of new Set(RULE_FIELDS.map(keyOf))) {
    for (const kind of ['exists', 'empty', 'null'] as const) predicates.push({ kind, field: key });
    predicates.push({ kind: 'regex', field: key, source: blank.value.source, flags: '' });
    for (const part of [' ', '&', 'cmd', 'ab', '1'])
      predicates.push({ kind: 'literal', field: key, anchor: 'contains', text: part, cased: false });
    for (const part of ['cmd', '15', '&', 'a', 'hostab'])
      predicates.push({ kind: 'literal', field: key, anchor: 'exact', text: part, cased: false });
  }
  const rules = predicates.flatMap((_, predicate) =>
    [0, 1].map((view) => eventRule({ op: 'test', predicate }, [{ ...ANY_ROUTE, view }])),
  );
  return {
    rules,
    predicates,
    views: VIEWS,
    eventViews: [{ channel: 'security', provider: undefined, eventIds: undefined, view: 2 }],
  };
})();
