import { describe, expect, test } from 'vitest';
import { cpuMillisecondsOf } from '../builders/cpu-time.ts';
import { indexRules, searchRules, tagRules, type RuleQuery } from '../../src/analysis/rule-search.ts';
import type { AttackTable } from '../../src/analysis/attack-matrix.ts';
import { ruleInfo } from '../app/fake-findings.ts';

const TABLE: AttackTable = {
  version: '1',
  tactics: [{ id: 'TA2', shortname: 'execution', name: 'Execution' }],
  techniques: [{ id: 'T1059.001', name: 'PowerShell', tactics: ['execution'], windows: true }],
  retired: [],
};
const logsource = { product: ['windows'], category: [], service: ['security'] };
const INFOS = [
  ruleInfo('1', 'low', { title: 'Beta', tags: ['attack.t1059.001'], pack: 'core', status: 'test' }),
  ruleInfo('2', 'high', {
    title: 'Alpha',
    tags: [],
    description: 'Needle here',
    logsource,
    pack: 'mine',
    status: 'stable',
  }),
  ruleInfo('3', 'high', { title: 'Dead', tags: [], notEvaluable: 'etw-only', pack: 'mine', status: 'test' }),
];
const INDEX = indexRules(INFOS, TABLE);
const NONE: RuleQuery = { text: '', facets: {}, notEvaluable: false };
const ids = (query: Partial<RuleQuery>, hits?: ReadonlyMap<string, number>): string[] =>
  searchRules(INDEX, { ...NONE, ...query }, hits).numbers.map((number) => INFOS[number]!.id);

describe('the search through rules', () => {
  test('gives all of them, worst first, when nothing is asked', () => {
    expect(ids({})).toEqual(['2', '3', '1']);
  });

  test('finds words anywhere in what a rule says of itself', () => {
    expect(ids({ text: 'NEEDLE alpha' })).toEqual(['2']);
    expect(ids({ text: 'needle beta' })).toEqual([]);
  });

  test('narrows by facets, a technique with its parent, a tactic through its techniques', () => {
    expect(ids({ facets: { technique: ['T1059'] } })).toEqual(['1']);
    expect(ids({ facets: { tactic: ['execution'] } })).toEqual(['1']);
    expect(ids({ facets: { logsource: ['security'] } })).toEqual(['2']);
    expect(ids({ facets: { pack: ['mine'], status: ['test'] } })).toEqual(['3']);
    expect(ids({ notEvaluable: true })).toEqual(['3']);
  });

  test('knows which rules fire on the open case', () => {
    const hits = new Map([['1', 4]]);
    expect(ids({ facets: { fires: ['yes'] } }, hits)).toEqual(['1']);
    expect(ids({ facets: { fires: ['no'] } }, hits)).toEqual(['2', '3']);
  });

  test('counts the choices of a facet as if nothing were chosen in it', () => {
    const { facets } = searchRules(INDEX, { ...NONE, facets: { pack: ['core'], status: ['test'] } }, undefined);
    expect(facets.pack).toEqual([
      { value: 'core', count: 1 },
      { value: 'mine', count: 1 },
    ]);
    expect(facets.status).toEqual([{ value: 'test', count: 1 }]);
  });

  test('leaves rules that cannot fire out of the matrix', () => {
    expect(tagRules(INFOS)).toHaveLength(2);
  });

  test('takes no longer than a frame or two over 5,000 rules', () => {
    const many = Array.from({ length: 5_000 }, (_, at) =>
      ruleInfo(String(at), 'high', {
        title: `Rule ${at}`,
        description: 'word '.repeat(60),
        tags: ['attack.t1059.001'],
      }),
    );
    const index = indexRules(many, TABLE);
    const milliseconds = cpuMillisecondsOf(() => {
      const { numbers } = searchRules(index, { ...NONE, text: 'rule 49' }, new Map());
      expect(numbers.length).toBeGreaterThan(10);
    });
    // Some 8 ms; machines that run tests are busy.
    expect(milliseconds).toBeLessThan(500);
  });
});
