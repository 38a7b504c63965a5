// Findings as a scan makes them, for the tests of store and export.

import type { EventElement } from '../../src/model/event.ts';
import { findingKeyOf, type Finding } from '../../src/model/finding.ts';
import { RULE_LEVELS } from '../../src/model/rule-set.ts';

/** Text that an attacker puts into a log to break whoever shows, exports or stores it. */
export const HOSTILE_TEXTS: readonly string[] = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "=cmd|' /C calc'!A0",
  '+1+1',
  "-2+3+cmd|' /C calc'!A0",
  '@SUM(1,2)',
  '\t=1+1',
  '\r=1+1',
  "'=1+1",
  "''@x",
  ' =1+1',
  '-5',
  '1,5;6',
  'say "hi", then\r\nleave',
  '\u202ecod.exe\u202c',
  '\u2066isolated\u2069',
  'nul\0bell\x07escape\x1b[31m',
  '\ud800',
  'x\udc00y',
  'line\u2028para\u2029next\u0085',
  '__proto__',
  'constructor',
  '\ufeffmark',
  '＝1+1',
  '🙂',
  '',
];

export function eventOf(data: readonly (readonly [name: string, value: string])[]): EventElement {
  return [
    'Event',
    [['xmlns', 'http://schemas.microsoft.com/win/2004/08/events/event']],
    '',
    [
      ['System', [], '', [['EventID', [], '4688', [], 1]]],
      ['EventData', [], '', data.map(([name, value]): EventElement => ['Data', [['Name', name]], value, []])],
    ],
  ];
}

/** The `n`th finding of a deterministic row: 50 rules, 3 computers, two findings per event. */
export function findingOf(n: number, over: Partial<Finding> = {}): Finding {
  const record = Math.floor(n / 2);
  const rule = n % 50;
  const row = {
    offset: 4_608 + record * 1_024,
    size: 1_024,
    recordClass: 'allocated' as const,
    recordId: String(1_000 + record),
    time: `2021-05-27T10:${String(Math.floor(record / 60) % 60).padStart(2, '0')}:${String(record % 60).padStart(2, '0')}.1234567Z`,
    channel: 'Security',
    provider: 'Microsoft-Windows-Security-Auditing',
    eventId: 4_688,
    computer: `WS0${String(record % 3)}.corp.local`,
    event: eventOf([
      ['NewProcessName', 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe'],
      ['CommandLine', `powershell -enc ${String(record)} Invoke-Mimikatz -DumpCreds`],
      ['SubjectUserSid', 'S-1-5-21-1111111111-2222222222-3333333333-1001'],
    ]),
  };
  const ruleId = `00000000-0000-4000-8000-${String(rule).padStart(12, '0')}`;
  const file = over.file ?? 'Logs/Security.evtx';
  return {
    ...row,
    key: findingKeyOf(row, ruleId, file),
    ruleId,
    ruleHash: 'ab'.repeat(32),
    ruleTitle: `Suspicious Thing ${String(rule)}`,
    level: RULE_LEVELS[rule % 5]!,
    tags: ['attack.execution', 'attack.t1059.001'],
    file,
    ...over,
  };
}

export function findingsOf(count: number, from = 0): Finding[] {
  return Array.from({ length: count }, (_, i) => findingOf(from + i));
}

/** A finding whose every free text is the given one. */
export function hostileFinding(text: string, n: number): Finding {
  return findingOf(n, {
    ruleTitle: text,
    computer: text,
    channel: text,
    provider: text,
    recordId: text,
    tags: [text],
    file: text,
    event: eventOf([[text, text]]),
  });
}

export async function collect(blocks: AsyncIterable<readonly Finding[]>): Promise<Finding[]> {
  const all: Finding[] = [];
  for await (const block of blocks) all.push(...block);
  return all;
}
