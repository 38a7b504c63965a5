import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withJoinRules } from '../../src/scan/joins/plan-joins.ts';
import { buildLog, type EventSpec } from '../builders/evtx-builder.ts';
import { findByInterpreter, rulesOf, scanWithJoins } from './scan-with-joins.ts';

const at = (second: number): string =>
  `2024-01-01T00:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}Z`;

interface Process {
  readonly time: number;
  readonly pid: number;
  readonly parent: number;
  readonly image: string;
  readonly line?: string;
  readonly parentImage?: string;
  readonly user?: string;
  readonly computer?: string;
}

const created = ({
  time,
  pid,
  parent,
  image,
  line,
  parentImage,
  user = 'bob',
  computer = 'HOST',
}: Process): EventSpec => ({
  channel: 'Security',
  provider: 'Microsoft-Windows-Security-Auditing',
  eventId: 4688,
  computer,
  time: at(time),
  data: [
    ['SubjectUserName', user],
    ['SubjectDomainName', 'CORP'],
    ['NewProcessId', `0x${pid.toString(16)}`],
    ['NewProcessName', image],
    ['ProcessId', `0x${parent.toString(16)}`],
    ...(line === undefined ? [] : [['CommandLine', line] as const]),
    ...(parentImage === undefined ? [] : [['ParentProcessName', parentImage] as const]),
  ],
});
const ended = (time: number, pid: number): EventSpec => ({
  channel: 'Security',
  eventId: 4689,
  computer: 'HOST',
  time: at(time),
  data: [['ProcessId', `0x${pid.toString(16)}`]],
});
const booted = (time: number, id: 12 | 6005 | 4608): EventSpec => ({
  channel: id === 4608 ? 'Security' : 'System',
  provider:
    id === 12 ? 'Microsoft-Windows-Kernel-General' : id === 6005 ? 'EventLog' : 'Microsoft-Windows-Security-Auditing',
  eventId: id,
  computer: 'HOST',
  time: at(time),
});
const guid = (number: number): string => `{00000000-0000-0000-0000-${number.toString(16).padStart(12, '0')}}`;
const sysmon = (time: number, eventId: number, data: EventSpec['data']): EventSpec => ({
  channel: 'Microsoft-Windows-Sysmon/Operational',
  provider: 'Microsoft-Windows-Sysmon',
  eventId,
  computer: 'HOST',
  time: at(time),
  ...(data === undefined ? {} : { data }),
});

const rule = (category: string, detection: string, title = 'A rule'): string => `
title: ${title}
id: ${createHash('sha256')
  .update(category + detection + title)
  .digest('hex')
  .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')}
logsource: { product: windows, category: ${category} }
detection:
${detection.replace(/^/gm, '  ')}
`;
const OFFICE_STARTS_SHELL = rule(
  'process_creation',
  `selection:
  ParentImage|endswith: '\\winword.exe'
  Image|endswith: '\\cmd.exe'
condition: selection`,
);
const WORD = 'C:\\Office\\WINWORD.EXE';
const CMD = 'C:\\Windows\\cmd.exe';
const word: Process = { time: 1, pid: 100, parent: 4, image: WORD };
const shell: Process = { time: 9, pid: 200, parent: 100, image: CMD };

/** Scans and checks against brute force; gives the findings. */
async function scan(rules: readonly string[], ...logs: readonly (readonly EventSpec[])[]): Promise<string[]> {
  const ruleSet = rulesOf(...rules);
  const built = logs.map((records) => buildLog({ records, recordsPerChunk: 3 }));
  const { lines, problems } = await scanWithJoins(ruleSet, built);
  expect(problems).toEqual([]);
  expect(lines).toEqual(findByInterpreter(ruleSet, built));
  return lines;
}

describe('a process creation without the name of its parent', () => {
  test('is joined with the record that created the parent', async () => {
    const lines = await scan([OFFICE_STARTS_SHELL], [created(word), created(shell)]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^0 \d+ 0 < 0 \d+$/);
  });

  test('is found alone, without a mark, when it names the parent itself', async () => {
    const lines = await scan([OFFICE_STARTS_SHELL], [created(word), created({ ...shell, parentImage: WORD })]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('<');
  });

  test('does not take the parent that another process names', async () => {
    const other = created({ ...shell, parentImage: 'C:\\Windows\\explorer.exe' });
    expect(await scan([OFFICE_STARTS_SHELL], [created(word), other])).toEqual([]);
  });

  test('takes the nearest process of that number', async () => {
    const later = { ...word, time: 5, image: 'C:\\Windows\\notepad.exe' };
    expect(await scan([OFFICE_STARTS_SHELL], [created(word), created(later), created(shell)])).toEqual([]);
    const before = { ...word, time: 0, image: 'C:\\Windows\\notepad.exe' };
    expect(await scan([OFFICE_STARTS_SHELL], [created(before), created(word), created(shell)])).toHaveLength(1);
    const afterwards = { ...word, time: 20, image: 'C:\\Windows\\notepad.exe' };
    expect(await scan([OFFICE_STARTS_SHELL], [created(word), created(shell), created(afterwards)])).toHaveLength(1);
  });

  test('has no parent when that process ended before', async () => {
    expect(await scan([OFFICE_STARTS_SHELL], [created(word), ended(5, 100), created(shell)])).toEqual([]);
    expect(await scan([OFFICE_STARTS_SHELL], [created(word), ended(5, 101), created(shell)])).toHaveLength(1);
    expect(await scan([OFFICE_STARTS_SHELL], [created(word), created(shell), ended(15, 100)])).toHaveLength(1);
  });

  test.each([12, 6005, 4608] as const)('has no parent from before a boot (event %i)', async (id) => {
    expect(await scan([OFFICE_STARTS_SHELL], [created(word), booted(5, id), created(shell)])).toEqual([]);
    expect(await scan([OFFICE_STARTS_SHELL], [booted(0, id), created(word), created(shell)])).toHaveLength(1);
  });

  test('has no parent on another computer', async () => {
    expect(await scan([OFFICE_STARTS_SHELL], [created({ ...word, computer: 'OTHER' }), created(shell)])).toEqual([]);
  });

  test('finds the parent in another file', async () => {
    const lines = await scan([OFFICE_STARTS_SHELL], [created(shell)], [created(word)]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^0 \d+ 0 < 1 \d+$/);
  });

  test('gets what the parent itself only knows from its own parent', async () => {
    const rules = [rule('process_creation', `sel: { GrandParentImage|endswith: '\\winword.exe' }\ncondition: sel`)];
    const child: Process = { time: 20, pid: 300, parent: 200, image: 'C:\\x.exe' };
    expect(await scan(rules, [created(word), created(shell), created(child)])).toHaveLength(1);
  });
});

describe('a rule that asks little of the event itself', () => {
  test('is looked up from the side of the parent', async () => {
    const rules = [rule('process_creation', `sel: { ParentImage|endswith: '\\winword.exe' }\ncondition: sel`)];
    const { plan } = withJoinRules(rulesOf(...rules));
    expect(plan?.rules.some(({ lacking, candidate }) => lacking !== undefined && candidate === undefined)).toBe(true);
    expect(await scan(rules, [created(word), created(shell), created({ ...shell, parent: 4 })])).toHaveLength(1);
  });
});

describe('a rule with an exception for some parents', () => {
  const rules = [
    rule(
      'process_creation',
      `sel: { Image|endswith: '\\cmd.exe' }\nfilter: { ParentImage|endswith: '\\winword.exe' }\ncondition: sel and not filter`,
    ),
  ];

  test('does not fire where the join shows such a parent', async () => {
    expect(await scan(rules, [created(word), created(shell)])).toEqual([]);
  });

  test('fires without a mark where the parent is another, or is not known', async () => {
    const lines = await scan(rules, [created({ ...word, image: CMD }), created(shell)]);
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toContain('<');
  });
});

describe('a Sysmon event', () => {
  test('gets the command line of its process, whatever the time', async () => {
    const rules = [
      rule(
        'network_connection',
        `sel: { Image|endswith: '\\cmd.exe', CommandLine|contains: ' -enc ' }\ncondition: sel`,
      ),
    ];
    const process = (time: number, line: string): EventSpec =>
      sysmon(time, 1, [
        ['ProcessGuid', guid(7)],
        ['Image', CMD],
        ['CommandLine', line],
        ['ParentProcessGuid', guid(1)],
        ['ParentImage', WORD],
      ]);
    const connection = sysmon(5, 3, [
      ['ProcessGuid', guid(7)],
      ['Image', CMD],
    ]);
    expect(await scan(rules, [process(1, 'cmd -enc x'), connection])).toHaveLength(1);
    expect(await scan(rules, [connection, process(50, 'cmd -enc x')])).toHaveLength(1);
    expect(await scan(rules, [connection, process(50, 'cmd /c')])).toEqual([]);
    const nobody = sysmon(5, 3, [
      ['ProcessGuid', guid(0)],
      ['Image', CMD],
    ]);
    const zero = sysmon(1, 1, [
      ['ProcessGuid', guid(0)],
      ['CommandLine', 'cmd -enc x'],
    ]);
    const { lines } = await scanWithJoins(rulesOf(...rules), [buildLog({ records: [zero, nobody] })]);
    expect(lines).toEqual([]);
  });
});

describe('joins of a scan', () => {
  test('add nothing to rules that read no joined field', () => {
    const ruleSet = rulesOf(rule('process_creation', `sel: { Image|endswith: '\\cmd.exe' }\ncondition: sel`));
    const joined = withJoinRules(ruleSet);
    expect(joined.plan).toBeUndefined();
    expect(joined.ruleSet).toBe(ruleSet);
  });

  test('are off, and say so, for a host or a rule beyond the limits; what holds alone stays', async () => {
    const exception = rule(
      'process_creation',
      `sel: { Image|endswith: '\\cmd.exe' }\nfilter: { ParentImage|endswith: '\\winword.exe' }\ncondition: sel and not filter`,
    );
    const ruleSet = rulesOf(OFFICE_STARTS_SHELL, exception);
    const log = buildLog({ records: [created(word), created(shell)] });
    const crowded = await scanWithJoins(ruleSet, [log], { limits: { rowsPerHost: 1 } });
    expect(crowded.problems).toMatchObject([{ code: 'limit-reached', count: 2 }]);
    expect(crowded.lines).toHaveLength(1);
    const frequent = await scanWithJoins(ruleSet, [log], { limits: { candidatesPerRule: 0 } });
    expect(frequent.problems).toMatchObject([{ code: 'limit-reached', count: 1 }]);
    expect(frequent.lines).toEqual([]);
  });

  test('give what the interpreter gives, however the logs are cut and ordered', async () => {
    const images = [WORD, CMD, 'C:\\Windows\\powershell.exe', 'C:\\x.exe'];
    const rules = [
      OFFICE_STARTS_SHELL,
      rule('process_creation', `sel: { ParentImage|endswith: '\\winword.exe' }\ncondition: sel`),
      rule(
        'process_creation',
        `sel: { ParentCommandLine|contains: 'enc' }\nf: { ParentUser|contains: 'bob' }\ncondition: sel and not f`,
      ),
      rule(
        'process_creation',
        `sel: { Image|endswith: '\\cmd.exe' }\nf: { ParentImage|endswith: ['\\cmd.exe', '\\x.exe'] }\ncondition: sel and not f`,
      ),
      rule(
        'process_creation',
        `sel: { GrandParentImage|endswith: '\\cmd.exe', Image|endswith: '\\x.exe' }\ncondition: sel`,
      ),
      rule('process_creation', `sel: { ParentImage: null, Image|endswith: '\\cmd.exe' }\ncondition: sel`),
      rule('process_creation', `sel: { ParentImage|fieldref: Image }\ncondition: sel`),
      rule(
        'process_creation',
        `sel: { Image|endswith: '.exe' }\nf: { ParentCommandLine|re: 'e.*c' }\ng: { ParentImage|endswith: '\\cmd.exe' }\ncondition: sel and (g or not f)`,
      ),
      rule('file_event', `sel: { ParentImage|endswith: '\\cmd.exe', TargetFilename|contains: 'a' }\ncondition: sel`),
      rule(
        'file_event',
        `sel: { TargetFilename|contains: 'b' }\nf: { CommandLine|contains: 'enc' }\ncondition: sel and not f`,
      ),
      rule('create_remote_thread', `sel: { SourceCommandLine|contains: 'enc', TargetUser: 'bob' }\ncondition: sel`),
      rule('network_connection', `sel: { Image|endswith: '\\cmd.exe', CommandLine|contains: 'enc' }\ncondition: sel`),
    ];
    const ruleSet = rulesOf(...rules);
    const small = fc.integer({ min: 1, max: 4 });
    const time = fc.integer({ min: 0, max: 40 });
    const line = fc.option(fc.constantFrom('cmd -enc x', 'cmd /c dir', ''), { nil: undefined });
    const image = fc.constantFrom(...images);
    const event: fc.Arbitrary<EventSpec> = fc.oneof(
      {
        weight: 6,
        arbitrary: fc
          .record({
            time,
            pid: small,
            parent: small,
            image,
            line,
            parentImage: fc.option(image, { nil: undefined, freq: 1 }),
            user: fc.constantFrom('bob', 'ann'),
          })
          .map(({ line: text, parentImage, ...rest }) =>
            created({
              ...rest,
              ...(text === undefined ? {} : { line: text }),
              ...(parentImage === undefined ? {} : { parentImage }),
            }),
          ),
      },
      fc.tuple(time, small).map(([second, pid]) => ended(second, pid)),
      fc.tuple(time, fc.constantFrom(12, 6005, 4608)).map(([second, id]) => booted(second, id as 12)),
      {
        weight: 3,
        arbitrary: fc.tuple(time, small, small, image, line).map(([second, own, parent, name, text]) =>
          sysmon(second, 1, [
            ['ProcessGuid', guid(own)],
            ['Image', name],
            ['CommandLine', text ?? null],
            ['User', own % 2 === 0 ? 'bob' : 'ann'],
            ['ParentProcessGuid', guid(parent)],
            ['ParentImage', name],
          ]),
        ),
      },
      fc.tuple(time, small, fc.constantFrom('a', 'b', 'c')).map(([second, own, name]) =>
        sysmon(second, 11, [
          ['ProcessGuid', guid(own)],
          ['TargetFilename', name],
        ]),
      ),
      fc.tuple(time, small, small).map(([second, from, to]) =>
        sysmon(second, 8, [
          ['SourceProcessGuid', guid(from)],
          ['TargetProcessGuid', guid(to)],
        ]),
      ),
      fc.tuple(time, small, image).map(([second, pid, name]) => ({
        channel: 'Security',
        eventId: 5156,
        computer: 'HOST',
        time: at(second),
        data: [
          ['ProcessID', pid],
          ['Application', name],
        ] as const,
      })),
    );
    let joined = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(event, { maxLength: 20 }), { minLength: 1, maxLength: 3 }),
        fc.array(fc.integer(), { minLength: 60, maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        async (files, order, recordsPerChunk) => {
          const logs = files.map((records) => buildLog({ records, recordsPerChunk }));
          const expected = findByInterpreter(ruleSet, logs);
          const straight = await scanWithJoins(ruleSet, logs);
          expect(straight.lines).toEqual(expected);
          joined += expected.filter((line) => line.includes('<')).length;
          const cut = await scanWithJoins(ruleSet, logs, {
            chunksPerSlice: 1,
            order: (count) => order.slice(0, count),
          });
          expect(cut.lines).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
    // Otherwise nothing was compared that this is about.
    expect(joined).toBeGreaterThan(20);
  }, 60_000);
});
