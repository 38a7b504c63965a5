import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildShippedRules } from '../../scripts/core-rules.ts';
import type { RuleInfo } from '../../src/model/rule-set.ts';
import { openPack } from '../../src/pool/masked-pack.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ID = '0f0b1f60-6a2f-4c3d-8a5e-3f0f3f1d9a01';
const MARK = 'zanzibar-unmistakable';

const RULE = `title: A baked rule
id: ${ID}
status: test
logsource:
  product: windows
  service: security
detection:
  selection:
    EventID: 4688
    CommandLine|contains: '${MARK}'
  condition: selection
level: high
`;

let folder: string;
let rules: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'winnow-baked-'));
  rules = join(folder, 'ours');
  mkdirSync(join(rules, 'deep'), { recursive: true });
  writeFileSync(join(rules, 'deep', 'good.yml'), RULE);
  writeFileSync(join(rules, 'broken.yml'), RULE.replace('|contains', '|containz').replace(ID, `${ID.slice(0, -1)}2`));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function infosIn(pack: Uint8Array): Promise<RuleInfo[]> {
  return JSON.parse(new TextDecoder().decode(await openPack(pack))) as RuleInfo[];
}

describe('rules baked into a build', () => {
  test('stand beside the core pack, are named without the machine’s paths, and a broken one is only reported', async () => {
    const reports: string[] = [];
    const built = await buildShippedRules(ROOT, { core: true, paths: [rules] }, (text) => reports.push(text));
    const infos = await infosIn(built.packs.get('infos')!);
    expect(infos.length).toBeGreaterThan(100);
    expect(infos.find((info) => info.id === ID)).toMatchObject({ pack: 'shipped/ours', file: 'deep/good.yml' });
    expect(reports.join('')).toMatch(/2 documents, 1 run, .*1 are rejected\n {2}rejected broken\.yml:10:5: /);
    const again = await buildShippedRules(ROOT, { core: true, paths: [rules] }, () => undefined);
    expect(again.packs).toEqual(built.packs);
  });

  test('a path without rules stops the build', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const build = (paths: string[]) => buildShippedRules(ROOT, { core: false, paths }, () => undefined);
    await expect(build([empty])).rejects.toThrow('no .yml or .yaml file');
    await expect(build([join(folder, 'nowhere')])).rejects.toThrow('no such rules');
  });

  test('`npm run build -- --rules DIR --no-core` holds the rule in its loaded set and nowhere in plain text', async () => {
    const out = join(folder, 'out');
    const options = ['scripts/build.mjs', '--rules', rules, '--no-core', '--out', out];
    const { status, stdout, stderr } = spawnSync(process.execPath, options, {
      cwd: ROOT,
      encoding: 'utf8',
      // Vitest's mode would build the development version of the app.
      env: { ...process.env, NODE_ENV: 'production' },
    });
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('1 are rejected');
    const files = readdirSync(out, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const infos = files.find((file) => /core-infos-.*\.pack$/.test(file))!;
    expect((await infosIn(readFileSync(infos))).map(({ id }) => id)).toEqual([ID]);
    for (const file of files) expect(readFileSync(file).includes(MARK), file).toBe(false);
  });

  test('without rules there is nothing to leave the core pack out for', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/build.mjs', '--no-core'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toContain('--no-core needs --rules');
  });
});
