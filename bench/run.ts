// npm run bench: builds its logs and programs, asserts its answers, measures each thing in a process of its own, prints
// one table. Options: --json, --megabytes N (default 500).

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { compileProgram } from '../src/engine/compile/compile-program.ts';
import { assertAgreement } from './agreement.ts';
import { loadSigmaHq, multiplied } from './rule-sets.ts';
import type { PassFigures, ProcessFigures } from './scan-pass.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const shared = fileURLToPath(new URL('../../shared/', import.meta.url));
const cache = `${root}.cache/bench/`;
const json = process.argv.includes('--json');
const sizeAt = process.argv.indexOf('--megabytes');
const megabytes = sizeAt > 0 ? Number(process.argv[sizeAt + 1]) : 500;

interface Line {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly goal?: string;
  readonly met?: boolean;
}

if (!existsSync(`${shared}tools/make-bench-log.mjs`)) {
  console.error('skipped: the scan benchmarks make their logs from ../shared, which is not beside the project');
  process.exit(0);
}
mkdirSync(cache, { recursive: true });
const note = (text: string): void => void process.stderr.write(`${text}\n`);

/** A benchmark log of about this size, made once. */
function logOf(size: number, fresh: boolean): string {
  const path = `${cache}${fresh ? 'fresh' : 'plain'}-${size}.evtx`;
  if (existsSync(path) && statSync(path).size > size * 0.99e6) return path;
  note(`making ${path}`);
  execFileSync(process.execPath, [
    `${shared}tools/make-bench-log.mjs`,
    path,
    String(size),
    ...(fresh ? ['--fresh'] : []),
  ]);
  return path;
}

/** Runs the bundled scan-pass.ts, so that no loader is in its figures. */
function measure(program: string, log: string, passes: number, mode = 'scan'): ProcessFigures {
  note(`scanning ${log} (${mode}, ${passes} passes)`);
  const output = execFileSync(process.execPath, [`${cache}scan-pass.mjs`, program, log, String(passes), mode], {
    encoding: 'utf8',
  });
  return JSON.parse(output) as ProcessFigures;
}

await build({
  root,
  configFile: false,
  logLevel: 'error',
  build: {
    ssr: 'bench/scan-pass.ts',
    outDir: cache,
    emptyOutDir: false,
    target: 'node20',
    rolldownOptions: { output: { entryFileNames: 'scan-pass.mjs', topLevelVar: false } },
  },
  ssr: { noExternal: true },
});

note('compiling rules');
let started = performance.now();
const ruleSet = loadSigmaHq(shared);
const compileMilliseconds = performance.now() - started;
started = performance.now();
const program = compileProgram(ruleSet);
const programMilliseconds = performance.now() - started;
writeFileSync(`${cache}rules.program`, new Uint8Array(program));
writeFileSync(`${cache}rules-x4.program`, new Uint8Array(compileProgram(multiplied(ruleSet, 4))));

const fresh = logOf(megabytes, true);
const plain = logOf(megabytes, false);
const small = logOf(Math.min(100, megabytes), true);
note('comparing with the reference interpreter');
const agreement = assertAgreement(ruleSet, program, fresh, 40e6, 60);

const reading = measure(`${cache}rules.program`, fresh, 2, 'read').passes.at(-1)!.cpuMilliseconds;
const cold = measure(`${cache}rules.program`, fresh, 1);
const warm = measure(`${cache}rules.program`, plain, 3);
const one = measure(`${cache}rules.program`, small, 4);
const four = measure(`${cache}rules-x4.program`, small, 4);

const best = (figures: ProcessFigures): PassFigures =>
  figures.passes.slice(1).reduce((least, pass) => (pass.cpuMilliseconds < least.cpuMilliseconds ? pass : least));
/** Steady part of the only pass over fresh data: what came after the first 33 MB. */
const steady = {
  bytes: cold.bytes - 33e6,
  cpu: cold.passes[0]!.cpuMilliseconds - cold.passes[0]!.firstCpuMilliseconds,
};
const scanned = (bytes: number, cpu: number): number => bytes / 1e3 / (cpu - (reading * bytes) / cold.bytes);
const events = cold.passes[0]!.records;
const ratio = best(four).cpuMilliseconds / best(one).cpuMilliseconds;

const lines: Line[] = [
  { what: 'rules compiled from text', value: compileMilliseconds, unit: 'ms' },
  { what: 'rule program built', value: programMilliseconds, unit: 'ms' },
  { what: 'rule program', value: cold.programBytes / 1e6, unit: 'MB', goal: '< 5', met: cold.programBytes < 5e6 },
  {
    what: 'rule program loaded',
    value: cold.loadMilliseconds,
    unit: 'ms',
    goal: '< 300',
    met: cold.loadMilliseconds < 300,
  },
  {
    what: 'first 33 MB of fresh data',
    value: cold.passes[0]!.firstCpuMilliseconds,
    unit: 'ms CPU',
    goal: '<= 500',
    met: cold.passes[0]!.firstCpuMilliseconds <= 500,
  },
  { what: 'first pass over fresh data', value: scanned(cold.bytes, cold.passes[0]!.cpuMilliseconds), unit: 'MB/s CPU' },
  {
    what: 'fresh data after the first 33 MB',
    value: scanned(steady.bytes, steady.cpu),
    unit: 'MB/s CPU',
    goal: '>= 400',
    met: scanned(steady.bytes, steady.cpu) >= 400,
  },
  {
    what: 'events of fresh data',
    value: (events * (steady.bytes / cold.bytes)) / steady.cpu,
    unit: 'k events/s CPU',
    goal: '>= 450',
    met: (events * (steady.bytes / cold.bytes)) / steady.cpu >= 450,
  },
  {
    what: 'plain log, warm',
    value: scanned(warm.bytes, best(warm).cpuMilliseconds),
    unit: 'MB/s CPU',
    goal: '>= 900',
    met: scanned(warm.bytes, best(warm).cpuMilliseconds) >= 900,
  },
  { what: 'reading alone', value: cold.bytes / 1e3 / reading, unit: 'MB/s CPU' },
  { what: 'rules x 4 against x 1', value: ratio, unit: 'x time', goal: '< 1.3', met: ratio < 1.3 },
  { what: 'memory of a scanning process', value: cold.peakRssBytes / 1e6, unit: 'MB RSS' },
  {
    what: 'of that above an idle process',
    value: (cold.peakRssBytes - cold.idleRssBytes) / 1e6,
    unit: 'MB RSS',
    goal: '<= 130',
    met: cold.peakRssBytes - cold.idleRssBytes <= 130e6,
  },
  { what: 'engine against interpreter', value: agreement.interpreter / agreement.engine, unit: 'x faster' },
  {
    what: 'findings checked against the interpreter',
    value: agreement.hits,
    unit: `hits in ${agreement.sampled} records`,
  },
  { what: 'findings in the fresh log', value: cold.passes[0]!.findings, unit: `of ${events} records` },
];

if (json) console.log(JSON.stringify(lines, undefined, 1));
else {
  for (const { what, value, unit, goal, met } of lines) {
    const number = value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
    console.log(
      `${what.padEnd(44)}${number.padStart(10)} ${unit.padEnd(24)}${goal === undefined ? '' : `goal ${goal} ${met === true ? 'met' : 'missed'}`}`,
    );
  }
}
