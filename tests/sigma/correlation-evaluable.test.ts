// Correlations over rules that can never fire.

import { describe, expect, test } from 'vitest';
import { compileRules } from '../../src/sigma/compile-rules.ts';

const rule = (name: string, category: string): string => `title: ${name}
name: ${name}
logsource:
  product: windows
  category: ${category}
detection:
  s:
    Image|endswith: '\\${name}.exe'
  condition: s
`;

const correlation = (type: string, condition = ''): string => `title: Both
correlation:
  type: ${type}
  rules: [one, two]
  group-by: [Computer]
  timespan: 5m
${condition}`;

function reasonOf(type: string, categories: readonly [string, string], condition?: string): string | undefined {
  const text = [rule('one', categories[0]), rule('two', categories[1]), correlation(type, condition)].join('---\n');
  const { ruleSet } = compileRules([{ pack: 'test', file: 'a.yml', text }]);
  return ruleSet.rules.find((each) => each.info.title === 'Both')?.info.notEvaluable;
}

describe('a correlation', () => {
  test('that needs a rule which no event log can satisfy is not evaluable', () => {
    expect(reasonOf('temporal', ['process_creation', 'file_access'])).toBe('etw-only');
    expect(reasonOf('temporal_ordered', ['file_access', 'process_creation'])).toBe('etw-only');
  });

  test('is evaluable where the rules that are left are enough', () => {
    expect(reasonOf('temporal', ['process_creation', 'image_load'])).toBeUndefined();
    expect(reasonOf('temporal', ['process_creation', 'file_access'], '  condition:\n    gte: 1\n')).toBeUndefined();
    expect(reasonOf('event_count', ['process_creation', 'file_access'], '  condition:\n    gte: 3\n')).toBeUndefined();
  });

  test('that counts matches of rules which all cannot fire is not evaluable', () => {
    expect(reasonOf('event_count', ['file_access', 'file_rename'], '  condition:\n    gte: 3\n')).toBe('etw-only');
  });
});
