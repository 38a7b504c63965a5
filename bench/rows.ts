// The rows of the table: what each figure means, and the goal it is held against.

import { FIRST_BYTES, type Figures } from './measurements.ts';

export interface Row {
  readonly what: string;
  readonly unit: string;
  /** Whether a higher value is the better one. */
  readonly more?: boolean;
  readonly goal?: { readonly text: string; met(value: number): boolean };
  value(figures: Figures): number;
}

const atMost = (limit: number): NonNullable<Row['goal']> => ({ text: `<= ${limit}`, met: (value) => value <= limit });
const below = (limit: number): NonNullable<Row['goal']> => ({ text: `< ${limit}`, met: (value) => value < limit });
const atLeast = (limit: number): NonNullable<Row['goal']> => ({ text: `>= ${limit}`, met: (value) => value >= limit });

/** MB per second of scanning, without the time that reading the same bytes takes. */
function rate({ readCpu, freshBytes }: Figures, bytes: number, cpu: number): number {
  return bytes / 1e3 / (cpu - (readCpu! * bytes) / freshBytes!);
}

/** Rows of scans in Node. */
export const NODE_ROWS: readonly Row[] = [
  { what: 'rule program', unit: 'MB', goal: below(5), value: (f) => f['programBytes']! / 1e6 },
  { what: 'rule program loaded', unit: 'ms', goal: below(300), value: (f) => f['loadTime']! },
  { what: 'first 33 MB of the fresh log', unit: 'ms CPU', goal: atMost(500), value: (f) => f['freshFirstCpu']! },
  {
    what: 'fresh log after the first 33 MB',
    unit: 'MB/s CPU',
    more: true,
    goal: atLeast(400),
    value: (f) => rate(f, f['freshBytes']! - FIRST_BYTES, f['freshRestCpu']!),
  },
  {
    what: 'its events',
    unit: 'k events/s CPU',
    more: true,
    goal: atLeast(450),
    value: (f) => (f['freshRecords']! * (1 - FIRST_BYTES / f['freshBytes']!)) / f['freshRestCpu']!,
  },
  {
    what: 'plain log, warm',
    unit: 'MB/s CPU',
    more: true,
    goal: atLeast(900),
    value: (f) => rate(f, f['plainBytes']!, f['plainCpu']!),
  },
  {
    what: 'forwarded records only',
    unit: 'MB/s CPU',
    more: true,
    goal: atLeast(120),
    value: (f) => rate(f, f['forwardedBytes']!, f['forwardedCpu']!),
  },
  { what: 'reading alone', unit: 'MB/s CPU', more: true, value: (f) => f['freshBytes']! / 1e3 / f['readCpu']! },
  { what: 'rules x 4 against x 1', unit: 'x CPU', goal: below(1.3), value: (f) => f['timesFourCpu']! / f['smallCpu']! },
  {
    what: 'log x 10 against x 1',
    unit: 'x CPU',
    goal: atMost(10.2),
    value: (f) => ((f['freshCpu']! / f['tenthCpu']!) * 10 * f['tenthBytes']!) / f['freshBytes']!,
  },
  {
    what: 'two workers against one, fresh',
    unit: 'x as fast, wall',
    more: true,
    goal: atLeast(1.6),
    value: (f) => f['oneColdWall']! / f['twoColdWall']!,
  },
  {
    what: 'two workers against one, warm',
    unit: 'x as fast, wall',
    more: true,
    goal: atLeast(1.8),
    value: (f) => f['oneWarmWall']! / f['twoWarmWall']!,
  },
  { what: 'memory of a scanning process', unit: 'MB RSS', value: (f) => f['peakBytes']! / 1e6 },
  { what: 'of that above an idle process', unit: 'MB RSS', goal: atMost(130), value: (f) => f['ownBytes']! / 1e6 },
  { what: 'findings in the fresh log', unit: 'findings', more: true, value: (f) => f['freshFindings']! },
];

/** Rows of the app in Chromium, and of the tool beside it. */
export const APP_ROWS: readonly Row[] = [
  { what: 'app, 200 MB', unit: 's wall', value: (f) => f['appWall']! / 1e3 },
  { what: 'tool, 200 MB', unit: 's wall', value: (f) => f['toolWall']! / 1e3 },
  {
    what: 'speed of the app against the tool',
    unit: '% wall',
    more: true,
    goal: atLeast(55),
    value: (f) => (100 * f['toolWall']!) / f['appWall']!,
  },
  {
    what: 'CPU of its workers against the tool',
    unit: '% rate',
    more: true,
    goal: atLeast(85),
    value: (f) => (100 * f['toolScanCpu']!) / (f['appWorkerCpu']! - f['toolReadCpu']!),
  },
  { what: 'app, all processes', unit: 's CPU', value: (f) => f['appCpu']! / 1e3 },
  { what: 'first finding on screen', unit: 's wall', goal: below(1), value: (f) => f['appFirstRow']! / 1e3 },
  { what: 'longest task of the page', unit: 'ms wall', goal: atMost(50), value: (f) => f['appLongest']! },
  { what: 'longest task of the page, own time', unit: 'ms CPU', goal: atMost(50), value: (f) => f['appLongestCpu']! },
  { what: '1,000 files of 69 KB', unit: 's wall', goal: below(3), value: (f) => f['thousandWall']! / 1e3 },
  {
    what: 'against one file of their size',
    unit: 'x wall',
    value: (f) => f['thousandWall']! / f['thousandWholeWall']!,
  },
  { what: 'the same', unit: 'x CPU', value: (f) => f['thousandCpu']! / f['thousandWholeCpu']! },
  { what: '300 files of 332 KB', unit: 's wall', value: (f) => f['hostsWall']! / 1e3 },
  {
    what: 'against one file of their size',
    unit: 'x wall',
    goal: atMost(1.15),
    value: (f) => f['hostsWall']! / f['hostsWholeWall']!,
  },
  { what: 'the same', unit: 'x CPU', value: (f) => f['hostsCpu']! / f['hostsWholeCpu']! },
  { what: 'memory of the tab, 100 MB', unit: 'MB RSS', value: (f) => f['tabSmallBytes']! / 1e6 },
  {
    what: 'more with 500 MB, less 45 B a record',
    unit: 'MB RSS',
    goal: below(60),
    value: (f) => (f['tabLargeBytes']! - f['tabSmallBytes']! - 45 * f['tabMoreRecords']!) / 1e6,
  },
  { what: 'findings of the app in 200 MB', unit: 'findings', more: true, value: (f) => f['appFindings']! },
];
