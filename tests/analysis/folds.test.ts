import { describe, expect, test } from 'vitest';
import type { AttackTable } from '../../src/analysis/attack-matrix.ts';
import { foldAttackMatrix, tacticsOfTags, techniquesOfTags } from '../../src/analysis/attack-matrix.ts';
import { listEventFields, markFields } from '../../src/analysis/event-fields.ts';
import { fileHealth } from '../../src/analysis/file-health.ts';
import { groupFindings } from '../../src/analysis/group-findings.ts';
import { foldHistogram } from '../../src/analysis/histogram.ts';
import { groupProblems } from '../../src/analysis/problem-groups.ts';
import { FindingTable } from '../../src/app/finding-table.ts';
import { nameFinding } from '../../src/app/name-finding.ts';
import { emptyFileAccount } from '../../src/model/coverage.ts';
import type { EventElement } from '../../src/model/event.ts';
import { Mark } from '../../src/model/event.ts';
import attack from '../../rules/attack/attack.json' with { type: 'json' };
import { row, ruleInfo } from '../app/fake-findings.ts';

const rules = [ruleInfo('low', 'low'), ruleInfo('critical', 'critical')];

function tableOf(times: readonly string[]): FindingTable {
  const table = new FindingTable();
  times.forEach((time, i) =>
    table.add(
      nameFinding(
        row(i % 2, i, { time, recordId: String(i + 1), channel: 'c', computer: i < 2 ? 'A' : 'B' }),
        rules[i % 2]!,
        'f',
      ),
    ),
  );
  return table;
}

const all = (table: FindingTable): Uint32Array => Uint32Array.from({ length: table.count }, (_, i) => i);

describe('findings over time', () => {
  test('every finding with a time is in one bar of a width that people think in', () => {
    const table = tableOf([
      '2024-03-01T00:00:01.0000000Z',
      '2024-03-01T00:30:00.0000000Z',
      '2024-03-01T23:59:59.9999999Z',
      '',
    ]);
    const histogram = foldHistogram(table, all(table), 30);
    expect(histogram).toMatchObject({ span: 3_600_000, bars: 24, timeless: 1, peak: 2, start: Date.UTC(2024, 2, 1) });
    expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(3);
    expect(histogram.counts[1]).toBe(1);
    expect(histogram.counts[4]).toBe(1);
    // Half an hour ahead of UTC, the hours that people read begin half an hour earlier.
    const ahead = foldHistogram(table, all(table), 30, () => 19_800_000);
    expect(ahead.start).toBe(Date.UTC(2024, 2, 1) - 1_800_000);
  });

  test('times at the ends of history still fit the bars, and no time at all gives none', () => {
    const wide = tableOf(['1601-01-01T00:00:00.0000000Z', '9999-12-31T23:59:59.9999999Z']);
    const histogram = foldHistogram(wide, all(wide), 10);
    expect(histogram.bars).toBeLessThanOrEqual(10);
    expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(2);
    const none = tableOf(['', '']);
    expect(foldHistogram(none, all(none), 10)).toMatchObject({ bars: 0, timeless: 2 });
  });
});

describe('groups', () => {
  test('hosts come worst first, with counts, levels and span', () => {
    const table = tableOf([
      '2024-03-01T00:00:01.0000000Z',
      '2024-03-01T00:00:03.0000000Z',
      '2024-03-01T00:00:02.0000000Z',
    ]);
    const groups = groupFindings(table, all(table), 'host');
    expect(groups.map((group) => [table.hosts[group.item], group.count, group.topLevel])).toEqual([
      ['A', 2, 4],
      ['B', 1, 1],
    ]);
    expect(groups[0]!.last - groups[0]!.first).toBe(2_000);
  });

  test('problems of one code and file are one group, errors first', () => {
    const groups = groupProblems([
      { code: 'header-dirty', severity: 'info', file: 'a' },
      { code: 'record-corrupt', severity: 'error', file: 'a', offset: 1 },
      { code: 'record-corrupt', severity: 'error', file: 'a', offset: 2, count: 5 },
      { code: 'record-corrupt', severity: 'error', file: 'b' },
    ]);
    expect(groups.map((group) => [group.code, group.file, group.count])).toEqual([
      ['record-corrupt', 'a', 6],
      ['record-corrupt', 'b', 1],
      ['header-dirty', 'a', 1],
    ]);
  });

  test('the health of a file is the worst thing known about it', () => {
    const account = { ...emptyFileAccount(), recordsRead: 3 };
    expect(fileHealth(account)).toBe('complete');
    expect(fileHealth({ ...account, recordsResynced: 1 })).toBe('repaired');
    expect(fileHealth({ ...account, recordsResynced: 1, recordsLost: 1 })).toBe('incomplete');
    expect(fileHealth(emptyFileAccount())).toBe('empty');
  });
});

describe('the ATT&CK matrix', () => {
  const table: AttackTable = attack;

  test('the shipped table has the tactics in matrix order and knows sub-techniques', () => {
    expect(table.tactics.map((tactic) => tactic.shortname).slice(0, 4)).toEqual([
      'reconnaissance',
      'resource-development',
      'initial-access',
      'execution',
    ]);
    expect(table.techniques.find((technique) => technique.id === 'T1059.001')?.name).toBe('PowerShell');
  });

  test('a finding with two sub-techniques of one technique counts once there, under every tactic it serves', () => {
    const tags = ['attack.t1053.005', 'attack.T1053.002', 'attack.persistence', 'car.2013'];
    const { columns, unknown } = foldAttackMatrix([{ tags, count: 4, level: 3 }], table, false);
    const met = columns.filter((column) => column.count > 0);
    expect(met.map((column) => column.tactic.shortname)).toEqual(['execution', 'persistence', 'privilege-escalation']);
    expect(met[0]!.cells[0]).toMatchObject({ count: 4, topLevel: 3, technique: { id: 'T1053' } });
    expect(met[0]!.cells[0]!.subs.map((sub) => [sub.technique.id, sub.count])).toEqual([
      ['T1053.002', 4],
      ['T1053.005', 4],
    ]);
    expect(unknown).toEqual([]);
  });

  test('ids that ATT&CK does not have are given back', () => {
    expect(foldAttackMatrix([{ tags: ['attack.t9999'], count: 2, level: 1 }], table, false).unknown).toEqual([
      { id: 'T9999', count: 2 },
    ]);
    expect(techniquesOfTags(['attack.t1', 'attack.s0002', 't1059'])).toEqual([]);
    expect(tacticsOfTags(['attack.defense_evasion', 'attack.lateral-movement', 'attack.g0001'], table)).toEqual([
      'defense-evasion',
      'lateral-movement',
    ]);
  });
});

describe('the fields of an event', () => {
  const event: EventElement = [
    'Event',
    [['xmlns', 'x']],
    '',
    [
      [
        'System',
        [],
        '',
        [
          ['Provider', [['Name', 'P']], '', []],
          ['EventID', [['Qualifiers', '0']], '7', []],
          ['Gone', [], 'no', [], Mark.Omitted],
        ],
      ],
      [
        'EventData',
        [],
        '',
        [
          ['Data', [['Name', 'NewProcessName']], 'C:\\Tools\\Mimi.exe', []],
          ['Data', [], 'loose', []],
          ['Data', [['Name', 'Empty']], '', []],
        ],
      ],
      ['UserData', [], '', [['Info', [], '', [['Param3', [], 'deep', []]]]]],
    ],
  ];

  test('they come in document order with names, attributes apart, and without what is no part of the event', () => {
    expect(listEventFields(event).map((field) => [field.section, field.name, field.value])).toEqual([
      ['System', 'Provider Name', 'P'],
      ['System', 'EventID Qualifiers', '0'],
      ['System', 'EventID', '7'],
      ['EventData', 'NewProcessName', 'C:\\Tools\\Mimi.exe'],
      ['EventData', 'Data', 'loose'],
      ['EventData', 'Empty', ''],
      ['UserData', 'Info.Param3', 'deep'],
    ]);
  });

  test('a matched part marks its field, by name, by value met, or by text', () => {
    const fields = listEventFields(event);
    const part = { selection: 's', modifier: 'endswith', value: '\\mimi.exe' };
    expect([...markFields(fields, [{ ...part, field: 'NewProcessName' }])]).toEqual([
      [3, [expect.objectContaining({ ranges: [[8, 17]] })]],
    ]);
    expect([...markFields(fields, [{ ...part, field: 'Image', actual: 'C:\\Tools\\Mimi.exe' }]).keys()]).toEqual([3]);
    expect([...markFields(fields, [{ ...part, field: '', value: '*loose*' }]).keys()]).toEqual([4]);
    expect(markFields(fields, [{ ...part, field: 'Absent', value: 'nowhere' }]).size).toBe(0);
  });

  test('an event nested without end is listed in bounded time', () => {
    let deep: EventElement = ['X', [], 'core', []];
    for (let i = 0; i < 3_000; i++) deep = ['X', [], '', [deep]];
    expect(listEventFields(['Event', [], '', [['EventData', [], '', [deep]]]]).length).toBeLessThanOrEqual(4_096);
  });
});
