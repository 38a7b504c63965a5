import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ANY_FIELD } from '../../src/model/field-key.ts';
import type { Predicate } from '../../src/model/rule-set.ts';
import { ValueType } from '../../src/model/shape.ts';
import { buildLog, type EventSpec } from '../builders/evtx-builder.ts';
import type { BuilderValue } from '../builders/value-bytes.ts';
import { ANY_ROUTE, eventRule, ruleSetOf } from './arbitrary-rules.ts';
import { judgeByEngine, judgeByInterpreter } from './judge.ts';

const RUNS = Number(process.env['WINNOW_FUZZ_RUNS'] ?? 150);

const keyword = (text: string): Predicate => ({
  kind: 'literal',
  field: ANY_FIELD,
  anchor: 'contains',
  text,
  cased: false,
});

/** Long ones that share runs of four units, one of the shortest length that is filtered, one beyond ASCII. */
const SETS: readonly (readonly string[])[] = [
  ['mimikatz', 'privilege::debug', 'lsadump::sam', 'kerberos::'],
  ['kali'],
  ['mimikatz', 'passwörter'],
  ['kkkkkkkkkkkkkkkkkkkkkkkkkkkk', 'kkkkkkkkkkkkkkkkkkkkkkkkkkkl'],
];

describe('keywords over whole values', () => {
  test.each(SETS)('are found wherever they stand: %s', (...words) => {
    const ruleSet = ruleSetOf(
      words.map(keyword),
      words.map((_, predicate) => eventRule({ op: 'test', predicate }, [ANY_ROUTE], `rule ${predicate}`)),
    );
    // Whole keywords, keywords with a unit missing or changed, and units that fold into ASCII letters.
    const part = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...words) },
      fc.tuple(fc.constantFrom(...words), fc.nat(30)).map(([word, at]) => word.slice(at % word.length)),
      fc.tuple(fc.constantFrom(...words), fc.nat(30)).map(([word, at]) => word.slice(0, at % word.length)),
      fc.constantFrom(...words).map((word) => word.replaceAll('k', '\u212a').toUpperCase()),
      fc.constantFrom(...words).map((word) => word.replaceAll('s', '\u017f')),
      fc.string({ maxLength: 9 }),
      fc.constantFrom('ö', '\0', '\u212a', 'rivi', 'k'),
    );
    const texts = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
    const value: fc.Arbitrary<BuilderValue> = fc.oneof(
      { weight: 4, arbitrary: texts },
      texts.map((text) => ({ type: ValueType.AnsiString, bytes: Uint8Array.from(text, (c) => c.charCodeAt(0) & 255) })),
      fc.array(texts, { maxLength: 3 }).map((items) => ({ type: ValueType.String | ValueType.Array, value: items })),
      fc.constantFrom<BuilderValue>(7, true, null, ''),
    );
    // Records of one template whose types differ from record to record, and names that come again, with keywords and without.
    const name = fc.constantFrom('HOST', 'OTHER', ...words, `${words[0]!}.example`, words[0]!.toUpperCase());
    const event: fc.Arbitrary<EventSpec> = fc
      .record({
        values: fc.array(value, { minLength: 3, maxLength: 3 }),
        computer: name,
        provider: name,
        channel: name,
      })
      .map(({ values, ...names }) => ({ ...names, data: values.map((item, i) => [`F${i}`, item]) }));
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 12 }), (records) => {
        const log = buildLog({ records });
        expect(judgeByEngine(ruleSet, log)).toEqual(judgeByInterpreter(ruleSet, log));
      }),
      { numRuns: RUNS },
    );
  });
});
