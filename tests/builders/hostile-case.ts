// A case file that a stranger wrote. Knows the form of a case file only through its writer.

import { writeCaseFile } from '../../src/casefile/write-case-file.ts';
import type { CaseId, CaseRecord } from '../../src/model/case.ts';
import { emptyFileAccount } from '../../src/model/coverage.ts';
import type { Finding, FindingKey, Triage } from '../../src/model/finding.ts';
import { HOSTILE_STRINGS } from './hostile-strings.ts';

/** The hostile texts, as long as a case file may have them in a line. */
const HOSTILE_LINES: readonly string[] = [...HOSTILE_STRINGS.values()].map((text) => text.slice(0, 32_768));

const TIME = '2024-01-01T00:00:00.0000000Z';

/** Gives a case file with a finding, a judgement and more for each hostile text, which stands wherever a text can. */
export async function hostileCase(): Promise<Uint8Array> {
  const lines = HOSTILE_LINES;
  const tool = { name: lines.join(' ').slice(0, 500), version: lines[0]!, build: lines[1]! };
  const findings = lines.map((text, i): Finding => ({
    ...{ key: `key ${i}` as FindingKey, ruleId: text, ruleHash: text, ruleTitle: text, level: 'high', tags: [text] },
    ...{ file: text, offset: i, size: 1, recordClass: 'allocated', recordId: text, time: TIME },
    ...{ channel: text, provider: text, eventId: i, computer: text },
    event: ['Event', [], '', [['EventData', [], '', [['Data', [['Name', text]], text, []]]]]],
    ...(i % 2 === 0 && {
      correlation: {
        ...{ firstTime: TIME, count: 2, groupBy: [[text, text]] },
        records: [{ file: text, recordId: text, offset: i }],
      },
    }),
  }));
  const triage = lines.map((text, i): Triage => ({
    ...{ key: `key ${i}` as FindingKey, state: i % 2 === 0 ? 'benign' : 'confirmed', note: text, tags: [text] },
    ...{ reason: text, changed: i },
  }));
  const byLevel = { informational: 0, low: 0, medium: 0, high: lines.length, critical: 0 };
  const counts = { created: 1, changed: 1, files: 1, bytes: 1, records: 1, findings: lines.length, byLevel };
  const record: CaseRecord = {
    summary: { id: 'x' as CaseId, name: lines.join(' ').slice(0, 1_000), ...counts },
    files: lines.map((text, i) => ({
      ...{ path: text, size: i, lastModified: 1, account: emptyFileAccount(), findings: 1, state: 'done' as const },
      hashes: { sha256: { state: 'failed', reason: text } },
    })),
    problems: lines.map((text) => ({
      ...{ code: 'record-corrupt', severity: 'error', file: text, detail: text, hint: text },
    })),
    kinds: lines.map((text, i) => ({
      ...{ computer: text, channel: text, provider: text, eventId: i, count: 1, first: TIME, last: TIME },
    })),
    scans: [
      {
        ...{ started: 1, ended: 2, outcome: 'done' as const, files: 1, bytes: 1, tool },
        packs: lines.map((text) => ({ name: text, version: text, hash: text, rules: 1 })),
        options: lines.map((text) => [text, text] as const),
      },
    ],
  };
  const blob = await writeCaseFile({
    ...{ record, triage, tool, written: 1 },
    audit: lines.map((text, i) => ({ time: i, analyst: text, action: 'exported', detail: text })),
    suppressions: lines.slice(0, 45).map((text, i) => ({
      ...{
        id: `s${i}`,
        ruleId: text,
        ruleTitle: text,
        reason: text.slice(0, 2_000),
        scope: 'case' as const,
        analyst: text,
      },
      ...{ created: 1, changed: 1, conditions: [{ field: text, match: 'contains' as const, value: `no ${text}` }] },
    })),
    findings: (async function* () {
      await Promise.resolve();
      yield findings;
    })(),
  });
  return new Uint8Array(await blob.arrayBuffer());
}
