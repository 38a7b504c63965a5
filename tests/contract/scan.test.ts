// The contract of `winnow scan` over the whole corpus with SigmaHQ's current Windows rules: the agreed hits, all of them,
// and nothing beside them but matches whose cause is a further field mapping or a join.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hasShared, sharedRoot } from '../corpus/shared.ts';
import { loadCorpusLogs } from './goldens.ts';
import { runWinnow } from './run-winnow.ts';

interface FindingLine {
  readonly rule: { readonly id: string };
  readonly file: string;
  readonly recordId: string;
  readonly offset: number;
  readonly channel: string;
  readonly eventId: number;
  readonly joined?: unknown;
}

/**
 * On System 104 both evaluators of the goldens read `Channel` as the log that holds the record (always System), so the
 * rule on important logs fires for every one. The record names the log that was cleared, and the rules mean that:
 * where it is not an important log, Winnow fires the sibling rule instead.
 */
const IMPORTANT_LOG_CLEARED = '100ef69e-3327-481c-8e5c-6d80d9507556';
const OTHER_LOG_CLEARED = 'a62b37e0-45d3-48d9-a517-90c1a1b0186b';

const RULE_FOLDERS = ['rules', 'rules-emerging-threats', 'rules-threat-hunting'];

// Some hundred logs and 3,000 rules, several times over: minutes on a busy machine.
describe.skipIf(!hasShared)('winnow scan', { timeout: 240_000 }, () => {
  const root = sharedRoot ?? '';
  const rules = RULE_FOLDERS.flatMap((folder) => ['--rules', `${root}sigma/sigmahq/${folder}`]);
  const logs = loadCorpusLogs();
  const paths = logs.map((log) => log.path);

  test('finds every agreed hit of the corpus, and explains the others', async () => {
    const outcome = await runWinnow(['scan', ...paths, ...rules, '--no-core']);
    const found = outcome.lines.map((line) => JSON.parse(line) as FindingLine);
    const hits = (
      JSON.parse(readFileSync(`${root}sigma/golden-hits.json`, 'utf8')) as {
        hits: Record<string, Record<string, number[]>>;
      }
    ).hits;
    const golden = new Set<string>();
    for (const [file, byRule] of Object.entries(hits)) {
      for (const [rule, ids] of Object.entries(byRule)) for (const id of ids) golden.add(`${file}|${rule}|${id}`);
    }
    const seen = new Set<string>();
    const extra: string[] = [];
    for (const finding of found) {
      const file = logs.find((log) => finding.file === log.path || log.path.endsWith(`/${finding.file}`))?.file ?? '?';
      const key = `${file}|${finding.rule.id}|${finding.recordId}`;
      seen.add(key);
      const isBuiltIn = finding.channel !== 'Microsoft-Windows-Sysmon/Operational';
      if (!golden.has(key) && hits[file] !== undefined && !isBuiltIn && finding.joined === undefined) extra.push(key);
    }
    const siblingOf = (key: string): string => key.replace(IMPORTANT_LOG_CLEARED, OTHER_LOG_CLEARED);
    const missed = [...golden].filter((key) => !seen.has(key) && !seen.has(siblingOf(key)));
    expect({ missed: missed.length, first: missed.slice(0, 20) }).toEqual({ missed: 0, first: [] });
    expect({ extra: extra.length, first: extra.slice(0, 20) }).toEqual({ extra: 0, first: [] });
  });

  test('prints the same lines with one, two and four workers', async () => {
    const outputs = [];
    // The core pack and one folder beside it: 2,800 rules more would be compiled three times and say nothing new.
    const some = ['--rules', `${root}sigma/sigmahq/rules-emerging-threats`];
    for (const workers of ['1', '2', '4']) {
      outputs.push((await runWinnow(['scan', ...paths, ...some, '--workers', workers])).lines);
    }
    expect(outputs[0]?.length).toBeGreaterThan(0);
    expect(outputs[1]).toEqual(outputs[0]);
    expect(outputs[2]).toEqual(outputs[0]);
  });

  test('the first rule fires on exactly one record of its log', async () => {
    const log = paths.find((path) => path.includes('ID4103,4104-DCOMexec native via PowerShell')) ?? '';
    const outcome = await runWinnow(['scan', log]);
    const titles = outcome.lines.map((line) => (JSON.parse(line) as { rule: { title: string } }).rule.title);
    expect(titles.filter((title) => title === 'DCOM lateral movement (via MMC20)')).toHaveLength(1);
    expect(outcome.status).toBe(0);
  });
});
