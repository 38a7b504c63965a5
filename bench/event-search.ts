// Events and search: a million rows sorted, filtered and counted, and full text over a log, each with its answer
// checked. Times are CPU milliseconds of this thread where the system tells them. Usage:
// node --expose-gc --import ./scripts/typescript.mjs bench/event-search.ts [--rows N] [LOG]; N is 1,000,000 unless given, LOG
// is a benchmark log as bench/run.ts makes them. Bytes are read in this one thread, so rates are those of one core.

import { existsSync, openAsBlob, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compileProgram } from '../src/engine/compile/compile-program.ts';
import { loadProgram } from '../src/engine/program.ts';
import { EventStore } from '../src/index/event-store.ts';
import type { EventView } from '../src/index/event-view.ts';
import type { IndexPart } from '../src/model/index-part.ts';
import { readSlices } from '../src/scan/read-slices.ts';
import { createSliceScanner } from '../src/scan/slice-scanner.ts';
import { createSearchCore } from '../workers/search-core.ts';

const PART = 4_000;
const { values: flags, positionals } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' } },
  allowPositionals: true,
});
/** Whole parts. */
const ROWS = Math.max(1, Math.round(Number(flags.rows) / PART)) * PART;
const named = ROWS.toLocaleString('en-US');
const core = createSearchCore();

/** CPU milliseconds of this thread so far: other work on the machine is not in the figures. */
function clock(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return performance.now();
  }
}

function report(what: string, milliseconds: number, more = ''): void {
  console.log(`${what.padEnd(52)}${milliseconds.toFixed(0).padStart(8)} ms  ${more}`);
}

function check(isRight: boolean, what: string): void {
  if (!isRight) throw new Error(`wrong answer: ${what}`);
}

async function timed<T>(
  what: string,
  work: () => Promise<T> | T,
  more: (value: T, ms: number) => string = () => '',
): Promise<T> {
  const started = clock();
  const value = await work();
  const ms = clock() - started;
  report(what, ms, more(value, ms));
  return value;
}

/** Rows as a scan of many hosts gives them: times nearly in order within a part, parts in any order. */
function madePart(number: number): IndexPart {
  const words = (value: (i: number) => number): Uint32Array => Uint32Array.from({ length: PART }, (_, i) => value(i));
  let seed = number * 7_919 + 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed % below;
  };
  return {
    count: PART,
    dataOffset: 4_096,
    timeHigh: words(() => 0x1da_0000 + random(3_000)),
    timeLow: words(() => random(4_294_967_296)),
    recordIdHigh: words(() => 0),
    recordIdLow: words((i) => number * PART + i),
    eventId: Uint16Array.from({ length: PART }, () => [4688, 4624, 4625, 1, 3, 10, 4104][random(7)]!),
    level: Uint8Array.from({ length: PART }, () => random(5)),
    flags: new Uint8Array(PART),
    provider: words(() => 1 + random(3)),
    channel: words(() => 1 + random(3)),
    computer: words(() => 1 + random(40)),
    chunk: words((i) => number * 40 + Math.floor(i / 100)),
    offset: Uint16Array.from({ length: PART }, (_, i) => 512 + (i % 100) * 600),
    size: new Uint16Array(PART).fill(600),
    providers: ['', 'Security-Auditing', 'Sysmon', 'PowerShell'],
    channels: ['', 'Security', 'Sysmon', 'PowerShell'],
    computers: ['', ...Array.from({ length: 40 }, (_, i) => `HOST-${i}`)],
  };
}

const store = new EventStore(core, core);
store.addFile(0, 'made.evtx', new Blob([]));
/** Bytes outside the script heap, where columns and orders lie; garbage is collected first where that can be asked for. */
function bytesHeld(): number {
  globalThis.gc?.();
  return process.memoryUsage().arrayBuffers;
}
const empty = bytesHeld();
let matching = 0;
let adding = 0;
for (let number = 0; number < ROWS / PART; number++) {
  const part = madePart(number);
  for (let i = 0; i < PART; i++) if (part.eventId[i] === 4688 && part.computer[i] === 8) matching++;
  const started = clock();
  store.add(0, part);
  adding += clock() - started;
}
const perRow = (bytesHeld() - empty) / ROWS;
report(`${named} rows added`, adding, globalThis.gc === undefined ? '' : `${perRow.toFixed(1)} bytes each`);
if (globalThis.gc !== undefined && ROWS >= 5_000_000) check(perRow <= 45, 'a row takes 45 bytes at most');

const open = (query: string, by: 'time' | 'computer' | 'recordId' | 'eventId' = 'time'): EventView =>
  store.search({ query, sort: { by, descending: true } }).view;

for (const by of ['time', 'computer', 'recordId', 'eventId'] as const) {
  const rows = await timed(`sort on ${by}`, () => open('', by).rows(0, ROWS));
  check(rows.length === ROWS, 'every row is there');
  if (by === 'recordId') check(rows[0] === ROWS - 1 && rows[ROWS - 1] === 0, 'descending by record id');
  if (by === 'time') {
    for (let i = 1; i < ROWS; i++) {
      const [a, b] = [store.columns.recordOf(rows[i - 1]!), store.columns.recordOf(rows[i]!)];
      if (a.timeHigh < b.timeHigh || (a.timeHigh === b.timeHigh && a.timeLow < b.timeLow))
        check(false, 'order of times');
    }
  }
}
for (const query of [
  'eventid:4688 host:host-7',
  'time>2024-01-01 -channel:sysmon',
  'record>500000',
  'level:2 or provider:*shell*',
]) {
  const view = await timed(
    `filter ${query}`,
    () => open(query),
    ({ progress }) => `${progress.matched} rows`,
  );
  if (query.startsWith('eventid')) check(view.progress.matched === matching, 'rows that pass a filter');
  await timed('  first page of it', () => view.rows(0, 100));
}
const all = open('');
for (const by of ['computer', 'eventId', 'time'] as const)
  await timed(
    `facet ${by}`,
    () => all.facet(by, 50),
    ({ values }) => `${values.length} values`,
  );
const { counts } = await timed('histogram of 200 bars', () => all.histogram(200));
check(counts.reduce((sum, count) => sum + count, 0) === ROWS, 'bars of the histogram');
await timed('position of the record in the middle', () => {
  const [row] = all.rows(ROWS / 2, 1);
  check(all.positionOf(row!) === ROWS / 2, 'position of a row');
});
if (globalThis.gc !== undefined)
  console.log(`held by rows, two kept orders and the views: ${(bytesHeld() / 2 ** 20).toFixed(0)} MiB`);

const log = positionals[0] ?? fileURLToPath(new URL('../.cache/bench/fresh-200.evtx', import.meta.url));
if (!existsSync(log)) {
  console.log('skipped: no log for full text; bench/run.ts makes some');
  process.exit(0);
}
const scanner = createSliceScanner({
  program: loadProgram(compileProgram({ rules: [], predicates: [], views: [], eventViews: [] })),
});
const blob = await openAsBlob(log);
const full = new EventStore(core, core);
full.addFile(0, 'log.evtx', blob);
let records = 0;
let plain = Infinity;
let indexed = Infinity;
for (const index of [false, true, false, true, false, true]) {
  const started = clock();
  for await (const slice of readSlices(blob)) {
    const result = scanner.scanSlice({ ...slice, recovered: false, index });
    if (result.index !== undefined && indexed === Infinity) full.add(0, result.index);
    if (index && indexed === Infinity) records += result.account.recordsRead;
  }
  if (index) indexed = Math.min(indexed, clock() - started);
  else plain = Math.min(plain, clock() - started);
}
report('scan without rules, without rows', plain);
report('the same with rows', indexed, `${(((indexed - plain) / records) * 1e6).toFixed(0)} ns a record`);
check(full.columns.count === records, 'a row for every record');
const megabytes = blob.size / 1e6;
const speed = (_: unknown, ms: number): string => `${((megabytes / ms) * 1e3).toFixed(0)} MB/s`;
const terms = Array.from({ length: 10_000 }, (_, i) => `203.${i % 250}.${Math.floor(i / 250)}.77`);
for (const [query, list] of [
  ['mimikatz', []],
  ['image:*\\powershell.exe', []],
  ['whoami or 4444 or S-1-5-19', []],
  ['/mimi(katz|drv)/', []],
  ['not powershell', []],
  ['', terms],
] as const) {
  let first = 0;
  const started = performance.now();
  const what = `full text ${query === '' ? '10,000 terms' : query}`;
  const view = await timed(
    what,
    async () => {
      const { view: each } = full.search({ query, sort: { by: 'time', descending: false }, terms: list });
      await each.run(() => {
        if (first === 0 && each.progress.matched > 0) first = performance.now() - started;
      });
      return each;
    },
    speed,
  );
  console.log(`  ${view.progress.matched} of ${records} events, the first after ${first.toFixed(0)} ms`);
  check(view.progress.isComplete, 'a search that is over is complete');
}
const sorted = full.search({ query: '', sort: { by: { field: 'CommandLine' }, descending: false } }).view;
await timed(
  'sort on a field',
  async () => {
    await sorted.run(() => undefined);
    return sorted.rows(0, 100);
  },
  speed,
);
await timed('facet of a field', () => sorted.facet({ field: 'Image' }, 50), speed);
