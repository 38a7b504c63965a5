// Every core rule on a made event that must fire it, and on near misses that must not: a table row per rule.

import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { EventRule, Rule } from '../../src/model/rule-set.ts';
import { compileRules } from '../../src/sigma/compile-rules.ts';
import { matchEvent } from '../../src/sigma/interpret/match-event.ts';
import { correlateEvents } from '../sigma/correlate-events.ts';
import { eventOf, rulesBelow, type EventSketch } from '../sigma/rule-kit.ts';
import { CORRELATIONS, eventAt, type Moment } from './correlation-cases.ts';
import { OTHERS } from './other-cases.ts';
import { PROCESS_CHAINS } from './process-chains-cases.ts';
import { PROCESS_TOOLS } from './process-tools-cases.ts';
import { SECURITY } from './security-cases.ts';
import { SELDOM_SEEN } from './seldom-seen-cases.ts';
import { SYSMON } from './sysmon-cases.ts';

const { ruleSet } = compileRules(rulesBelow(fileURLToPath(new URL('../../rules', import.meta.url)), ['core']));
const nameOf = (rule: Rule): string => rule.info.file.replace(/^core\//, '').replace(/\.yml$/, '');
const rules = new Map(ruleSet.rules.filter(({ generates }) => generates).map((rule) => [nameOf(rule), rule]));
const ROWS = [...PROCESS_TOOLS, ...PROCESS_CHAINS, ...SYSMON, ...SECURITY, ...OTHERS, ...SELDOM_SEEN];

function eventRule(name: string): EventRule {
  const rule = rules.get(name);
  if (rule?.kind !== 'event') throw new Error(`no rule ${name}`);
  return rule;
}

function valuesOf({ data, userData }: EventSketch): Map<string, string> {
  const elements = (userData ?? []).flatMap(([, , , children]) => children);
  return new Map([
    ...Object.entries(data ?? {}).map(([field, value]) => [field, JSON.stringify(value)] as const),
    ...elements.map(([name, attributes, text]) => [name, JSON.stringify([attributes, text])] as const),
  ]);
}

/** Fields in which two events of a row differ. */
function differences(a: EventSketch, b: EventSketch): number {
  const left = valuesOf(a);
  const right = valuesOf(b);
  const fields = [...new Set([...left.keys(), ...right.keys()])];
  return fields.filter((field) => left.get(field) !== right.get(field)).length + (a.eventId === b.eventId ? 0 : 1);
}

function holds(name: string, moments: readonly Moment[]): boolean {
  const { findings } = correlateEvents(ruleSet, moments.map(eventAt));
  return findings.some(({ rule }) => rules.get(name) === ruleSet.rules[rule]);
}

describe('the tables', () => {
  test('every rule that makes findings has a row', () => {
    const covered = new Set([...ROWS, ...CORRELATIONS].map(({ rule }) => rule));
    expect([...rules.keys()].filter((name) => !covered.has(name))).toEqual([]);
    expect([...covered].filter((name) => !rules.has(name))).toEqual([]);
  });

  test('every near miss differs from the event that fires in one field', () => {
    for (const { rule, hits, misses } of ROWS) {
      expect(misses.length, rule).toBeGreaterThan(0);
      for (const miss of misses) expect(hits[0] === undefined ? 0 : differences(hits[0], miss), rule).toBe(1);
    }
  });
});

describe('single events', () => {
  test.each(ROWS.flatMap(({ rule, hits }) => hits.map((sketch, at) => [rule, at + 1, sketch] as const)))(
    '%s fires (%i)',
    (name, _, sketch) => {
      expect(matchEvent(ruleSet, eventRule(name), eventOf(sketch))).toBe(true);
    },
  );

  test.each(ROWS.flatMap(({ rule, misses }) => misses.map((sketch, at) => [rule, at + 1, sketch] as const)))(
    '%s does not fire on a near miss (%i)',
    (name, _, sketch) => {
      expect(matchEvent(ruleSet, eventRule(name), eventOf(sketch))).toBe(false);
    },
  );
});

describe('series of events', () => {
  test.each(CORRELATIONS.map((each) => [each.rule, each] as const))('%s holds', (name, each) => {
    expect(holds(name, each.holds)).toBe(true);
  });

  test.each(CORRELATIONS.map((each) => [each.rule, each] as const))(
    '%s does not hold when one thing is missing',
    (name, each) => {
      expect(holds(name, each.fails)).toBe(false);
    },
  );
});
