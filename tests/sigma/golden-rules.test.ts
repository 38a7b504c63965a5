// The rule sets of the shared corpus as a whole: what compiles, how fast, and what is said about the rest.

import { describe, expect, test } from 'vitest';
import { cpuMillisecondsOf } from '../builders/cpu-time.ts';
import { compileRules } from '../../src/sigma/compile-rules.ts';
import type { RuleVerdict } from '../../src/model/rule-set.ts';
import { hasShared, sharedRoot } from '../corpus/shared.ts';
import { rulesBelow } from './rule-kit.ts';

const root = `${sharedRoot ?? ''}sigma/`;
const CURRENT = ['rules/windows', 'rules-emerging-threats', 'rules-threat-hunting'];
const LISTS = new Map([['known_cdcs', ['cdc.example']]]);

function tally(verdicts: readonly RuleVerdict[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { verdict } of verdicts) sums[verdict] = (sums[verdict] ?? 0) + 1;
  return sums;
}

describe.skipIf(!hasShared)('current SigmaHQ rules', () => {
  test('all 2,858 compile, 15 of them for events that no log holds', () => {
    const files = rulesBelow(`${root}sigmahq`, CURRENT);
    // Processor time, because tests share the machine.
    let compiled: ReturnType<typeof compileRules> | undefined;
    const milliseconds = cpuMillisecondsOf(() => (compiled = compileRules(files, { placeholders: LISTS })));
    const { verdicts, ruleSet, sources } = compiled!;
    process.stderr.write(`${files.length} documents compiled in ${milliseconds.toFixed(0)} ms of processor time\n`);
    const isWindows = (id: string): boolean =>
      ruleSet.rules.some((rule) => rule.info.id === id && rule.info.logsource.product.includes('windows'));
    const windows = verdicts.filter((each) => isWindows(each.id));
    expect(tally(windows)).toEqual({ compiled: 2_843, 'not-evaluable': 15 });
    // One antivirus rule without a product means Defender's events.
    expect(tally(verdicts).compiled).toBe(2_844);
    expect(ruleSet.rules.filter((rule) => rule.info.notEvaluable === 'etw-only')).toHaveLength(15);
    expect(sources).toHaveLength(2_844);
    // Remarks are for authors who have something to repair: none of these has.
    expect(windows.flatMap((each) => each.diagnostics).filter((each) => each.severity !== 'info')).toEqual([]);
    // The goal is 3 s; the bound leaves room for a machine that does other things.
    expect(milliseconds).toBeLessThan(15_000);
  });

  test('without lists the two rules with placeholders are not evaluable, and their place is named', () => {
    const { verdicts } = compileRules(rulesBelow(`${root}sigmahq`, ['rules-emerging-threats']));
    expect(verdicts.filter((each) => each.verdict === 'rejected')).toEqual([]);
    const waiting = verdicts.filter((each) => each.diagnostics.some((one) => one.code === 'placeholder-unknown'));
    expect(waiting.map((each) => each.verdict)).toEqual(['not-evaluable', 'not-evaluable']);
    expect(
      waiting.map((each) =>
        each.diagnostics.map((one) => `${one.code} ${one.range?.line ?? 0}:${one.range?.column ?? 0}`),
      ),
    ).toEqual([['placeholder-unknown 57:38'], ['placeholder-unknown 44:38']]);
  });

  test('predicates are shared: each is there once', () => {
    const { ruleSet } = compileRules(rulesBelow(`${root}sigmahq`, ['rules/windows']));
    expect(new Set(ruleSet.predicates.map((each) => JSON.stringify(each))).size).toBe(ruleSet.predicates.length);
  });

  test('a rule set is plain data, apart from its views', () => {
    const { ruleSet, sources } = compileRules(rulesBelow(`${root}sigmahq`, ['rules-threat-hunting']));
    const plain = { rules: ruleSet.rules, predicates: ruleSet.predicates, sources };
    expect(structuredClone(ruleSet)).toEqual(ruleSet);
    expect(structuredClone(plain)).toEqual(plain);
  });
});

describe.skipIf(!hasShared)('other rule sets', () => {
  test('deprecated rules compile', () => {
    expect(tally(compileRules(rulesBelow(`${root}sigmahq`, ['deprecated'])).verdicts)).toEqual({ compiled: 152 });
  });

  test('unsupported rules: counts are translated, near and prose are refused', () => {
    expect(tally(compileRules(rulesBelow(`${root}sigmahq`, ['unsupported'])).verdicts)).toEqual({
      compiled: 49,
      rejected: 8,
    });
  });

  test('mdecrevoisier: seven broken rules, each with the reason', () => {
    const { verdicts } = compileRules(rulesBelow(root, ['mdecrevoisier']));
    const rejected = verdicts.filter((each) => each.verdict === 'rejected');
    expect(rejected.map((each) => each.diagnostics.find((one) => one.severity === 'error')?.code).sort()).toEqual([
      'condition-pattern',
      'condition-syntax',
      'condition-syntax',
      'undefined-selection',
      'undefined-selection',
      'undefined-selection',
      'yaml-syntax',
    ]);
    expect(verdicts.every((each) => each.verdict !== 'not-evaluable' || each.diagnostics.length > 0)).toBe(true);
  });
});
