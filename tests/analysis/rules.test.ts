import { describe, expect, test } from 'vitest';
import { listRouteCoverage } from '../../src/analysis/rule-coverage.ts';
import { buildIndicatorIndex, listIndicators } from '../../src/analysis/rule-indicators.ts';
import { describePredicate, listRuleTree } from '../../src/analysis/rule-tree.ts';
import { foldRulePage } from '../../src/app/rule-page.ts';
import { fieldKeyOf } from '../../src/model/field-key.ts';
import type { EventRule, Expression, Predicate, RuleSet } from '../../src/model/rule-set.ts';
import { ruleInfo } from '../app/fake-findings.ts';

const image: Predicate = {
  kind: 'literal',
  field: fieldKeyOf('Image'),
  anchor: 'suffix',
  text: '\\cmd.exe',
  cased: false,
};
const port: Predicate = { kind: 'number', field: fieldKeyOf('DestinationPort'), compare: 'gte', value: '1024' };
const parent: Predicate = { kind: 'null', field: fieldKeyOf('ParentImage') };
const test_ = (predicate: number): Expression => ({ op: 'test', predicate });

function rule(id: string, condition: Expression): EventRule {
  const route = { channel: 'security', provider: undefined, eventIds: [4688], view: 1, extra: undefined };
  return {
    kind: 'event',
    info: ruleInfo(id, 'high'),
    routes: [route, { ...route, view: 2 }],
    condition,
    generates: true,
  };
}

const set: RuleSet = {
  rules: [
    rule('a', { op: 'and', children: [test_(0), { op: 'not', child: { op: 'or', children: [test_(1), test_(2)] } }] }),
    rule('b', { op: 'and', children: [test_(0)] }),
  ],
  predicates: [image, port, parent],
  views: [],
  eventViews: [],
};

describe('a rule to read', () => {
  test('its condition is a tree of lines', () => {
    const [first] = set.rules;
    const lines = listRuleTree(first?.kind === 'event' ? first.condition : test_(0));
    expect(lines.map((line) => [line.depth, line.kind, line.predicate])).toEqual([
      [0, 'all', undefined],
      [1, 'test', 0],
      [1, 'not', undefined],
      [2, 'any', undefined],
      [3, 'test', 1],
      [3, 'test', 2],
    ]);
  });

  test('a condition of any depth is listed without recursion, and cut when it is too long', () => {
    let deep: Expression = test_(0);
    for (let i = 0; i < 100_000; i++) deep = { op: 'not', child: deep };
    const lines = listRuleTree(deep);
    expect(lines.length).toBeLessThan(2_100);
    expect(lines.at(-1)?.kind).toBe('cut');
  });

  test('predicates say what they test', () => {
    expect(describePredicate(image)).toMatchObject({ field: 'image', kind: 'ends with', value: '\\cmd.exe' });
    expect(describePredicate(port)).toMatchObject({ kind: '≥', value: '1024' });
    expect(describePredicate({ kind: 'cidr', field: fieldKeyOf('ip'), bytes: [10, 0, 0, 0], bits: 8 }).value).toBe(
      '10.0.0.0/8',
    );
    expect(
      describePredicate({
        kind: 'glob',
        field: fieldKeyOf('x'),
        cased: false,
        parts: [{ kind: 'text', text: 'a*' }, { kind: 'any' }, { kind: 'one' }],
      }).value,
    ).toBe('a\\**?');
  });

  test('indicators name the other rules that look for the same', () => {
    const index = buildIndicatorIndex(set);
    expect(
      listIndicators(set, index, 0).map((indicator) => [indicator.field, indicator.value, indicator.sharedBy]),
    ).toEqual([
      ['image', '\\cmd.exe', [1]],
      ['destinationport', '1024', []],
    ]);
  });

  test('coverage counts the events of the case that a rule looks at, each way once', () => {
    const kind = { computer: 'A', channel: 'Security', provider: 'P', first: '', last: '' };
    const kinds = [
      { ...kind, eventId: 4688, count: 7 },
      { ...kind, eventId: 4624, count: 9 },
    ];
    expect(listRouteCoverage(set.rules[0]!, kinds)).toEqual([
      { channel: 'security', provider: undefined, eventIds: [4688], events: 7 },
    ]);
    expect(listRouteCoverage(set.rules[0]!, undefined)[0]?.events).toBeUndefined();
  });

  test('the page spells fields as the rule does and names techniques with their parents', () => {
    const source =
      'title: x\ndescription: y\ndetection:\n  sel:\n    Image|endswith: \\cmd.exe\n    - DestinationPort|gte: 1024\n  condition: sel\n';
    const table = {
      version: '1',
      tactics: [{ id: 'TA1', shortname: 'execution', name: 'Execution' }],
      techniques: [
        { id: 'T1059', name: 'Interpreter', tactics: ['execution'], windows: true },
        { id: 'T1059.001', name: 'PowerShell', tactics: ['execution'], windows: true },
      ],
      retired: [],
    };
    const page = foldRulePage(set, 0, source, table, undefined)!;
    expect(page.indicators.map((indicator) => indicator.field)).toEqual(['Image', 'DestinationPort']);
    expect(page.indicators[0]?.sharedBy.map((info) => info.id)).toEqual(['b']);
    expect(page.techniques).toEqual([
      { id: 'T1059.001', name: 'PowerShell', parentName: 'Interpreter', tactics: ['Execution'], retired: false },
    ]);
    expect(page.tactics).toEqual([]);
    expect(foldRulePage(set, 9, source, table, undefined)).toBeUndefined();
  });
});
