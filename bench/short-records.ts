// Logs of many short records, and of many findings, for measurements of the screens; made once and kept.

import { closeSync, existsSync, openSync, renameSync, writeSync } from 'node:fs';
import { buildLog, joinChunks, type EventSpec } from '../tests/builders/evtx-builder.ts';

const CHUNK = 65_536;
const HEADER = 4_096;
/** Records of a chunk; as many of these as fit. */
const PER_CHUNK = 380;
/** Different chunks; a long log repeats them. */
const DIFFERENT = 50;

/** A log of at least this many records that no rule matches, over a day and 40 hosts. */
export function shortRecords(path: string, records: number): string {
  if (existsSync(path)) return path;
  const chunks = Array.from({ length: DIFFERENT }, (_, chunk) =>
    chunkOf(Array.from({ length: PER_CHUNK }, (_, at) => shortRecord(chunk * PER_CHUNK + at))),
  );
  const count = Math.ceil(records / PER_CHUNK);
  return write(path, count, (at) => chunks[at % DIFFERENT]!);
}

/** A log in which every record is a finding of one core rule. */
export function manyFindings(path: string, findings: number): string {
  if (existsSync(path)) return path;
  const perChunk = 60;
  return write(path, Math.ceil(findings / perChunk), (at) =>
    chunkOf(Array.from({ length: perChunk }, (_, within) => attack(at * perChunk + within))),
  );
}

function shortRecord(number: number): EventSpec {
  return {
    channel: number % 5 === 0 ? 'System' : 'Security',
    provider: 'Made-Up-Provider',
    eventId: 4_000 + ((number * 7) % 60),
    computer: `HOST-${(number * 31) % 40}`,
    time: new Date(Date.UTC(2026, 2, 14) + ((number * 7_919) % 86_400_000)).toISOString(),
    recordId: number + 1,
  };
}

function attack(number: number): EventSpec {
  return {
    channel: 'Microsoft-Windows-PowerShell/Operational',
    provider: 'Microsoft-Windows-PowerShell',
    eventId: 4_104,
    computer: `HOST-${number % 40}`,
    time: new Date(Date.UTC(2026, 2, 14) + number * 800).toISOString(),
    recordId: number + 1,
    data: [
      ['MessageNumber', 1],
      ['MessageTotal', 1],
      [
        'ScriptBlockText',
        `$a = [System.Activator]::CreateInstance([type]::GetTypeFromProgID("MMC20.Application","${number}"))`,
      ],
    ],
  };
}

function chunkOf(records: readonly EventSpec[]): Uint8Array {
  const log = buildLog({ records });
  if (log.length !== HEADER + CHUNK) throw new Error('these records are more than a chunk');
  return log.subarray(HEADER);
}

function write(path: string, chunks: number, chunkAt: (at: number) => Uint8Array): string {
  process.stderr.write(`making ${path}\n`);
  const file = openSync(`${path}.part`, 'w');
  writeSync(file, joinChunks([]));
  for (let at = 0; at < chunks; at++) writeSync(file, chunkAt(at));
  closeSync(file);
  renameSync(`${path}.part`, path);
  return path;
}
