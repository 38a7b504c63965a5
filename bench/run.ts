// npm run bench: builds this tree, makes its logs, asserts its answers, measures each thing in a process or browser of its
// own, prints one table. Options: --json; --megabytes N (logs in Node, default 500); --rounds N (the least of N counts;
// default 1, with --compare 3); --only node|app; --compare REV: measures that revision too, turn by turn, and prints the
// ratio of each row.

import { existsSync, mkdirSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createBenchLogs } from './bench-logs.ts';
import { checkOut, prepareBuild, type Build } from './builds.ts';
import { appMeasurements, nodeMeasurements, type Figures, type Measurement } from './measurements.ts';
import { APP_ROWS, NODE_ROWS, type Row } from './rows.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    megabytes: { type: 'string', default: '500' },
    rounds: { type: 'string' },
    only: { type: 'string' },
    compare: { type: 'string' },
  },
});
const root = fileURLToPath(new URL('../', import.meta.url));
const shared = fileURLToPath(new URL('../../shared/', import.meta.url));
const cache = `${root}.cache/bench/`;
const note = (text: string): void => void process.stderr.write(`${text}\n`);

if (!existsSync(`${shared}tools/make-bench-log.mjs`)) {
  note('skipped: the benchmarks make their logs from ../shared, which is not beside the project');
  process.exit(0);
}
mkdirSync(cache, { recursive: true });

/** The least of each figure. */
function least(a: Figures, b: Figures): Figures {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, Math.min(a[name] ?? Infinity, b[name] ?? Infinity)]));
}

async function measureAll(
  builds: readonly Build[],
  measurements: readonly Measurement[],
  rounds: number,
): Promise<Figures[]> {
  const figures: Figures[] = builds.map(() => ({}));
  for (let round = 1; round <= rounds; round++) {
    for (const { name, measure } of measurements) {
      // Turn by turn, so that a neighbour's load meets both.
      for (const [place, build] of builds.entries()) {
        note(`round ${round} of ${rounds}, ${build.name}: ${name} (load ${loadavg()[0]!.toFixed(1)})`);
        figures[place] = least(figures[place]!, await measure(build));
      }
    }
  }
  return figures;
}

function numberText(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}

/** One line of the table; with a second build its value and the ratio, above 1 where this tree is the better one. */
function lineOf(row: Row, figures: readonly Figures[]): Record<string, unknown> & { readonly text: string } {
  const [value, before] = figures.map((each) => row.value(each));
  const met = row.goal?.met(value!);
  const ratio = before === undefined ? undefined : row.more === true ? value! / before : before / value!;
  const text = [
    row.what.padEnd(40),
    numberText(value!).padStart(9),
    row.unit.padEnd(16),
    row.goal === undefined ? ''.padEnd(20) : `goal ${row.goal.text} ${met === true ? 'met' : 'missed'}`.padEnd(20),
    ...(before === undefined ? [] : [numberText(before).padStart(9), `${ratio!.toFixed(2)} x better`]),
  ].join(' ');
  return { what: row.what, value, unit: row.unit, goal: row.goal?.text, met, before, ratio, text };
}

const megabytes = Number(options.megabytes);
const rounds = Number(options.rounds ?? (options.compare === undefined ? 1 : 3));
const logs = createBenchLogs(shared, cache);
const sample = logs.logOf(megabytes, true);
const checkout = options.compare === undefined ? undefined : checkOut(root, options.compare);
try {
  const builds = [prepareBuild('this tree', root, shared, sample)];
  if (checkout !== undefined) builds.push(prepareBuild(options.compare!, checkout.root, shared, sample));
  const node = options.only === 'app' ? [] : nodeMeasurements(logs, megabytes);
  const app = options.only === 'node' ? [] : appMeasurements(logs);
  const figures = await measureAll(builds, [...node, ...app], rounds);
  const rows = [...(node.length > 0 ? NODE_ROWS : []), ...(app.length > 0 ? APP_ROWS : [])];
  const lines = rows.map((row) => lineOf(row, figures));
  const { agreement, compileMilliseconds, programMilliseconds } = builds[0]!.rules;
  const about = {
    cores: availableParallelism(),
    load: loadavg()[0]!,
    rounds,
    rulesCompiledMilliseconds: compileMilliseconds,
    programBuiltMilliseconds: programMilliseconds,
    engineAgainstInterpreter: agreement.interpreter / agreement.engine,
    recordsComparedWithInterpreter: agreement.sampled,
    hitsComparedWithInterpreter: agreement.hits,
  };
  if (options.json) {
    const table = lines.map((line) => ({ ...line, text: undefined }));
    console.log(JSON.stringify({ ...about, rows: table, figures: figures[0], before: figures[1] }, undefined, 1));
  } else {
    for (const { text } of lines) console.log(text.trimEnd());
    for (const [name, value] of Object.entries(about))
      console.log(`${name.padEnd(40)} ${numberText(value).padStart(9)}`);
  }
} finally {
  checkout?.remove();
}
