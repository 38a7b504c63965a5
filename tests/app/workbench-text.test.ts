import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { copyRuleText, newRuleId, newRuleText, ruleFileName } from '../../src/app/workbench-text.ts';
import { compileRules } from '../../src/sigma/compile-rules.ts';
import { readCoreRules } from '../../scripts/core-rules.ts';

const ID = '11111111-2222-4333-8444-555555555555';
const compile = (text: string) => compileRules([{ pack: 'p', file: 'r.yml', text }]);

test('a new rule compiles without a remark', () => {
  const { verdicts } = compile(newRuleText(ID, '2026-01-02'));
  expect(verdicts).toMatchObject([{ id: ID, verdict: 'compiled', diagnostics: [] }]);
});

describe('a copy of a rule', () => {
  test('has an id of its own, names its origin, and keeps comments and detection as they stand', () => {
    const text = `title: One\r\nid: abc-1\r\nstatus: stable # comment of the author\r\ndate: 2020-01-01\r\n# why\r\ndetection:\r\n  a: { EventID: 1 }\r\n  condition: a\r\n`;
    expect(copyRuleText(text, 'abc-1', ID, '2026-01-02').split('\n')).toEqual([
      'title: One',
      `id: ${ID}`,
      'related:',
      '  - id: abc-1',
      '    type: derived',
      'status: experimental',
      'date: 2020-01-01',
      'modified: 2026-01-02',
      '# why',
      'detection:',
      '  a: { EventID: 1 }',
      '  condition: a',
      '',
    ]);
  });

  test('adds its origin to those that the rule names, and takes none that is no id', () => {
    const text = 'title: One\nid: abc\nrelated:\n    - id: x\n      type: similar\nlevel: low\n';
    expect(copyRuleText(text, 'abc', ID, 'd')).toContain(
      'related:\n    - id: abc\n      type: derived\n    - id: x\n      type: similar\nlevel: low',
    );
    expect(copyRuleText('title: One\n', 'a "b"\nlevel: x', ID, 'd')).toBe(
      `title: One\nid: ${ID}\nstatus: experimental\nmodified: d\n`,
    );
  });

  test('of every core rule compiles to the same verdict under the new id', () => {
    const rules = readCoreRules(fileURLToPath(new URL('../../', import.meta.url)));
    expect(rules.length).toBeGreaterThan(100);
    for (const { file, text } of rules) {
      if (/^---/m.test(text) || /^correlation:/m.test(text)) continue;
      const before = compile(text).verdicts[0]!;
      const [after] = compile(copyRuleText(text, before.id, ID, '2026-01-02')).verdicts;
      expect([file, after!.id, after!.verdict]).toEqual([file, ID, before.verdict]);
    }
  });
});

test('file names come from titles, are safe and do not meet', () => {
  expect(ruleFileName('Somebody asks: for <the> date!', new Set())).toBe('somebody-asks-for-the-date.yml');
  expect(ruleFileName('../../x', new Set(['x.yml', 'x-2.yml']))).toBe('x-3.yml');
  expect(ruleFileName('日本', new Set())).toBe('rule.yml');
});

test('ids are random and of version 4', () => {
  const ids = new Set(Array.from({ length: 50 }, newRuleId));
  expect(ids.size).toBe(50);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
