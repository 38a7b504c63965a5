import { afterAll, expect, test } from 'vitest';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { loadProgram, RuleFlag } from '../../src/engine/program.ts';
import { silenceRules } from '../../src/engine/silence-rules.ts';
import { createInlineScanner } from '../../src/pool/inline-scanner.ts';
import { formatJoinPlan } from '../../src/pool/join-plan-json.ts';
import type { Scanner } from '../../src/pool/scanner.ts';
import { silenceParts } from '../../src/pool/silenced-parts.ts';
import { withJoinRules } from '../../src/scan/joins/plan-joins.ts';
import { createScanCore } from '../../workers/scan-core.ts';
import { buildLog } from '../builders/evtx-builder.ts';
import { compileForScan, FAILED_LOGON, logonRules, MANY_FAILED_LOGONS } from '../builders/logon-rules.ts';

const RULES = `${logonRules(4)}---
title: A child of the spooler
id: 00000000-0000-4000-8000-000000000003
status: test
logsource: { product: windows, category: process_creation }
detection:
  child: { ParentCommandLine|contains: spool }
  condition: child
level: low
`;
const CHILD = '00000000-0000-4000-8000-000000000003';
const { ruleSet, sources, correlations } = compileForScan(RULES);
const joined = withJoinRules(ruleSet);
const program = compileProgram(joined.ruleSet, joined.plan?.numbers);
const parts = {
  loadProgram: () => Promise.resolve(program),
  loadCorrelations: () => Promise.resolve(correlations),
  loadJoins: () => Promise.resolve(formatJoinPlan(joined.plan)),
  loadInfos: () => Promise.resolve(ruleSet.rules.map(({ info }) => info)),
  loadRuleSet: () => Promise.resolve(ruleSet),
  loadSources: () => Promise.resolve(sources),
};
const scanners: Scanner[] = [];
afterAll(() => scanners.forEach((scanner) => scanner.dispose()));

const security = (recordId: number, eventId: number, data: [string, string][]) => ({
  channel: 'Security',
  provider: 'Microsoft-Windows-Security-Auditing',
  computer: 'HOST-1',
  ...{ eventId, recordId, data },
});
const log = new Blob([
  buildLog({
    records: [
      ...[1, 2, 3, 4, 5].map((recordId) => security(recordId, 4_625, [])),
      security(6, 4_688, [
        ['NewProcessId', '0x10'],
        ['NewProcessName', 'C:\\Windows\\System32\\spoolsv.exe'],
        ['CommandLine', 'spool me'],
        ['ProcessId', '0x4'],
      ]),
      security(7, 4_688, [
        ['NewProcessId', '0x20'],
        ['NewProcessName', 'C:\\Windows\\System32\\cmd.exe'],
        ['CommandLine', 'cmd'],
        ['ProcessId', '0x10'],
      ]),
    ],
  }) as Uint8Array<ArrayBuffer>,
]);

/** Titles of what a scan finds when the rules with these ids are off. */
async function scanWithout(...ids: readonly (string | undefined)[]): Promise<string[]> {
  const off = new Set(ids.filter((id) => id !== undefined));
  const scanner = createInlineScanner({
    createCore: createScanCore,
    ...silenceParts(parts, ({ id }) => off.has(id), silenceRules),
    workers: 1,
  });
  scanners.push(scanner);
  const found: string[] = [];
  const note = (rule: number): void => void found.push(ruleSet.rules[rule]!.info.title);
  await scanner.scan(
    [{ number: 0, path: 'a.evtx', blob: log }],
    { recovered: false },
    {
      progress: () => undefined,
      found: ({ rows }) => rows.forEach(({ rule }) => note(rule)),
      correlated: (hits) => hits.forEach(({ rule }) => note(rule)),
      problem: () => undefined,
      account: () => undefined,
    },
  ).done;
  return [...new Set(found)].sort();
}

test('every rule finds something while none is off', async () => {
  expect(await scanWithout()).toEqual(['A child of the spooler', 'Failed logon', 'Many failed logons']);
});

test('a rule that is off makes no findings, by join neither, and correlations still count it', async () => {
  expect(await scanWithout(FAILED_LOGON)).toEqual(['A child of the spooler', 'Many failed logons']);
  expect(await scanWithout(CHILD)).toEqual(['Failed logon', 'Many failed logons']);
});

test('a correlation that is off makes none, and the rule it counts goes on', async () => {
  expect(await scanWithout(MANY_FAILED_LOGONS, CHILD)).toEqual(['Failed logon']);
});

test('a rule that is off is not judged, unless a correlation that is on counts it', async () => {
  const flagsWithout = async (...ids: readonly (string | undefined)[]): Promise<Uint8Array> => {
    const off = new Set(ids.filter((id) => id !== undefined));
    return loadProgram(await silenceParts(parts, ({ id }) => off.has(id), silenceRules).loadProgram()).ruleFlags;
  };
  const numberOf = (id: string | undefined): number => ruleSet.rules.findIndex(({ info }) => info.id === id);
  const counted = await flagsWithout(FAILED_LOGON, CHILD);
  expect(counted[numberOf(FAILED_LOGON)]).toBe(0);
  // With the only rule that reads a joined field, the hidden rules of the joins rest too.
  const event = (number: number): boolean => joined.ruleSet.rules[number]!.kind === 'event';
  const hidden = [...counted.keys()].filter((number) => number >= ruleSet.rules.length && event(number));
  expect(hidden.length).toBeGreaterThan(1);
  for (const number of [numberOf(CHILD), ...hidden]) expect(counted[number]).toBe(RuleFlag.Off);
  const alone = await flagsWithout(FAILED_LOGON, MANY_FAILED_LOGONS);
  expect(alone[numberOf(FAILED_LOGON)]).toBe(RuleFlag.Off);
  for (const number of [numberOf(CHILD), ...hidden]) expect(alone[number]).not.toBe(RuleFlag.Off);
});

test('the program that others hold is left as it is', () => {
  const before = new Uint8Array(program).slice();
  silenceRules(program, new Set([0, 1]), new Set([2]));
  expect(new Uint8Array(program)).toEqual(before);
});
