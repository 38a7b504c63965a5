import { expect, test } from 'vitest';
import { coverCase, coverRule } from '../../src/app/case-coverage.ts';
import type { EventKindCount } from '../../src/model/coverage.ts';
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
const number = (title: string) => ruleSet.rules.findIndex((rule) => rule.info.title === title);

function kind(computer: string, channel: string, eventId: number): EventKindCount {
  const provider = 'Microsoft-Windows-Security-Auditing';
  return { computer, channel, provider, eventId, count: 1, first: '', last: '' };
}

test('a rule is told host by host: judged, log without the events, no log', () => {
  const kinds = [kind('A', 'Security', 4_688), kind('B', 'Security', 4_624), kind('C', 'System', 7_045)];
  const account = coverCase(ruleSet, kinds, verdicts);
  const told = coverRule(account, number('A'));
  expect(told).toMatchObject({ judged: 1, hosts: 3 });
  expect(told.lines).toContain('Judged on A.');
  expect(told.lines.find((line) => line.endsWith(' on B.'))).toMatch(/none of the events/);
  expect(told.lines.find((line) => line.endsWith(' on C.'))).toMatch(/not in the evidence/);
  expect(coverCase(ruleSet, kinds, verdicts)).toBe(account);
  expect(coverCase(ruleSet, [...kinds], verdicts)).not.toBe(account);
});

test('a rule that no event log could satisfy has no hosts to tell of', () => {
  const account = coverCase(ruleSet, [kind('A', 'Security', 4_688)], verdicts);
  expect(number('B')).toBeGreaterThanOrEqual(0);
  expect(coverRule(account, number('B'))).toEqual({ judged: undefined, hosts: 1, lines: [] });
});
