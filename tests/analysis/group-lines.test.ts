import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpuMillisecondsOf } from '../builders/cpu-time.ts';
import { entitiesOf } from '../../src/model/finding-entities.ts';
import type { Grouping } from '../../src/analysis/group-lines.ts';
import { countInGroups, groupLines, GROUPINGS, HEAD, rowsOfGroup } from '../../src/analysis/group-lines.ts';
import { FindingTable } from '../../src/app/finding-table.ts';
import { nameFinding } from '../../src/app/name-finding.ts';
import type { EventElement } from '../../src/model/event.ts';
import { event, row, ruleInfo } from '../app/fake-findings.ts';

const rules = [
  ruleInfo('low', 'low', { tags: ['attack.t1059.001', 'attack.t1105', 'attack.execution'] }),
  ruleInfo('critical', 'critical', { tags: ['attack.t1105'] }),
  ruleInfo('bare', 'medium', { tags: [] }),
];

function tableOf(hits: readonly (readonly [rule: number, user: string, image: string, address: string])[]) {
  const table = new FindingTable();
  hits.forEach(([rule, User, Image, IpAddress], at) =>
    table.add(nameFinding(row(rule, at, { event: event({ User, Image, IpAddress }) }), rules[rule]!, 'f.evtx')),
  );
  return table;
}

/** Lines as a person reads them: `+key (count)` for an open head, `-key (count)` for a closed one, rows as numbers. */
function read(table: FindingTable, rows: Uint32Array, by: Grouping, isOpen: (key: string) => boolean, worst = true) {
  const { lines, groups } = groupLines(table, rows, by, isOpen, worst);
  return Array.from(lines, (line) => {
    if (line < HEAD) return line;
    const group = groups[line - HEAD]!;
    return `${group.isOpen ? '+' : '-'}${group.key} (${String(group.count)})`;
  });
}

const all = (table: FindingTable): Uint32Array => Uint32Array.from({ length: table.count }, (_, at) => at);

describe('findings in groups', () => {
  const table = tableOf([
    [0, 'CORP\\ada', 'C:\\a.exe', '10.0.0.1'],
    [2, 'corp\\ADA', 'C:\\b.exe', '-'],
    [1, 'CORP\\bob', 'C:\\a.exe', '::ffff:10.0.0.1'],
    [0, '-', 'C:\\a.exe', '::'],
  ]);

  test('a finding of several techniques stands in the group of each, one without any in a group of its own', () => {
    const open = read(table, all(table), 'technique', () => true);
    expect(open).toEqual(['+T1105 (3)', 0, 2, 3, '+ (1)', 1, '+T1059.001 (2)', 0, 3]);
  });

  test('names that differ in case only are one group, and events that name nobody are one', () => {
    expect(read(table, all(table), 'user', (key) => key === 'CORP\\ada')).toEqual([
      '-CORP\\bob (1)',
      '+CORP\\ada (2)',
      0,
      1,
      '- (1)',
    ]);
    expect(read(table, all(table), 'address', () => false)).toEqual(['-10.0.0.1 (2)', '- (2)']);
  });

  test('groups stand worst first, or where their first finding would stand', () => {
    const rows = Uint32Array.from([3, 1, 2, 0]);
    expect(read(table, rows, 'rule', () => false)).toEqual(['-critical (1)', '-bare (1)', '-low (2)']);
    expect(read(table, rows, 'rule', () => false, false)).toEqual(['-low (2)', '-bare (1)', '-critical (1)']);
  });

  test('every row stands once below each of its groups, in the order given, whatever is open', () => {
    const hit = fc.tuple(
      fc.nat(2),
      fc.constantFrom('a', 'A', 'b', '-', '*'),
      fc.constantFrom('x', 'y'),
      fc.constant('-'),
    );
    fc.assert(
      fc.property(fc.array(hit, { maxLength: 30 }), fc.constantFrom(...GROUPINGS), fc.boolean(), (hits, by, worst) => {
        const made = tableOf(hits);
        const rows = all(made).reverse();
        const { lines, groups } = groupLines(made, rows, by, () => true, worst);
        const closed = groupLines(made, rows, by, () => false, worst);
        expect(closed.lines).toHaveLength(groups.length);
        const members: number[][] = [];
        for (const line of lines) {
          if (line >= HEAD) members.push([]);
          else members.at(-1)!.push(line);
        }
        const counts = countInGroups(made, rows, by);
        groups.forEach((group, at) => {
          expect(members[at]).toHaveLength(group.count);
          expect(counts.get(group.key)).toBe(group.count);
          expect([...rowsOfGroup(made, rows, by, group.key)]).toEqual(members[at]);
        });
        expect(new Set(members.flat()).size).toBe(made.count);
      }),
    );
  });

  test('100,000 findings are grouped within a frame or two', () => {
    const many = new FindingTable();
    for (let at = 0; at < 100_000; at++) {
      const made = event({ User: `CORP\\user${String(at % 500)}`, Image: `C:\\${String(at % 3_000)}.exe` });
      many.add(nameFinding(row(at % 3, at, { event: made, computer: `HOST-${String(at % 40)}` }), rules[at % 3]!, 'f'));
    }
    const rows = all(many);
    const costs = GROUPINGS.map((by) => cpuMillisecondsOf(() => groupLines(many, rows, by, () => true, true)));
    console.log(`group 100,000 findings: ${GROUPINGS.map((by, at) => `${by} ${costs[at]!.toFixed(1)} ms`).join(', ')}`);
    // The goal is 50 ms; ten times that only guards against another order of growth, other work on the machine aside.
    expect(Math.max(...costs)).toBeLessThan(500);
  });
});

describe('entities of an event', () => {
  const inUserData = (name: string, text: string): EventElement => [
    'Event',
    [],
    '',
    [['UserData', [], '', [['EventXML', [], '', [[name, [], text, []]]]]]],
  ];

  test('the account that logs on counts more than the service that lets it in, with its domain', () => {
    const fields = {
      SubjectUserName: 'DC$',
      SubjectDomainName: 'CORP',
      TargetUserName: 'ada',
      TargetDomainName: 'LAB',
    };
    expect(entitiesOf(event(fields)).user).toBe('LAB\\ada');
    expect(entitiesOf(event({ ...fields, TargetUserName: '-' })).user).toBe('CORP\\DC$');
    expect(entitiesOf(event({ ...fields, TargetDomainName: '-' })).user).toBe('ada');
  });

  test('fields of UserData count too, and the fields of System do not', () => {
    expect(entitiesOf(inUserData('Address', '10.1.2.3')).address).toBe('10.1.2.3');
    expect(entitiesOf(event({}))).toEqual({ user: '', process: '', address: '' });
  });

  test('an event made to be endless or deep is looked at within bounds', () => {
    let deep: EventElement = ['Image', [], 'C:\\deep.exe', []];
    for (let i = 0; i < 100_000; i++) deep = ['x', [], '', [deep]];
    const wide = Array.from({ length: 200_000 }, (): EventElement => ['Data', [['Name', 'y']], '', []]);
    const made: EventElement = ['Event', [], '', [deep, ['EventData', [], '', wide]]];
    const milliseconds = cpuMillisecondsOf(() => {
      expect(entitiesOf(made).process).toBe('');
    });
    expect(milliseconds).toBeLessThan(1_000);
    expect(entitiesOf(event({ Image: 'a'.repeat(100_000) })).process).toHaveLength(260);
  });
});
