// Made-up rules and findings for tests of the app's state.

import type { EventElement } from '../../src/model/event.ts';
import type { FindingRow } from '../../src/model/finding.ts';
import type { RuleInfo, RuleLevel } from '../../src/model/rule-set.ts';

export function ruleInfo(id: string, level: RuleLevel, more: Partial<RuleInfo> = {}): RuleInfo {
  return {
    id,
    name: undefined,
    title: `Title of ${id}`,
    level,
    status: 'test',
    description: '',
    author: '',
    date: '',
    references: [],
    tags: ['attack.execution', 'attack.t1059.001'],
    falsePositives: [],
    logsource: { product: ['windows'], category: ['process_creation'], service: [] },
    pack: 'core',
    file: `${id}.yml`,
    document: 0,
    hash: `hash of ${id}`,
    notEvaluable: undefined,
    warnings: [],
    ...more,
  };
}

export function event(fields: Readonly<Record<string, string>>): EventElement {
  const data = Object.entries(fields).map(([name, value]): EventElement => ['Data', [['Name', name]], value, []]);
  const system: EventElement = [
    'System',
    [],
    '',
    [
      [
        'Provider',
        [
          ['Name', 'Made-Up'],
          ['Guid', '{0}'],
        ],
        '',
        [],
      ],
      ['EventID', [], '1', []],
      ['Computer', [], 'HOST', []],
    ],
  ];
  return [
    'Event',
    [['xmlns', 'http://schemas.microsoft.com/win/2004/08/events/event']],
    '',
    [system, ['EventData', [], '', data]],
  ];
}

export function row(rule: number, number: number, more: Partial<FindingRow> = {}): FindingRow {
  const second = String(number % 60).padStart(2, '0');
  const minute = String(Math.floor(number / 60) % 60).padStart(2, '0');
  const hour = String(Math.floor(number / 3_600) % 24).padStart(2, '0');
  return {
    rule,
    offset: 4_608 + number * 1_000,
    size: 1_000,
    recordClass: 'allocated',
    recordId: String(number + 1),
    time: `2024-03-01T${hour}:${minute}:${second}.1234567Z`,
    channel: 'Security',
    provider: 'Microsoft-Windows-Security-Auditing',
    eventId: 4688,
    computer: `HOST-${number % 7}`,
    event: event({ CommandLine: `C:\\Windows\\System32\\cmd.exe /c run ${number}` }),
    ...more,
  };
}
