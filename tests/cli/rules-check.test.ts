import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadRuleSources } from '../../src/cli/rule-sources.ts';
import { runRulesCheck } from '../../src/cli/rules-check.ts';

const GOOD =
  'title: Good\nid: 5d0c4c62-6a3e-4b6e-9a2b-0d8f0d3f7a11\nlogsource:\n  product: windows\n  service: system\ndetection:\n  selection:\n    EventID: 7045\n  condition: selection\n';
const BAD = GOOD.replace('condition: selection', 'condition: selectoin')
  .replace('title: Good', 'title: Bad')
  .replace('5d0c', '5d0d');
const OTHER = GOOD.replace('product: windows', 'product: linux')
  .replace('title: Good', 'title: Linux')
  .replace('5d0c', '5d0e');
const TRACE = GOOD.replace('service: system', 'category: file_access')
  .replace('title: Good', 'title: Trace')
  .replace('5d0c', '5d0f');

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'winnow-rules-'));
  mkdirSync(join(folder, 'deep/er'), { recursive: true });
  writeFileSync(join(folder, 'deep/er/good.yml'), `${GOOD}---\n${OTHER}`);
  writeFileSync(join(folder, 'deep/trace.YAML'), TRACE);
  writeFileSync(join(folder, 'notes.txt'), 'no rule');
  writeFileSync(join(folder, 'good.rule'), GOOD);
  writeFileSync(join(folder, 'bad.yml'), BAD);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function run(...argv: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const status = await runRulesCheck(argv, { write: (text) => (out += text) }, { write: (text) => (err += text) });
  return { status, out, err };
}

describe('winnow rules check', () => {
  test('gives one JSON line per document, in the order of paths', async () => {
    const { status, out, err } = await run(folder, '--json');
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(status).toBe(1);
    expect(err).toBe('');
    expect(
      lines.map((line) => [
        String(line['file']).slice(folder.length + 1),
        line['document'],
        line['title'],
        line['verdict'],
      ]),
    ).toEqual([
      ['bad.yml', 0, 'Bad', 'rejected'],
      ['deep/er/good.yml', 0, 'Good', 'compiled'],
      ['deep/er/good.yml', 1, 'Linux', 'other-product'],
      ['deep/trace.YAML', 0, 'Trace', 'not-evaluable'],
    ]);
    expect(Object.keys(lines[0] ?? {})).toEqual([
      'file',
      'document',
      'id',
      'title',
      'verdict',
      'reason',
      'diagnostics',
    ]);
    expect(lines[0]?.['diagnostics']).toEqual([
      {
        code: 'undefined-selection',
        severity: 'error',
        line: 9,
        column: 14,
        message: 'There is no selection `selectoin`.',
        hint: 'Did you mean `selection`?',
      },
    ]);
    expect(lines[1]?.['reason']).toBe('');
    expect(lines[2]?.['reason']).toBe('The rule is for another product than Windows.');
  });

  test('a single file is taken whatever its name; nothing rejected is status 0', async () => {
    const { status, out } = await run(join(folder, 'good.rule'));
    expect(status).toBe(0);
    expect(out).toBe('1 documents: 1 compiled, 0 not evaluable, 0 for other products, 0 rejected\n');
  });

  test('text output has place, message, hint and code', async () => {
    const { out } = await run(join(folder, 'bad.yml'));
    expect(out).toContain(
      `${join(folder, 'bad.yml')}:9:14: error: There is no selection \`selectoin\`. Did you mean \`selection\`? [undefined-selection]\n`,
    );
  });

  test('unusable arguments give status 2', async () => {
    expect((await run()).status).toBe(2);
    expect((await run('--jsn', folder)).status).toBe(2);
    const { status, err, out } = await run(join(folder, 'nowhere'));
    expect(status).toBe(2);
    expect(err).toContain('does not exist');
    expect(out).toBe('');
  });

  test('sources carry the pack name', async () => {
    const { files, missing, unreadable } = await loadRuleSources([join(folder, 'deep'), join(folder, 'bad.yml')]);
    expect(files.map((file) => file.pack)).toEqual(['deep', 'deep', 'bad.yml']);
    expect([missing, unreadable]).toEqual([[], []]);
  });
});
