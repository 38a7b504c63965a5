import { afterAll, describe, expect, test } from 'vitest';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { addFileAccount, emptyFileAccount } from '../../src/model/coverage.ts';
import type { FindingRow } from '../../src/model/finding.ts';
import type { Problem } from '../../src/model/problem.ts';
import { createInlineScanner } from '../../src/pool/inline-scanner.ts';
import { RecoveryBook } from '../../src/pool/recovery-book.ts';
import type { ScanFile, ScanListener, Scanner, ScanOptions, ScanSummary } from '../../src/pool/scanner.ts';
import { createScanCore } from '../../workers/scan-core.ts';
import { breakChunkMagic } from '../builders/damage.ts';
import { overwriteTemplates, unallocate } from '../builders/deleted-records.ts';
import { buildLog, type EventSpec } from '../builders/evtx-builder.ts';
import { compileForScan, logonRules } from '../builders/logon-rules.ts';

const { ruleSet, correlations } = compileForScan(logonRules(60));
const program = compileProgram(ruleSet);
const scanners: Scanner[] = [];
afterAll(() => {
  for (const scanner of scanners) scanner.dispose();
});

const logons = (count: number): EventSpec[] =>
  Array.from({ length: count }, () => ({
    channel: 'Security',
    provider: 'Microsoft-Windows-Security-Auditing',
    eventId: 4_625,
    computer: 'HOST-1',
    data: [['User', 'bob']],
  }));

const fileOf = (number: number, path: string, bytes: Uint8Array): ScanFile => ({
  number,
  path,
  blob: new Blob([new Uint8Array(bytes)]),
});

interface Heard {
  readonly rows: string[];
  readonly problems: Problem[];
  readonly account: ReturnType<typeof emptyFileAccount>;
  readonly summary: ScanSummary;
  readonly correlated: number;
  readonly order: string[];
}

async function scan(files: readonly ScanFile[], options: ScanOptions): Promise<Heard> {
  const found: { file: number; row: FindingRow }[] = [];
  const problems: Problem[] = [];
  const account = emptyFileAccount();
  let correlated = 0;
  const listener: ScanListener = {
    progress: () => undefined,
    found: ({ file, rows }) => void found.push(...rows.map((row) => ({ file, row }))),
    correlated: (hits) => void (correlated += hits.length),
    problem: (problem) => void problems.push(problem),
    account: (_file, part) => addFileAccount(account, part),
  };
  const scanner = createInlineScanner({
    createCore: createScanCore,
    loadProgram: () => Promise.resolve(program),
    loadCorrelations: () => Promise.resolve(correlations),
    workers: options.workers ?? 1,
  });
  scanners.push(scanner);
  const summary = await scanner.scan(files, options, listener).done;
  const line = ({ file, row }: (typeof found)[number]): string =>
    `${file} ${String(row.offset).padStart(9)} ${row.recordId} ${row.recovered?.template ?? row.recordClass}`;
  return {
    rows: found.map(line).sort(),
    problems,
    account,
    summary,
    correlated,
    order: found.map(({ row }) => row.recordClass),
  };
}

describe('a scan of the app with recovery', () => {
  // 40 chunks of ten; some with deleted records, one without its header.
  const long = buildLog({ records: logons(400), recordsPerChunk: 10 });
  for (const chunk of [0, 7, 19, 39]) unallocate(long, chunk, 4);
  breakChunkMagic(long, 30);
  const lost = breakChunkMagic(overwriteTemplates(buildLog({ records: logons(3) }), 0), 0);
  const files = [fileOf(0, 'lost.evtx', lost), fileOf(1, 'security.evtx', long)];

  test('has the same result for any number of workers, after everything else', async () => {
    const one = await scan(files, { recovered: true, workers: 1 });
    expect(await scan(files, { recovered: true, workers: 2 })).toMatchObject({ rows: one.rows, account: one.account });
    expect(await scan(files, { recovered: true, workers: 5 })).toMatchObject({ rows: one.rows, account: one.account });
    expect(one.account).toMatchObject({ recordsRead: 400 - 24 - 10, recordsRecovered: 24 + 10 + 3, chunksBad: 2 });
    expect(one.rows.filter((line) => line.endsWith('same-chunk'))).toHaveLength(34);
    expect(one.rows.filter((line) => line.startsWith('0'))).toEqual([
      expect.stringMatching(/1 other-file$/),
      expect.stringMatching(/2 other-file$/),
      expect.stringMatching(/3 other-file$/),
    ]);
    expect(one.summary).toMatchObject({ outcome: 'done', findings: 400 + 3 + one.correlated, records: 366 });
    expect(one.order.indexOf('recovered')).toBe(one.order.lastIndexOf('allocated') + 1);
  });

  test('finds without the switch what it found with it, less what was deleted', async () => {
    const plain = await scan(files, { recovered: false, workers: 2 });
    const recovered = await scan(files, { recovered: true, workers: 2 });
    expect(plain.rows.every((line) => line.endsWith('allocated'))).toBe(true);
    expect(recovered.rows.filter((line) => line.endsWith('allocated'))).toEqual(plain.rows);
    expect(recovered.problems).toEqual(plain.problems);
    expect(recovered.correlated).toBe(plain.correlated);
    expect(plain.account.recordsRecovered).toBe(0);
    expect(plain.summary.templates).toBe(undefined);
  });

  test('does not correlate deleted records', async () => {
    const log = unallocate(buildLog({ records: logons(62) }), 0, 59);
    expect((await scan([fileOf(0, 'a.evtx', log)], { recovered: true })).correlated).toBe(0);
    const whole = buildLog({ records: logons(62) });
    expect((await scan([fileOf(0, 'a.evtx', whole)], { recovered: true })).correlated).toBeGreaterThan(0);
  });

  test('reads with templates of evidence that was opened before', async () => {
    const alone = await scan(files.slice(0, 1), { recovered: true });
    expect(alone.rows).toEqual([]);
    expect(alone.problems).toContainEqual(
      expect.objectContaining({ code: 'recovered-template-unknown', file: 'lost.evtx', count: 3 }),
    );
    const { summary } = await scan(files.slice(1), { recovered: true });
    const { rows } = await scan(files.slice(0, 1), { recovered: true, templates: summary.templates! });
    expect(rows).toHaveLength(3);
    expect(rows.every((line) => line.endsWith(' bank'))).toBe(true);
  });

  test('reads a log that begins with a chunk, because its header is lost', async () => {
    const log = unallocate(buildLog({ records: logons(20), recordsPerChunk: 10 }), 1, 3).slice(4_096);
    const { rows } = await scan([fileOf(0, 'a.evtx', log)], { recovered: true });
    expect(rows.filter((line) => line.endsWith('same-chunk')).map((line) => line.trim().split(/\s+/)[1])).toHaveLength(
      7,
    );
  });
});

test('the book reads chunks along that lie between others', () => {
  const book = new RecoveryBook(() => 0);
  const chunks = [40, 3, 9, 5, 100];
  for (const chunk of chunks) book.add(0, { templates: [], identities: new Uint32Array(0), chunks: [chunk] });
  expect(book.stretchesOf(0)).toEqual([
    { first: 3, end: 10 },
    { first: 40, end: 41 },
    { first: 100, end: 101 },
  ]);
  expect(book.stretchesOf(1)).toEqual([]);
  expect(book.ranks()).toEqual([0]);
});
