import { describe, expect, test } from 'vitest';
import type { Logsource } from '../../src/model/logsource.ts';
import type { FilterDraft, FilterTarget } from '../../src/sigma/filters/parse-filter.ts';
import {
  filterApplies,
  isFilter,
  parseFilter,
  reportUnknownTargets,
  withFilters,
} from '../../src/sigma/filters/parse-filter.ts';
import { createPlaceholderLookup, parsePlaceholderValues } from '../../src/sigma/placeholders/placeholder-lists.ts';
import type { YamlMap } from '../../src/sigma/source/nodes.ts';
import { parseDocuments } from '../../src/sigma/source/parse-documents.ts';
import { Report } from '../../src/sigma/source/report.ts';

function mapOf(text: string): YamlMap {
  const root = parseDocuments(text)[0]?.root;
  if (root?.kind !== 'map') throw new Error('the text is no map');
  return root;
}

const FILTER = `title: Administrators
logsource:
  category: process_creation
  product: windows
filter:
  rules:
    - 6f3e2987-db24-4c78-a860-b4f4095a7095
    - own_rule
  selection:
    User|startswith: 'adm_'
  condition: not selection
`;

const parse = (text: string): { draft: FilterDraft | undefined; report: Report } => {
  const report = new Report();
  return { draft: parseFilter(mapOf(text), report), report };
};
const codes = (report: Report): string[] => report.diagnostics.map(({ code, severity }) => `${severity} ${code}`);
const logsource = (parts: Partial<Logsource>): Logsource => ({ product: [], category: [], service: [], ...parts });
const PROCESS = logsource({ product: ['windows'], category: ['process_creation'] });
const target = (parts: Partial<FilterTarget>): FilterTarget => ({
  id: undefined,
  name: undefined,
  logsource: PROCESS,
  ...parts,
});

describe('filter documents', () => {
  test('a whole one is read; its detection holds selections and condition only', () => {
    const { draft, report } = parse(FILTER);
    expect(isFilter(mapOf(FILTER))).toBe(true);
    expect(report.diagnostics).toEqual([]);
    expect(draft?.rules?.map(({ text }) => text)).toEqual(['6f3e2987-db24-4c78-a860-b4f4095a7095', 'own_rule']);
    expect(draft?.detection.entries.map(({ key }) => key.text)).toEqual(['selection', 'condition']);
  });

  test('a condition without not is kept as it stands and warned of', () => {
    const { draft, report } = parse(FILTER.replace('not selection', 'selection'));
    expect(draft).toBeDefined();
    expect(report.diagnostics).toMatchObject([
      { code: 'filter-without-not', severity: 'warning', range: { line: 11 } },
    ]);
  });

  test.each([
    ['logsource:\n  category: process_creation\n  product: windows\n', 'filter-logsource'],
    ["  selection:\n    User|startswith: 'adm_'\n", 'filter-selection'],
    ['  condition: not selection\n', 'filter-condition'],
    ['  rules:\n    - 6f3e2987-db24-4c78-a860-b4f4095a7095\n    - own_rule\n', 'filter-rules'],
  ])('a missing part is refused: %j', (part, code) => {
    const { draft, report } = parse(FILTER.replace(part, ''));
    expect(draft).toBeUndefined();
    expect(codes(report)).toContain(`error ${code}`);
  });

  test('`any`, and an empty list, mean every rule of the logsource', () => {
    const list = '  rules:\n    - 6f3e2987-db24-4c78-a860-b4f4095a7095\n    - own_rule\n';
    for (const rules of ['  rules: any\n', '  rules: []\n', '  rules:\n    - any\n']) {
      const { draft } = parse(FILTER.replace(list, rules));
      expect(draft, rules).toBeDefined();
      expect(draft?.rules, rules).toBeUndefined();
    }
  });
});

describe('which rules a filter concerns', () => {
  const { draft } = parse(FILTER);

  test('those that it names by id or by name', () => {
    expect(filterApplies(draft!, PROCESS, target({ id: '6F3E2987-DB24-4C78-A860-B4F4095A7095' }))).toBe(true);
    expect(filterApplies(draft!, PROCESS, target({ name: 'own_rule' }))).toBe(true);
    expect(filterApplies(draft!, PROCESS, target({ id: 'another' }))).toBe(false);
  });

  test('and whose logsource lies within the filter’s', () => {
    const named = (own: Partial<Logsource>, of: Logsource = PROCESS): boolean =>
      filterApplies(draft!, of, target({ name: 'own_rule', logsource: logsource(own) }));
    expect(named({ product: ['windows'], category: ['process_creation'], service: ['sysmon'] })).toBe(true);
    expect(named({ product: ['windows'], category: ['file_event'] })).toBe(false);
    expect(named({ category: ['process_creation'] })).toBe(false);
    expect(named({ product: ['windows'], category: ['process_creation', 'file_event'] })).toBe(false);
    expect(named({ service: ['security'] }, logsource({}))).toBe(true);
  });

  test('a name that no rule has is warned of', () => {
    const report = new Report();
    reportUnknownTargets(draft!, [target({ name: 'own_rule' })], report);
    expect(report.diagnostics).toMatchObject([{ code: 'filter-unknown-rule', range: { line: 7 } }]);
  });

  test('conditions are added with and', () => {
    const own = { op: 'test', predicate: 0 } as const;
    const added = { op: 'not', child: { op: 'test', predicate: 1 } } as const;
    expect(withFilters(own, [])).toBe(own);
    expect(withFilters(own, [added])).toEqual({ op: 'and', children: [own, added] });
  });
});

describe('placeholder lists', () => {
  test('lists of the case go before the default ones; names have no case', () => {
    const lookup = createPlaceholderLookup(
      new Map([
        ['administrators', ['root']],
        ['Workstations', ['WS*']],
      ]),
    );
    expect(lookup('Administrators')).toEqual(['root']);
    expect(lookup('workstations')).toEqual(['WS*']);
    expect(createPlaceholderLookup()('Administrators')).toContain('Administrator');
  });

  test('an empty list is a missing list', () => {
    const lookup = createPlaceholderLookup(new Map([['Servers', ['', '']]]));
    expect(lookup('Servers')).toBeUndefined();
    expect(lookup('__proto__')).toBeUndefined();
  });

  test('an edited list has a value per line, with remarks', () => {
    expect(parsePlaceholderValues('# hosts\r\n DC01 \n\nDC02\nDC01\n')).toEqual(['DC01', 'DC02']);
  });
});
