// Reader and renderers on one thread: one table, every answer asserted (record counts, checksums, hashes of lines against
// those of the event tree). Each row runs in a process of its own (evtx-rows.ts), bundled, over a log in memory.
// Usage: node --import ./scripts/typescript.mjs bench/evtx-read.ts [LOG] [--passes N] [--only ROW,…]
// Without LOG it makes its logs from ../shared in .cache/bench. MB are 10^6 bytes.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import type { RowFigures } from './evtx-rows.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const shared = fileURLToPath(new URL('../../shared/', import.meta.url));
const cache = `${root}.cache/bench/`;
/** The reader to compare with: libevtx, of Debian's libevtx-utils. */
const EXPORTER = 'evtxexport';
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { passes: { type: 'string', default: '5' }, only: { type: 'string' } },
});
const only = values.only?.split(',');

if (!existsSync(`${shared}tools/make-bench-log.mjs`)) {
  console.error('skipped: the reader benchmarks make their logs from ../shared, which is not beside the project');
  process.exit(0);
}
mkdirSync(cache, { recursive: true });

/** A log of about this size out of the chunks of the logs in `folder`, made once; no chunk occurs twice in it. */
function logOf(name: string, megabytes: number, folder?: string): string {
  const path = `${cache}${name}-${megabytes}.evtx`;
  if (existsSync(path) && statSync(path).size > megabytes * 0.99e6) return path;
  const more = folder === undefined ? [] : [folder];
  execFileSync(process.execPath, [`${shared}tools/make-bench-log.mjs`, path, String(megabytes), ...more, '--fresh']);
  return path;
}

/** A folder of links to the shared logs that `wanted` picks, for logOf. */
function folderOf(name: string, wanted: (path: string) => boolean): string {
  const folder = `${cache}${name}/`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const logs = readdirSync(`${shared}evtx`, { recursive: true }).map(String).sort();
  logs
    .map((log) => `${shared}evtx/${log}`)
    .filter((path) => path.endsWith('.evtx') && wanted(path))
    .forEach((path, i) => {
      symlinkSync(path, `${folder}${i}.evtx`);
    });
  return folder;
}

await build({
  root,
  configFile: false,
  publicDir: false,
  logLevel: 'error',
  build: {
    ssr: 'bench/evtx-rows.ts',
    outDir: cache,
    emptyOutDir: false,
    target: 'node20',
    // Vite would make `var` of top-level `const`, which V8 cannot treat as constants: a tenth to a half of the speed.
    rolldownOptions: { output: { entryFileNames: 'evtx-rows.mjs', topLevelVar: false } },
  },
  ssr: { noExternal: true },
});

function measure(row: string, log: string, passes = values.passes): RowFigures {
  const output = execFileSync(process.execPath, [`${cache}evtx-rows.mjs`, row, log, passes], { encoding: 'utf8' });
  return JSON.parse(output) as RowFigures;
}

let missed = 0;

function print(what: string, figure: string, goal: string, met: boolean | undefined, note: string): void {
  if (met === false) missed++;
  const verdict = met === undefined ? '' : `goal ${goal} ${met ? 'met' : 'missed'}`;
  console.log(`${what.padEnd(42)}${figure.padStart(34)}  ${verdict.padEnd(26)}${note}`);
}

/** Runs a row and prints it; gives its records. */
function report(what: string, row: string, log: string, goal?: number, expected?: number): number | undefined {
  if (only !== undefined && !only.includes(row)) return undefined;
  const { bytes, records, thread, check } = measure(row, log);
  if (expected !== undefined && records !== expected) throw new Error(`${what}: ${records} records, not ${expected}`);
  const rate = (milliseconds: number): number => bytes / 1e3 / milliseconds;
  const best = rate(Math.min(...thread));
  const text = (value: number): string => Math.round(value).toLocaleString('en');
  print(
    what,
    `first ${text(rate(thread[0]!))}, best ${text(best)} MB/s`,
    `>= ${text(goal ?? 0)}`,
    goal === undefined ? undefined : best >= goal,
    check === '' ? `${records} records` : check,
  );
  return records;
}

const [given] = positionals;
const log = given ?? logOf('fresh', 200);
const megabytes = Math.round(statSync(log).size / 1e6);
console.log(`${megabytes} MB in memory, one thread, CPU time, ${values.passes} passes`);
const records = report('record walk', 'walk', log, 10_000);
report('outer values', 'outer', log, undefined, records);
report('index columns', 'index', log, 1_000, records);
report('outer and embedded values', 'embedded', log, undefined, records);
report('all EventData as strings', 'strings', log, 500, records);
report('JSON Lines of every record', 'json', log, 285, records);
report('XML lines of every record', 'xml', log, undefined, records);
report('checksums', 'checksums', log, 1_500);
const small = logOf('fresh', 20);
report('event tree (20 MB)', 'tree', small);
report('canonical lines (20 MB)', 'canonical', small);

const forwarded = logOf(
  'forwarded',
  60,
  folderOf('forwarded', (path) => /ID1151-Defender health status|MSExchange_Management_wec/.test(path)),
);
const literal = report('forwarded events, index columns', 'index', forwarded, 120);
report('forwarded events, JSON Lines', 'json', forwarded, 120, literal);

if (only === undefined || only.includes('evtxexport')) compareWithEvtxexport();
if (only === undefined || only.includes('memory')) await measureMemory();
process.exitCode = missed > 0 ? 1 : 0;

/** XML of a log that evtxexport (libevtx) reads to its end: user CPU, ours with a cold and a warm JIT. */
function compareWithEvtxexport(): void {
  if (spawnSync(EXPORTER, ['-V']).error !== undefined) {
    console.log('evtxexport is not installed: nothing to compare with (Debian: libevtx-utils)');
    return;
  }
  const reads = (path: string): boolean => {
    const { stdout, stderr } = spawnSync(EXPORTER, ['-f', 'xml', path], { maxBuffer: 1e9, encoding: 'latin1' });
    return stdout.includes('<Event ') && !stderr.includes('unable');
  };
  const path = `${cache}readable-100.evtx`;
  const both = existsSync(path) ? path : logOf('readable', 100, folderOf('readable', reads));
  const theirs: number[] = [];
  const cold: number[] = [];
  let ours: RowFigures | undefined;
  for (let turn = 0; turn < 2; turn++) {
    const script = `TIMEFORMAT='user %U'; time ${EXPORTER} -f xml "$1" | grep -c '^<Event '`;
    const run = spawnSync('bash', ['-c', script, 'bash', both], { encoding: 'utf8' });
    theirs.push(Number(/user ([\d.]+)/.exec(run.stderr)?.[1]) * 1e3);
    ours = measure('xml', both, turn === 0 ? '1' : values.passes);
    cold.push(ours.user[0]!);
    if (Number(run.stdout) !== ours.records)
      throw new Error(`evtxexport: ${run.stdout.trim()} records, we ${ours.records}`);
  }
  const reference = Math.min(...theirs);
  const compare = (what: string, milliseconds: number, goal: number): void => {
    const ratio = reference / milliseconds;
    print(
      `XML against evtxexport, ${what}`,
      `${(reference / 1e3).toFixed(2)} s : ${(milliseconds / 1e3).toFixed(2)} s = ${ratio.toFixed(1)} x`,
      `>= ${goal}`,
      ratio >= goal,
      `${ours!.records} records each`,
    );
  };
  compare('cold JIT', Math.min(...cold), 8);
  compare('warm', Math.min(...ours!.user.slice(1)), 20);
}

/** Peak memory of `winnow dump` as a process, small log against large one. */
async function measureMemory(): Promise<void> {
  await build({
    root,
    configFile: `${root}vite.cli.config.ts`,
    logLevel: 'error',
    build: { outDir: `${cache}cli`, emptyOutDir: false },
  });
  const hook =
    "import{readFileSync}from'node:fs';process.on('exit',()=>process.stderr.write(readFileSync('/proc/self/status','utf8').match(/VmHWM:.*/)[0]))";
  const peakOf = (path: string): number => {
    const run = spawnSync(
      'bash',
      [
        '-c',
        `exec "$1" --import "data:text/javascript,$2" "$3" dump "$4" > /dev/null`,
        'bash',
        process.execPath,
        hook,
        `${cache}cli/winnow.mjs`,
        path,
      ],
      { encoding: 'utf8' },
    );
    return Number(/VmHWM:\s+(\d+) kB/.exec(run.stderr)?.[1]) * 1_024;
  };
  const few = peakOf(logOf('fresh', 50));
  const many = peakOf(logOf('fresh', 500));
  print(
    'winnow dump, peak memory 50 and 500 MB',
    `${Math.round(few / 1e6)} and ${Math.round(many / 1e6)} MB`,
    '<= 100 MB apart',
    many - few <= 100e6,
    '',
  );
}
