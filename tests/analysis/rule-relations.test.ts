import { expect, test } from 'vitest';
import { listRelated } from '../../src/analysis/rule-relations.ts';
import type { RuleSet } from '../../src/model/rule-set.ts';
import { ruleInfo } from '../app/fake-findings.ts';

const tags = (...ids: string[]): string[] => ids.map((id) => `attack.${id}`);
const rules = [tags('t1'), tags('t1059'), tags(), tags('t1059', 't1003'), tags('t1047')].map(
  (list, at) =>
    ({
      kind: 'event',
      info: ruleInfo(String(at), 'high', { tags: at === 0 ? tags('t1059', 't1003') : list }),
      routes: [],
      condition: { op: 'or', children: [] },
      generates: true,
    }) as const,
);
const set: RuleSet = { rules, predicates: [], views: [], eventViews: [] };
const indicator = (sharedBy: number[]) => ({ field: 'f', kind: 'is', value: 'v', cased: false, sharedBy });

test('related rules share rare values first, then techniques; what shares nothing is left out', () => {
  expect(listRelated(set, 0, [indicator([2]), indicator([1, 2, 3])], 9)).toEqual([
    { rule: 2, shared: 2, techniques: [] },
    { rule: 3, shared: 1, techniques: ['T1059', 'T1003'] },
    { rule: 1, shared: 1, techniques: ['T1059'] },
  ]);
  expect(listRelated(set, 0, [], 1)).toEqual([{ rule: 3, shared: 0, techniques: ['T1059', 'T1003'] }]);
});
