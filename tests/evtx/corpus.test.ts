// Over every real log of the shared corpus: how many records there are, and that the index says of each what the
// reference says. Trees and texts are compared by the tests of the renderers.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { formatFiletime } from '../../src/base/filetime.ts';
import { parseFileHeader } from '../../src/evtx/file-header.ts';
import { ShapeBank } from '../../src/evtx/shape-bank.ts';
import { SystemReader } from '../../src/evtx/system-reader.ts';
import { forEachRecord } from '../builders/read-log.ts';
import { hasShared, sharedRoot } from '../corpus/shared.ts';

interface LogEntry {
  readonly file: string;
  readonly allocated: number;
  readonly afterResync: number;
  readonly dirty: boolean;
  readonly channels: Readonly<Record<string, number>>;
  readonly golden: string;
}

type Tree = readonly [
  name: string,
  attributes: readonly (readonly [string, string])[],
  text: string,
  children: readonly Tree[],
];

interface GoldenRecord {
  readonly c: number;
  readonly o: number;
  readonly n: number;
  readonly st: string;
  readonly t?: Tree;
}

const logs = hasShared ? (JSON.parse(readFileSync(`${sharedRoot}evtx/manifest.json`, 'utf8')) as LogEntry[]) : [];
const readLog = (entry: LogEntry): Uint8Array => readFileSync(`${sharedRoot}evtx/${entry.file}`);

/** Template-less records write times with any number of digits; a FILETIME has seven. */
function sevenDigits(time: string): string {
  const [seconds = '', fraction = ''] = time.replace(/Z$/, '').split('.');
  return `${seconds}.${fraction.padEnd(7, '0').slice(0, 7)}Z`;
}

function systemOf(tree: Tree): unknown[] {
  const system = tree[3].find(([name]) => name === 'System')?.[3] ?? [];
  const text = (name: string): string => system.find((element) => element[0] === name)?.[2] ?? '';
  const attribute = (name: string, key: string): string =>
    system.find((element) => element[0] === name)?.[1].find(([each]) => each === key)?.[1] ?? '';
  return [
    attribute('Provider', 'Name'),
    text('Channel'),
    text('Computer'),
    Number(text('EventID')) & 0xffff,
    Number(text('Level')),
    text('EventRecordID') || '0',
    sevenDigits(attribute('TimeCreated', 'SystemTime')),
  ];
}

describe.skipIf(!hasShared)('reading the shared corpus', () => {
  test('every log is recognised, and dirty ones say so', () => {
    for (const entry of logs) {
      const bytes = readLog(entry);
      const header = parseFileHeader(bytes.subarray(0, 4_096), bytes.length);
      expect('code' in header ? header.code : header.isDirty, entry.file).toBe(entry.dirty);
    }
  });

  test('F20, F21 and F23 every log has as many allocated and resynced records as the manifest says', () => {
    const bank = new ShapeBank();
    const sum = { logs: 0, allocated: 0, resynced: 0, lost: 0 };
    for (const entry of logs) {
      const counts = { allocated: 0, resynced: 0, torn: 0, recovered: 0 };
      const { account } = forEachRecord(readLog(entry), (cursor) => counts[cursor.recordClass]++, { bank });
      expect(counts, entry.file).toEqual({
        allocated: entry.allocated,
        resynced: entry.afterResync,
        torn: 0,
        recovered: 0,
      });
      sum.logs++;
      sum.allocated += counts.allocated;
      sum.resynced += counts.resynced;
      sum.lost += account.recordsLost;
    }
    // One record with size 0, and three that a torn one of LanguagePackSetup took with it.
    expect(sum).toEqual({ logs: logs.length, allocated: 22_057, resynced: 179, lost: 4 });
  });

  test('F25 and F26 place, size and System fields of every record are those of the reference', () => {
    const bank = new ShapeBank();
    const system = new SystemReader(bank);
    for (const entry of logs) {
      const golden = gunzipSync(readFileSync(`${sharedRoot}golden/${entry.golden}`))
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as GoldenRecord)
        .filter((record) => record.st !== 'rust_only_torn');
      let row = 0;
      forEachRecord(
        readLog(entry),
        (cursor) => {
          const expected = golden[row++];
          const place = [cursor.chunkNumber, cursor.recordStart - cursor.chunkStart, cursor.recordSize];
          expect(place, entry.file).toEqual([expected?.c, expected?.o, expected?.n]);
          if (expected?.t === undefined) return;
          system.read(cursor);
          const { eventId, level, recordIdHigh, recordIdLow, timeHigh, timeLow } = system;
          const seen = [
            system.providers.texts[system.provider],
            system.channels.texts[system.channel],
            system.computers.texts[system.computer],
            eventId,
            level,
            String((BigInt(recordIdHigh) << 32n) + BigInt(recordIdLow)),
            formatFiletime(timeHigh, timeLow),
          ];
          const wanted = systemOf(expected.t);
          if (seen.some((value, i) => value !== wanted[i]))
            expect(seen, `${entry.file} ${place.join()}`).toEqual(wanted);
        },
        { bank },
      );
      expect(row, entry.file).toBe(golden.length);
    }
  });

  test('F34 all logs together need few shapes', () => {
    const bank = new ShapeBank();
    let records = 0;
    for (const entry of logs) forEachRecord(readLog(entry), () => records++, { bank, checksums: false });
    expect(records).toBe(22_236);
    expect(bank.shapes.length).toBeLessThan(1_000);
    expect(bank.overflows).toBe(0);
  });
});
