// What an attacker can write into a log to make the scan slow, each under a bound that is generous for a busy machine
// and far below what the naive form costs (figures in the engine's reference text).

import { describe, expect, test } from 'vitest';
import { cpuMillisecondsOf } from '../builders/cpu-time.ts';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { RecordMatcher } from '../../src/engine/match/record-matcher.ts';
import { loadProgram } from '../../src/engine/program.ts';
import { renderEvent } from '../../src/evtx/render/render-event.ts';
import { translateRegex } from '../../src/base/linear-regex.ts';
import type { FieldKey } from '../../src/model/field-key.ts';
import type { GlobPart, Predicate } from '../../src/model/rule-set.ts';
import { buildLog, type EventSpec } from '../builders/evtx-builder.ts';
import { forEachRecord } from '../builders/read-log.ts';
import { ANY_ROUTE, eventRule, ruleSetOf } from './arbitrary-rules.ts';

const image = 'image' as FieldKey;
const contains = (text: string): Predicate => ({
  kind: 'literal',
  field: image,
  anchor: 'contains',
  text,
  cased: false,
});

/** CPU milliseconds to judge the events, and the matcher that did it. */
function timeOf(
  predicates: readonly Predicate[],
  records: readonly EventSpec[],
): { milliseconds: number; matcher: RecordMatcher } {
  const rules = predicates.map((_, predicate) => eventRule({ op: 'test', predicate }, [ANY_ROUTE]));
  const matcher = new RecordMatcher(loadProgram(compileProgram(ruleSetOf(predicates, rules))));
  const log = buildLog({ records });
  const milliseconds = cpuMillisecondsOf(() =>
    forEachRecord(log, (cursor) => matcher.match(cursor, () => renderEvent(cursor))),
  );
  return { milliseconds, matcher };
}

const withImage = (text: string): EventSpec => ({ data: [['Image', text]] });

describe('hostile values', () => {
  test('that collide in the memo cost a scan each, not a walk through all before them', () => {
    // Flipping bit 31 of one word, and bits 31 and 16 of the next word of the same lane, cancels in the hash.
    const values = Array.from({ length: 4_000 }, (_, i) => {
      const units = Array.from('a'.repeat(96), (letter) => letter.charCodeAt(0));
      for (let bit = 0; bit < 12; bit++) {
        if (((i >> bit) & 1) === 0) continue;
        const first = bit * 8;
        units[first + 1]! ^= 0x8000;
        units[first + 5]! ^= 0x8001;
      }
      return withImage(String.fromCharCode(...units));
    });
    const plain = timeOf(
      [contains('needle')],
      values.map((_, i) => withImage(`value ${String(i).padStart(90, '0')}`)),
    );
    const hostile = timeOf([contains('needle')], values);
    expect(hostile.milliseconds).toBeLessThan(20 * plain.milliseconds + 500);
  });

  test('that nearly match a wildcard with four stars stay linear', () => {
    const parts: GlobPart[] = ['a', 'b', 'c', 'd'].flatMap((text): GlobPart[] => [
      { kind: 'any' },
      { kind: 'text', text },
    ]);
    const { milliseconds, matcher } = timeOf(
      [{ kind: 'glob', field: image, parts, cased: false }],
      [withImage('abc'.repeat(5_000))],
    );
    expect(matcher.tests.runs).toBeLessThanOrEqual(1);
    expect(milliseconds).toBeLessThan(500);
  });

  test('that repeat the most crowded gram are verified in bounded time', () => {
    const predicates = Array.from({ length: 60 }, (_, i) =>
      contains(`abcd${String.fromCharCode(0x61 + (i % 26))}${String(i)}`),
    );
    const { milliseconds, matcher } = timeOf(predicates, [withImage('abcd'.repeat(7_500))]);
    // The gram is chosen by rarity, so what all sixty literals share is not what they are found by.
    expect(matcher.sets.matcher.verifications).toBeLessThan(30_000);
    expect(milliseconds).toBeLessThan(1_000);
  });

  test('that make a backtracking engine explode do not', () => {
    const pattern = translateRegex('(?:.*\\)){1,}.*"', '');
    expect(pattern.ok).toBe(true);
    if (!pattern.ok) return;
    const regex: Predicate = { kind: 'regex', field: image, source: pattern.value.source, flags: '' };
    const { milliseconds } = timeOf(
      [regex],
      [withImage(`cmd /c"set abc{0}\\" -f${')'.repeat(2_000)}`), withImage(`cmd /c set abc ${')'.repeat(5_000)}`)],
    );
    expect(milliseconds).toBeLessThan(2_000);
  });

  test('in events of 512 fields and in thousands of different kinds of events cost what they weigh', () => {
    const wide = { data: Array.from({ length: 512 }, (_, i) => [`Field${i}`, 'x'] as const) };
    const kinds = Array.from({ length: 3_000 }, (_, i) => ({
      channel: `C${i}`,
      provider: `P${i % 50}`,
      eventId: i,
      data: [['Image', 'x']] as const,
    }));
    const { milliseconds } = timeOf(
      [contains('needle'), { ...contains('needle'), field: '*' as FieldKey }],
      [...kinds, wide, wide],
    );
    expect(milliseconds).toBeLessThan(5_000);
  });

  test('longer than the memo takes and arrays of thousands of items are still judged', () => {
    const long = `${'x'.repeat(30_000)}needle`;
    const rules = [eventRule({ op: 'test', predicate: 0 }, [ANY_ROUTE])];
    const matcher = new RecordMatcher(loadProgram(compileProgram(ruleSetOf([contains('needle')], rules))));
    const items = [...Array.from({ length: 3_000 }, (_, i) => `i${i}`), 'needle'];
    const found: number[] = [];
    forEachRecord(
      buildLog({ records: [withImage(long), { data: [['Image', { type: 0x81, value: items }]] }] }),
      (cursor) => {
        found.push(matcher.match(cursor, () => renderEvent(cursor)));
      },
    );
    expect(found).toEqual([1, 1]);
  });
});
