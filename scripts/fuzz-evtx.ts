// Fuzzes the EVTX reader, its renderers and the carver with mutated chunks (tests/evtx/evtx-fuzzer.ts says what must never
// happen). Prints seed, cases, records, memory and violations; exit status 1 when there is any.
// Usage: node --import ./scripts/typescript.mjs scripts/fuzz-evtx.ts [--cases N] [--seed N] [--first N] [--shapes N]

import { parseArgs } from 'node:util';
import { EvtxFuzzer } from '../tests/evtx/evtx-fuzzer.ts';

const MOST_SHOWN = 20;
/** Memory that the process may grow by behind its first cases: caches have filled by then, what grows is a leak. */
const MOST_GROWTH = 200e6;

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    /** Number of the first case: to run one again. */
    first: { type: 'string', default: '0' },
    shapes: { type: 'string', default: '20000' },
  },
});
const [cases, seed, first, shapes] = [values.cases, values.seed, values.first, values.shapes].map(Number) as [
  number,
  number,
  number,
  number,
];

const fuzzer = new EvtxFuzzer(seed, shapes);
console.log(`${fuzzer.inputs.length} inputs, seed ${seed}, cases ${first} to ${first + cases - 1}`);
let records = 0;
let violations = 0;
let slowest = 0;
let warm = 0;
let peak = 0;
for (let number = first; number < first + cases; number++) {
  const started = performance.now();
  const outcome = fuzzer.run(number);
  slowest = Math.max(slowest, performance.now() - started);
  records += outcome.records;
  violations += outcome.violations.length;
  if (violations <= MOST_SHOWN) for (const violation of outcome.violations) console.log(violation);
  const done = number - first + 1;
  if (done % 10_000 !== 0) continue;
  const { rss } = process.memoryUsage();
  if (done <= 50_000) warm = Math.max(warm, rss);
  peak = Math.max(peak, rss);
  if (done % 100_000 === 0) {
    console.log(`${done} cases, ${records} records, ${violations} violations, ${Math.round(rss / 1e6)} MB`);
  }
}
if (warm > 0 && peak > warm + MOST_GROWTH) {
  violations++;
  console.log(`memory grew from ${Math.round(warm / 1e6)} to ${Math.round(peak / 1e6)} MB`);
}
console.log(
  `seed ${seed}: ${cases} cases, ${records} records read, slowest case ${slowest.toFixed(0)} ms, peak ${Math.round(peak / 1e6)} MB, ${violations} violations`,
);
process.exitCode = violations > 0 ? 1 : 0;
