import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReportInput } from '../../src/export/report-input.ts';
import { emptyFileAccount } from '../../src/model/coverage.ts';
import type { Finding, Triage } from '../../src/model/finding.ts';
import { findingOf, findingsOf, hostileFinding, HOSTILE_TEXTS } from '../store/sample-findings.ts';
import { exportText } from './read-back.ts';

async function* inOneBlock(findings: readonly Finding[]): AsyncGenerator<readonly Finding[]> {
  yield await Promise.resolve(findings);
}

/** A report in which every text that a stranger could have written is `text`. */
function reportOf(text: string, findings: readonly Finding[], over: Partial<ReportInput> = {}): ReportInput {
  const source = { count: findings.length, read: () => inOneBlock(findings) };
  const file = {
    path: text,
    size: 1,
    lastModified: 0,
    account: emptyFileAccount(),
    findings: 1,
    state: 'done' as const,
  };
  const tool = { name: text, version: text, build: text };
  return {
    caseName: text,
    made: 0,
    tool: { name: 'Winnow', version: '0.1.0', build: 'b' },
    bytes: 1,
    records: 1,
    total: 9,
    hidden: {
      count: 2,
      shown: false,
      suppressions: [{ rule: text, what: text, count: 1, everywhere: true, reason: text, analyst: text, changed: 0 }],
      off: [{ id: text, title: text, count: 1 }],
      levels: [{ id: text, title: text, level: 'low', ruleLevel: 'high' }],
    },
    shown: findings.length,
    filters: [text],
    levels: [0, 0, 0, findings.length, 0],
    timeline: {
      start: 0,
      span: 1_000,
      bars: 2,
      counts: [0, 0, 1, 3, 0, 1, 0, 0, 0, 1],
      peak: 4,
      first: 0,
      last: 1_500,
      timeless: 1,
    },
    tactics: [{ name: text, count: 3, topLevel: 3 }],
    hosts: [{ name: text, count: 1, byLevel: [0, 0, 0, 1, 0], first: 0, last: 1_000 }],
    rules: [
      {
        ...source,
        id: text,
        hash: text,
        title: text,
        level: 'high',
        tags: ['attack.credential_access', 'attack.t1003', text],
        pack: text,
        description: text,
        falsePositives: [text],
        first: 0,
        last: 1_000,
      },
    ],
    judged: source,
    coverage: { judged: 3, rules: 9, lines: [{ text, advice: text }] },
    logs: [{ computer: text, channel: text, events: 4, first: '', last: '' }],
    files: [file],
    integrity: [{ what: 'A log was cleared once', places: text, means: 'Gone.', grave: true }],
    problems: [{ code: 'record-torn', severity: 'warning', file: text, count: 2, detail: text, hint: text }],
    evidence: {
      tool,
      files: [{ path: text, size: 1, lastModified: 0, sha256: { state: 'failed', reason: text } }],
      scans: [
        {
          started: 0,
          outcome: 'done',
          files: 1,
          bytes: 1,
          packs: [{ name: text, version: text, hash: text, rules: 2 }],
          options: [[text, text]],
          tool,
        },
      ],
      actions: [{ time: 0, analyst: text, action: 'judged', detail: text }],
    },
    ...over,
  };
}

async function reportText(input: ReportInput, triageOf?: (finding: Finding) => Triage | undefined): Promise<string> {
  const more = triageOf === undefined ? {} : { triageOf };
  return exportText('report', [], { loadReport: () => Promise.resolve(input), ...more });
}

const noteOf =
  (note: string) =>
  ({ key }: Finding): Triage => ({ key, state: 'confirmed', note, tags: [note], changed: 0 });

/** Every tag of a page as written, without the style sheet. */
function tagsOf(page: string): string[] {
  const tags = page.replace(/<style>.*<\/style>/s, '').match(/<[^>]*>?/g) ?? [];
  return [...new Set(tags.map((tag) => tag.replace(/"[^"<>]*"/g, '""')))].sort();
}

test('no text of a stranger becomes markup, wherever it stands', async () => {
  const plain = tagsOf(await reportText(reportOf('plain', [hostileFinding('plain', 1)]), noteOf('plain')));
  const hostile = fc.oneof(
    fc.constantFrom(...HOSTILE_TEXTS.filter((text) => text !== '')),
    fc.string({
      unit: fc.constantFrom('<', '>', '"', "'", '&', '/', 'b', ' ', '=', '-', '!', '\0', '\n'),
      minLength: 1,
    }),
  );
  await fc.assert(
    fc.asyncProperty(hostile, async (text) => {
      const page = await reportText(reportOf(text, [hostileFinding(text, 1)]), noteOf(text));
      const unknown = tagsOf(page).filter((tag) => !plain.includes(tag));
      expect(unknown).toEqual([]);
      // Hidden characters are written out, so that nothing in the page is reordered or cut off.
      // eslint-disable-next-line no-control-regex -- control characters are what is looked for
      expect(page).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]/);
    }),
    { numRuns: 200 },
  );
});

test('needs nothing from anywhere: no script, no link but to its own chapters, and a policy that names its style sheet', async () => {
  const page = await reportText(reportOf('x', [findingOf(3)]));
  expect(page).not.toMatch(
    /<(script|img|link|iframe|object|embed|form|base)\b|\sstyle=|\son[a-z]+=|javascript:|url\(/i,
  );
  for (const [, address] of page.matchAll(/\b(?:href|src)="([^"]*)"/g)) expect(address).toMatch(/^#[a-z]+$/);
  const [, style] = /<style>(.*?)<\/style>/s.exec(page)!;
  const hash = createHash('sha256').update(style!).digest('base64');
  expect(page).toContain(`content="default-src 'none'; style-src 'sha256-${hash}';`);
  expect(page.match(/<style>/g)).toHaveLength(1);
  for (const [, id] of page.matchAll(/href="#([a-z]+)"/g)) expect(page).toContain(`id="${id!}"`);
});

test('has what a reader needs: meaning, next steps, notes, hashes, blind spots, actions', async () => {
  const finding = findingOf(3);
  const input = reportOf('x', [finding]);
  const sha256 = { state: 'done', value: 'ab'.repeat(32) } as const;
  const page = await reportText(
    {
      ...input,
      coverage: {
        judged: 1,
        rules: 5,
        lines: [{ text: 'Process command lines are not logged on A: 4 rules are blind.', advice: 'Turn it on.' }],
      },
      evidence: { ...input.evidence!, files: [{ path: 'x', size: 1, lastModified: 0, sha256, md5: 'cd'.repeat(16) }] },
    },
    noteOf('Seen before'),
  );
  for (const words of [
    'This report is about 1 of 9 findings',
    'Take the accounts used on this host as known to the attacker',
    'May be harmless when',
    'Seen before',
    'Invoke-Mimikatz',
    `SHA-256 ${'ab'.repeat(32)}, MD5 ${'cd'.repeat(16)}`,
    'Process command lines are not logged on A: 4 rules are blind.',
    '1 of 5 rules',
    'What was done',
    'record-torn',
    'A log was cleared once',
    '2 findings are hidden by',
    '1 suppression and 1 rule switched',
    'low, the rule says high',
  ]) {
    expect(page).toContain(words);
  }
});

test('says what it does not list, and what it does not know', async () => {
  const findings = findingsOf(3);
  const input = reportOf('x', findings);
  const [rule] = input.rules;
  const page = await reportText({
    ...input,
    rules: [{ ...rule!, count: 5_003, description: '' }],
    coverage: undefined,
    evidence: undefined,
    problems: [],
    integrity: [],
    filters: [],
  });
  expect(page).toContain('5,000 more are not listed here');
  expect(page).toContain('its description is not known');
  expect(page).toContain('Not known: the case does not remember');
  expect(page).toContain('No cleared log, gap, wrong checksum');
  expect(page).not.toContain('This report is about');
});
