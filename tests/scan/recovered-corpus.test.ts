// Recovery over the real logs, under the rules of SigmaHQ: what it adds, what it leaves as it was, and that nobody can
// tell how the work was cut.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { loadProgram } from '../../src/engine/program.ts';
import { hasShared, sharedRoot } from '../corpus/shared.ts';
import { compileFolders, logNames, readLog, SIGMAHQ } from '../engine/sigma-corpus.ts';
import { goldenLogs, placeOf } from '../evtx/golden-logs.ts';
import { countOf, recoverLogs, type Recovery } from './recover-logs.ts';

interface ManifestEntry {
  readonly file: string;
  readonly tags: readonly string[];
}

const CHUNK = 65_536;

/** What must not depend on the cut: rows without their events, counters, remarks. */
function digestOf({ found, account, problems, grownBank }: Recovery): object {
  const hash = createHash('sha256');
  for (const { log, row } of found) hash.update(JSON.stringify([log, row]));
  return {
    findings: hash.digest('hex'),
    account,
    damaged: countOf(problems, 'recovered-damaged'),
    unknown: countOf(problems, 'recovered-template-unknown'),
    bank: createHash('sha256').update(grownBank).digest('hex'),
  };
}

describe.skipIf(!hasShared)('recovery over every real log (needs ../shared)', () => {
  const names = hasShared ? logNames() : [];
  const logs = names.map(readLog);
  const program = hasShared ? loadProgram(compileProgram(compileFolders(SIGMAHQ))) : undefined;
  const recover = (options: Parameters<typeof recoverLogs>[2]): Recovery => recoverLogs(program!, logs, options);
  const whole = hasShared ? recover({ chunksPerSlice: 64 }) : undefined;

  test('has one result however the logs are cut and in whatever order they come', () => {
    const digest = digestOf(whole!);
    expect(digestOf(recover({ chunksPerSlice: 1, backwards: true }))).toEqual(digest);
    expect(digestOf(recover({ chunksPerSlice: 3 }))).toEqual(digest);
  }, 240_000);

  test('adds findings on deleted records and changes none of the others', () => {
    const plain = recover({ recovered: false });
    expect(plain.found.every(({ row }) => row.recordClass !== 'recovered' && row.recovered === undefined)).toBe(true);
    expect(plain.account.recordsRecovered).toBe(0);
    const added = whole!.found.filter(({ row }) => row.recordClass === 'recovered');
    expect(added.length).toBeGreaterThan(0);
    expect(added.every(({ row }) => row.recovered !== undefined)).toBe(true);
    expect(whole!.found.filter(({ row }) => row.recordClass !== 'recovered')).toEqual(plain.found);
    expect({ ...whole!.account, recordsRecovered: 0 }).toEqual(plain.account);
  }, 240_000);

  test('finds deleted records only where the corpus has some', () => {
    const manifest = JSON.parse(readFileSync(`${sharedRoot!}evtx/manifest.json`, 'utf8')) as ManifestEntry[];
    const tagged = new Set(manifest.filter(({ tags }) => tags.includes('slack-records')).map(({ file }) => file));
    // The slots without a header are no slack.
    for (const { file, tags } of manifest) if (tags.includes('bad-chunk-magic')) tagged.add(file);
    const places = new Set(
      whole!.found.filter(({ row }) => row.recordClass === 'recovered').map(({ log }) => names[log]!),
    );
    expect([...places].filter((name) => !tagged.has(name))).toEqual([]);
    const fresh = manifest.filter(({ tags }) => tags.includes('slack-records-new-ids')).map(({ file }) => file);
    expect([...places].some((name) => fresh.includes(name))).toBe(true);
  });

  test('takes no record for deleted that the reference knows to be a copy of an allocated one', () => {
    const golden = new Map(goldenLogs.map((log) => [log.file, log]));
    const met = new Set<string>();
    const copies: string[] = [];
    for (const { log, row } of whole!.found) {
      if (row.recordClass !== 'recovered') continue;
      // The reference also calls copies what was recovered before: here that is left to whoever sees all findings.
      const identity = JSON.stringify([log, row.rule, row.computer, row.channel, row.recordId, row.time]);
      const isSecond = met.has(identity);
      met.add(identity);
      const chunk = Math.floor(row.offset / CHUNK);
      const place = placeOf({ c: chunk, o: row.offset - 4_096 - chunk * CHUNK });
      const known = golden
        .get(names[log]!)
        ?.slack()
        .find((record) => placeOf(record) === place);
      if (known?.kind === 'dup' && !isSecond) copies.push(`${names[log]!} ${place}`);
    }
    expect(copies).toEqual([]);
  });
});
