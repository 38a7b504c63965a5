import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CoverageAccount, CoverageOptions, CoverageState } from '../../src/analysis/coverage-account.ts';
import { accountCoverage, coverageOf } from '../../src/analysis/coverage-account.ts';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { loadProgram } from '../../src/engine/program.ts';
import { SCRATCH_BYTES } from '../../src/evtx/limits.ts';
import type { EventKindCount } from '../../src/model/coverage.ts';
import { fieldKeyOf } from '../../src/model/field-key.ts';
import type { RuleSet } from '../../src/model/rule-set.ts';
import { createSliceScanner } from '../../src/scan/slice-scanner.ts';
import { compileRules } from '../../src/sigma/compile-rules.ts';
import { buildLog } from '../builders/evtx-builder.ts';
import { arbitraryEvent } from '../engine/arbitrary-events.ts';
import { arbitraryRuleSet } from '../engine/arbitrary-rules.ts';

const SYSMON = 'Microsoft-Windows-Sysmon/Operational';
const POWERSHELL = 'Microsoft-Windows-PowerShell/Operational';

interface Seen {
  readonly channel: string;
  readonly eventId: number;
  readonly computer?: string;
  readonly count?: number;
  readonly filled?: readonly string[];
  /** Beside the filled ones. */
  readonly empty?: readonly string[];
}

function kind({ channel, eventId, computer = 'HOST', count = 10, filled, empty = [] }: Seen): EventKindCount {
  const keys = filled?.map(fieldKeyOf);
  return {
    computer,
    channel,
    provider: 'Provider',
    eventId,
    count,
    first: '2024-05-06T07:08:09.0000000Z',
    last: '2024-05-06T08:08:09.0000000Z',
    ...(keys === undefined ? {} : { fieldsPresent: [...keys, ...empty.map(fieldKeyOf)], fieldsFilled: keys }),
  };
}

const category = (name: string): string => `{product: windows, category: ${name}}`;
const service = (name: string): string => `{product: windows, service: ${name}}`;

/** Rules by their detection; titles and ids are made up. */
function rulesOf(...rules: readonly (readonly [logsource: string, detection: string])[]): RuleSet {
  return compiled(...rules).ruleSet;
}

function compiled(...rules: readonly (readonly [logsource: string, detection: string])[]) {
  const files = rules.map(([logsource, detection], at) => ({
    pack: 'test',
    file: `${at}.yml`,
    text: `title: Rule ${at}\nid: 00000000-0000-4000-8000-${String(at).padStart(12, '0')}\nlogsource: ${logsource}\ndetection: ${detection}\nlevel: low\n`,
  }));
  return compileRules(files);
}

function states(account: CoverageAccount, rules: number, host?: number): CoverageState[] {
  return Array.from({ length: rules }, (_, rule) => coverageOf(account, rule, host).state);
}

function stateOf(
  logsource: string,
  detection: string,
  kinds: readonly EventKindCount[],
  options?: CoverageOptions,
): CoverageState {
  return coverageOf(accountCoverage(rulesOf([logsource, detection]), kinds, options), 0).state;
}

const texts = (account: CoverageAccount): string[] => account.lines.map((line) => line.text);

const COMMAND = "{selection: {CommandLine|contains: 'evil'}, condition: selection}";
const IMAGE = "{selection: {Image|endswith: 'evil.exe'}, condition: selection}";
const created = { channel: 'Security', eventId: 4688, filled: ['Image', 'ProcessId'] };

const process = category('process_creation');

describe('what a rule could see', () => {
  test('is judged where its events occur with the fields that it needs', () => {
    expect(stateOf(process, COMMAND, [kind({ channel: SYSMON, eventId: 1, filled: ['CommandLine'] })])).toBe('judged');
    expect(stateOf(process, IMAGE, [kind(created)])).toBe('judged');
  });

  test('names of logs and hosts meet in any case of letters', () => {
    const account = accountCoverage(rulesOf([process, IMAGE]), [
      kind({ ...created, channel: 'SECURITY', computer: 'Host' }),
      kind({ ...created, computer: 'HOST' }),
    ]);
    expect(account.hosts).toMatchObject([{ computer: 'Host', events: 20, rules: { judged: 1 } }]);
  });

  test('tells a missing log from a log without the events', () => {
    expect(stateOf(process, IMAGE, [kind({ channel: 'System', eventId: 7045 })])).toBe('no-channel');
    expect(stateOf(process, IMAGE, [kind({ channel: 'Security', eventId: 4624 })])).toBe('no-events');
    expect(stateOf(process, IMAGE, [])).toBe('no-channel');
  });

  test('a field that is there without content blinds a rule, and so does one that is not there', () => {
    const empty = accountCoverage(rulesOf([process, COMMAND]), [kind({ ...created, empty: ['CommandLine'] })]);
    expect(coverageOf(empty, 0)).toEqual({
      state: 'field-empty',
      blind: { channel: 'security', eventId: 4688, empty: ['commandline'], absent: [] },
    });
    const absent = accountCoverage(rulesOf([process, COMMAND]), [kind(created)]);
    expect(coverageOf(absent, 0)).toMatchObject({ state: 'field-absent', blind: { absent: ['commandline'] } });
  });

  test('a field that had content once is enough, whichever slice met it', () => {
    const kinds = [
      kind({ ...created, empty: ['CommandLine'] }),
      kind({ ...created, filled: ['Image', 'CommandLine'] }),
      kind(created),
    ];
    expect(stateOf(process, COMMAND, kinds)).toBe('judged');
  });

  test('counts that say nothing about fields blind no rule', () => {
    expect(stateOf(process, COMMAND, [kind({ channel: 'Security', eventId: 4688 })])).toBe('judged');
  });

  test('what is negated or optional may be missing', () => {
    const negated = "{s: {Image|endswith: 'a'}, f: {CommandLine|contains: 'b'}, condition: s and not f}";
    const optional = "{s: {Image|endswith: 'a'}, t: {CommandLine|contains: 'b'}, condition: 1 of *}";
    const needed = "{s: {Image|endswith: 'a'}, t: {CommandLine|contains: 'b'}, condition: all of *}";
    expect(stateOf(process, negated, [kind(created)])).toBe('judged');
    expect(stateOf(process, optional, [kind(created)])).toBe('judged');
    expect(stateOf(process, needed, [kind(created)])).toBe('field-absent');
  });

  test('absence itself can be what a rule looks for, and then it is content that blinds nobody', () => {
    const nothing = '{s: {CommandLine: null}, condition: s}';
    expect(stateOf(process, nothing, [kind(created)])).toBe('judged');
    expect(stateOf(process, nothing, [kind({ ...created, empty: ['CommandLine'] })])).toBe('judged');
    const something = '{s: {Image|endswith: a}, f: {CommandLine: null}, condition: s and not f}';
    expect(stateOf(process, something, [kind(created)])).toBe('field-absent');
    expect(stateOf(process, something, [kind({ ...created, empty: ['CommandLine'] })])).toBe('field-empty');
  });

  test.each([
    ["CommandLine: ''", 'judged'],
    ["CommandLine|contains: '*'", 'judged'],
    ['CommandLine|exists: true', 'judged'],
    ["CommandLine|re: '^a?$'", 'judged'],
    ["CommandLine|re: '(a|b)c*'", 'field-empty'],
    ["CommandLine: 'a*b*c'", 'field-empty'],
    ['CommandLine|gt: 3', 'field-empty'],
    ["CommandLine|cidr: '10.0.0.0/8'", 'field-empty'],
    ['CommandLine|fieldref: Image', 'judged'],
  ])('of a field that is always empty, %s is %s', (item, state) => {
    const seen = kind({ ...created, empty: ['CommandLine'] });
    expect(stateOf(process, `{s: {${item}}, condition: s}`, [seen])).toBe(state);
  });

  test('keywords and raw sections are never missing', () => {
    expect(stateOf(service('security'), "{k: ['evil'], condition: k}", [kind(created)])).toBe('judged');
    expect(stateOf(service('security'), "{k: {EventData|contains: 'evil'}, condition: k}", [kind(created)])).toBe(
      'judged',
    );
  });

  test('the reason is the fewest fields that would help, the command line before others', () => {
    const either = '{s: {CommandLine: a}, t: {Description: b}, u: {Company: c}, condition: s or t or u}';
    const account = accountCoverage(rulesOf([process, either]), [
      kind({ channel: SYSMON, eventId: 1, filled: ['Image'] }),
    ]);
    expect(coverageOf(account, 0).blind).toMatchObject({ absent: ['commandline'] });
    const both = '{s: {Description: b, Company: c}, condition: s}';
    const two = accountCoverage(rulesOf([process, both]), [
      kind({ channel: SYSMON, eventId: 1, filled: ['Image'], empty: ['Company'] }),
    ]);
    expect(coverageOf(two, 0)).toMatchObject({
      state: 'field-absent',
      blind: { empty: ['company'], absent: ['description'] },
    });
  });

  test('what a logsource demands of its events counts too', () => {
    const added = category('registry_add');
    const seen = kind({ channel: SYSMON, eventId: 12, filled: ['TargetObject'] });
    expect(stateOf(added, '{s: {TargetObject|contains: Run}, condition: s}', [seen])).toBe('field-absent');
  });

  test('a field that a join supplies is missing only where nothing joins', () => {
    const parent = '{s: {ParentCommandLine|contains: a}, condition: s}';
    expect(stateOf(process, parent, [kind(created)])).toBe('field-absent');
    expect(stateOf(process, parent, [kind(created)], { joins: true })).toBe('judged');
  });

  test('what holds whatever the data is said whatever the data', () => {
    const ruleSet = rulesOf(
      [category('file_access'), '{s: {Image: a}, condition: s}'],
      ['{product: linux}', '{s: {a: b}, condition: s}'],
      [category('process_creation'), '{s: {EventID: 4624}, condition: s}'],
      [service('system'), "{k: ['The service entered the stopped state'], condition: k}"],
      [service('system'), "{k: ['The service entered the stopped state', 'evil'], condition: k}"],
    );
    const expected = ['etw-only', 'other-product', 'contradiction', 'needs-message'];
    expect(states(accountCoverage(ruleSet, []), 5)).toEqual([...expected, 'no-channel']);
    const seen = [kind({ channel: 'System', eventId: 7036 })];
    expect(states(accountCoverage(ruleSet, seen), 5)).toEqual([...expected, 'judged']);
  });

  test('rejected rules and rules that wait for a list are named', () => {
    const { ruleSet, verdicts } = compiled(
      [process, '{s: {Image|contain: a}, condition: s}'],
      [process, "{s: {User|expand: '%our_admins%'}, condition: s}"],
      [process, IMAGE],
    );
    const account = accountCoverage(ruleSet, [kind(created)], { verdicts });
    expect(account.rejected.map((verdict) => verdict.title)).toEqual(['Rule 0']);
    expect(account.waiting.map((verdict) => verdict.title)).toEqual(['Rule 1']);
    expect(account.rules.judged).toBe(1);
    expect(texts(account)).toEqual(
      expect.arrayContaining(['1 rule was rejected.', '1 rule waits for a list of values that only you know.']),
    );
  });

  test('hosts are judged apart, and the best of them counts for the case', () => {
    const ruleSet = rulesOf([process, COMMAND], [process, IMAGE]);
    const account = accountCoverage(ruleSet, [
      kind({ ...created, computer: 'B' }),
      kind({ channel: 'Security', eventId: 4624, computer: 'A' }),
      kind({ ...created, computer: 'C', filled: ['Image', 'CommandLine'] }),
    ]);
    expect(account.hosts.map((host) => host.computer)).toEqual(['A', 'B', 'C']);
    expect(states(account, 2, 0)).toEqual(['no-events', 'no-events']);
    expect(states(account, 2, 1)).toEqual(['field-absent', 'judged']);
    expect(states(account, 2)).toEqual(['judged', 'judged']);
    expect(account.hosts[1]?.rules).toMatchObject({ judged: 1, 'field-absent': 1, 'no-events': 0 });
  });
});

describe('correlations', () => {
  const logon = `title: Logon\nname: logon\nid: 00000000-0000-4000-8000-000000000001\nlogsource: ${service('security')}\ndetection: {s: {EventID: 4624}, condition: s}\n`;
  const run = `title: Run\nname: run\nid: 00000000-0000-4000-8000-000000000002\nlogsource: ${category('process_creation')}\ndetection: ${IMAGE}\n`;
  const both = (type: string, condition = ''): RuleSet =>
    compileRules([
      {
        pack: 'test',
        file: 'a.yml',
        text: `title: Both\nid: 00000000-0000-4000-8000-000000000003\ncorrelation: {type: ${type}, rules: [logon, run], group-by: [User], timespan: 5m${condition}}\nlevel: low\n---\n${logon}---\n${run}`,
      },
    ]).ruleSet;
  const logons = kind({ channel: 'Security', eventId: 4624, computer: 'A', filled: ['EventID'] });
  const processes = kind({ ...created, computer: 'B' });
  const correlationOf = (set: RuleSet): number => set.rules.findIndex((rule) => rule.kind === 'correlation');

  test('a temporal one needs all its rules, on whichever hosts', () => {
    const set = both('temporal');
    const at = correlationOf(set);
    expect(coverageOf(accountCoverage(set, [logons]), at).state).toBe('no-events');
    expect(coverageOf(accountCoverage(set, [logons, processes]), at).state).toBe('judged');
  });

  test('one that counts events is judged with any of its rules', () => {
    const set = both('event_count', ', condition: {gte: 3}');
    expect(coverageOf(accountCoverage(set, [logons]), correlationOf(set)).state).toBe('judged');
  });

  test('a condition over rule names decides which it needs', () => {
    const and = both('temporal', ', condition: logon and run');
    const or = both('temporal', ', condition: logon or run');
    expect(coverageOf(accountCoverage(and, [logons]), correlationOf(and)).state).toBe('no-events');
    expect(coverageOf(accountCoverage(or, [logons]), correlationOf(or)).state).toBe('judged');
  });
});

describe('rules that are off', () => {
  const idOf = (set: RuleSet, at: number): string => set.rules[at]!.info.id;

  test('are named, and count for nothing else', () => {
    const set = rulesOf([process, COMMAND], [process, COMMAND], [process, IMAGE]);
    const off = { now: new Set([idOf(set, 0)]), then: new Set([idOf(set, 0), idOf(set, 2)]) };
    const account = accountCoverage(set, [kind({ ...created, empty: ['CommandLine'] })], { off });
    expect(states(account, 3)).toEqual(['off', 'field-empty', 'off']);
    expect(account.rules).toMatchObject({ off: 2, 'field-empty': 1, judged: 0 });
    expect(texts(account)).toEqual([
      'Process command lines are not logged on HOST: 1 rule is blind.',
      'There is no Sysmon log for process creations on HOST: 1 rule runs on Security 4688 only.',
      '1 rule is turned off by you: Rule 0.',
      '1 rule was turned off when the evidence was scanned: Rule 2.',
    ]);
  });

  test('are still counted by a correlation, which is judged as if they were on', () => {
    const set = compileRules([
      {
        pack: 'test',
        file: 'a.yml',
        text: `title: Many\nid: 00000000-0000-4000-8000-000000000003\ncorrelation: {type: event_count, rules: [run], group-by: [User], timespan: 5m, condition: {gte: 3}}\nlevel: low\n---\ntitle: Run\nname: run\nid: 00000000-0000-4000-8000-000000000004\nlogsource: ${process}\ndetection: ${IMAGE}\nlevel: low\n`,
      },
    ]).ruleSet;
    const run = set.rules.findIndex((rule) => rule.kind === 'event');
    const off = { now: new Set([idOf(set, run)]), then: new Set<string>() };
    const account = accountCoverage(set, [kind(created)], { off });
    expect(coverageOf(account, run).state).toBe('off');
    expect(coverageOf(account, 1 - run).state).toBe('judged');
  });
});

describe('the account in words', () => {
  test('says that command lines are not logged, and how many rules that costs', () => {
    const account = accountCoverage(rulesOf([process, COMMAND], [process, COMMAND], [process, IMAGE]), [
      kind({ ...created, empty: ['CommandLine'] }),
    ]);
    expect(texts(account)).toContain('Process command lines are not logged on HOST: 2 rules are blind.');
    expect(texts(account)).toContain(
      'There is no Sysmon log for process creations on HOST: 3 rules run on Security 4688 only.',
    );
  });

  test('says that script blocks are not logged where there is a PowerShell log, and else that there is no log', () => {
    const rules = rulesOf(
      ...Array.from(
        { length: 6 },
        () => [category('ps_script'), '{s: {ScriptBlockText|contains: a}, condition: s}'] as const,
      ),
    );
    expect(texts(accountCoverage(rules, [kind({ channel: POWERSHELL, eventId: 4103 })]))).toContain(
      'PowerShell script blocks are not logged on HOST: 6 rules have nothing to look at.',
    );
    expect(texts(accountCoverage(rules, [kind({ channel: 'System', eventId: 1 })]))).toEqual([
      'There is no PowerShell log of HOST: 6 rules have nothing to look at.',
    ]);
  });

  test('says nothing of events that only occur when something happens', () => {
    const cleared = rulesOf([service('security'), '{s: {EventID: 1102}, condition: s}']);
    expect(texts(accountCoverage(cleared, [kind(created)]))).toEqual([
      '1 rule looks for events that no host has; often that is the normal case.',
    ]);
  });

  test('names few hosts and counts many; host names are taken as they are', () => {
    const rules = rulesOf([process, COMMAND]);
    const on = (...computers: readonly string[]): string | undefined =>
      accountCoverage(rules, [
        kind({ ...created, computer: 'ok', filled: ['CommandLine'] }),
        ...computers.map((computer) => kind({ ...created, computer })),
      ]).lines.find((line) => line.kind === 'field-missing')?.text;
    expect(on('a', 'b')).toBe('Process command lines are not logged on a and b: 1 rule is blind.');
    expect(on('a', 'b', 'c', 'd')).toBe(
      'Process command lines are not logged on a, b and 2 other hosts: 1 rule is blind.',
    );
    expect(on('$&$', '')).toBe('Process command lines are not logged on (no name) and $&$: 1 rule is blind.');
    const all = accountCoverage(rules, [kind({ ...created, computer: 'a' }), kind({ ...created, computer: 'b' })]);
    expect(texts(all)).toContain('Process command lines are not logged on any of the 2 hosts: 1 rule is blind.');
  });
});

describe('soundness', () => {
  test('a rule that matches an event of a host is never called blind there', () => {
    let matches = 0;
    fc.assert(
      fc.property(arbitraryRuleSet, fc.array(arbitraryEvent, { minLength: 3, maxLength: 10 }), (ruleSet, records) => {
        const log = buildLog({ records });
        const bytes = new Uint8Array(log.length - 4_096 + SCRATCH_BYTES);
        bytes.set(log.subarray(4_096));
        const byteLength = log.length - 4_096;
        const slice = {
          bytes,
          byteLength,
          chunkCount: Math.ceil(byteLength / 65_536),
          firstChunk: 0,
          fileOffset: 4_096,
          recovered: false,
        };
        const { rows, kinds } = createSliceScanner({ program: loadProgram(compileProgram(ruleSet)) }).scanSlice(slice);
        const account = accountCoverage(ruleSet, kinds);
        const hosts = account.hosts.map((host) => host.computer.toLowerCase());
        for (const row of rows) {
          matches++;
          const host = hosts.indexOf(row.computer.toLowerCase());
          expect(coverageOf(account, row.rule, host).state).toBe('judged');
          expect(coverageOf(account, row.rule).state).toBe('judged');
        }
      }),
      { numRuns: 150 },
    );
    expect(matches).toBeGreaterThan(100);
  });
});
