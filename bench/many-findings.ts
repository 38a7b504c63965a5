// 100,000 findings sorted, grouped, filtered and judged: CPU milliseconds of the thread that does it, which in the app is
// the page's. Answers are checked. Usage: node --import ./scripts/typescript.mjs bench/many-findings.ts

import { readFileSync } from 'node:fs';
import { FindingTable } from '../src/app/finding-table.ts';
import { EMPTY_QUERY, resolveFilter, SORT_COLUMNS } from '../src/app/finding-query.ts';
import { rankedTexts, sortWords } from '../src/app/finding-sort.ts';
import { GROUPINGS, groupLines, HEAD } from '../src/analysis/group-lines.ts';
import { selectFindings } from '../src/analysis/select-findings.ts';
import { sortRows } from '../src/analysis/sort-order.ts';
import { nameFinding } from '../src/app/name-finding.ts';
import { event, row, ruleInfo } from '../tests/app/fake-findings.ts';

const COUNT = 100_000;

function clock(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return performance.now();
  }
}

/** The first time, when code is cold, and the least of five. */
function measure(what: string, work: () => void): void {
  const costs = Array.from({ length: 5 }, () => {
    const started = clock();
    work();
    return clock() - started;
  });
  console.log(
    `${what.padEnd(24)}${costs[0]!.toFixed(0).padStart(6)}${Math.min(...costs)
      .toFixed(0)
      .padStart(6)} ms`,
  );
}

function check(isRight: boolean, what: string): void {
  if (!isRight) throw new Error(`wrong answer: ${what}`);
}

const rules = Array.from({ length: 200 }, (_, at) =>
  ruleInfo(`rule-${String(at)}`, (['low', 'medium', 'high', 'critical'] as const)[at % 4]!, {
    tags: ['attack.execution', `attack.t1${String(100 + (at % 60))}`, 'attack.t1059'],
  }),
);
const events = Array.from({ length: 500 }, (_, at) =>
  event({ User: `CORP\\user${at}`, Image: `C:\\p${at % 300}.exe`, IpAddress: `10.0.0.${at % 250}` }),
);
const table = new FindingTable();
for (let at = 0; at < COUNT; at++) {
  const hit = row(at % 200, at, { event: events[at % 500]!, computer: `HOST-${at % 40}` });
  table.add(nameFinding(hit, rules[at % 200]!, 'f.evtx'));
}

let order = new Uint32Array();
console.log(`${COUNT.toLocaleString('en-US')} findings          first  best`);
for (const column of SORT_COLUMNS) {
  const sort = { column, descending: true };
  measure(`sort ${column}`, () => {
    order = Uint32Array.from(sortRows(sortWords(table, sort, rankedTexts(table, sort)), 0, COUNT));
  });
  check(new Set(order).size === COUNT, 'every row once');
}
const filter = resolveFilter({ ...EMPTY_QUERY, hosts: ['HOST-7'], tactics: ['execution'] }, table);
measure('filter', () => {
  check(selectFindings(table, order, filter, undefined).rows.length === COUNT / 40, 'rows of a host');
});
for (const by of GROUPINGS) {
  measure(`group ${by}`, () => {
    const { lines, groups } = groupLines(table, order, by, () => true, true);
    const perRow = by === 'technique' ? 2 : 1;
    check(lines.length === groups.length + perRow * COUNT && lines[0]! >= HEAD, 'lines of groups');
  });
}
measure('tags on all', () => {
  for (let at = 0; at < COUNT; at++) table.setTags(at, ['lateral']);
});
