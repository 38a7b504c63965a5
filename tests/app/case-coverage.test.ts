import { expect, test } from 'vitest';
import { coverCase, coverRule } from '../../src/app/case-coverage.ts';
import { lastJudgingOf, ROWS_ONLY } from '../../src/app/resumed-files.ts';
import { formatIds, RULES_OFF, rulesOffIn } from '../../src/app/rules-off.ts';
import type { EventKindCount } from '../../src/model/coverage.ts';
import type { ScanAccount } from '../../src/model/evidence-account.ts';
import { compileRules } from '../../src/sigma/compile-rules.ts';

const RULE = `title: A
logsource: { product: windows, service: security }
detection:
  sel: { EventID: 4688, CommandLine|contains: whoami }
  condition: sel
`;
const ETW = 'title: B\nlogsource: { product: linux }\ndetection:\n  sel: { a: b }\n  condition: sel\n';
const { ruleSet, verdicts } = compileRules([
  { pack: 'p', file: 'a.yml', text: RULE },
  { pack: 'p', file: 'b.yml', text: ETW },
]);
const NONE = { now: new Set<string>(), then: new Set<string>() };
const number = (title: string) => ruleSet.rules.findIndex((rule) => rule.info.title === title);

function kind(computer: string, channel: string, eventId: number): EventKindCount {
  const provider = 'Microsoft-Windows-Security-Auditing';
  return { computer, channel, provider, eventId, count: 1, first: '', last: '' };
}

test('a rule is told host by host: judged, log without the events, no log', () => {
  const kinds = [kind('A', 'Security', 4_688), kind('B', 'Security', 4_624), kind('C', 'System', 7_045)];
  const account = coverCase(ruleSet, kinds, verdicts, NONE);
  const told = coverRule(account, number('A'));
  expect(told).toMatchObject({ judged: 1, hosts: 3 });
  expect(told.lines).toContain('Judged on A.');
  expect(told.lines.find((line) => line.endsWith(' on B.'))).toMatch(/none of the events/);
  expect(told.lines.find((line) => line.endsWith(' on C.'))).toMatch(/not in the evidence/);
  expect(coverCase(ruleSet, kinds, verdicts, NONE)).toBe(account);
  expect(coverCase(ruleSet, [...kinds], verdicts, NONE)).not.toBe(account);
});

test('a rule that no event log could satisfy has no hosts to tell of', () => {
  const account = coverCase(ruleSet, [kind('A', 'Security', 4_688)], verdicts, NONE);
  expect(number('B')).toBeGreaterThanOrEqual(0);
  expect(coverRule(account, number('B'))).toEqual({ judged: undefined, hosts: 1, lines: [] });
});

test('a rule that is turned off later is told of as such, and the account made anew', () => {
  const kinds = [kind('A', 'Security', 4_688)];
  const account = coverCase(ruleSet, kinds, verdicts, NONE);
  const off = { ...NONE, now: new Set([ruleSet.rules[number('A')]!.info.id]) };
  const told = coverCase(ruleSet, kinds, verdicts, off);
  expect(told).not.toBe(account);
  expect(told.rules).toMatchObject({ off: 1, judged: 0 });
});

test('rules that were off are known of every scan that the evidence of the case needed', () => {
  const scan = (files: number, options: ScanAccount['options']): ScanAccount => ({
    ...{ started: 0, outcome: 'done', files, bytes: 0, packs: [], options },
    tool: { name: '', version: '', build: '' },
  });
  const off = (...ids: string[]): ScanAccount['options'] => [[RULES_OFF, formatIds(ids)]];
  const scans = [scan(2, off('a')), scan(2, off('b')), scan(1, off('c', 'd')), scan(3, [[ROWS_ONLY, 'yes']])];
  expect(lastJudgingOf(scans, 1).flatMap(rulesOffIn)).toEqual(['c', 'd']);
  expect(lastJudgingOf(scans, 3).flatMap(rulesOffIn)).toEqual(['c', 'd', 'b']);
  expect(rulesOffIn(scan(1, []))).toEqual([]);
  const many = Array.from({ length: 300 }, (_, at) => `id-${at}`);
  expect(rulesOffIn(scan(1, off(...many)))).toEqual(many.slice(0, 200));
});
