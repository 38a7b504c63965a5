// What the benchmark measures, one process (or one browser) each. A measurement gives figures by name, the less the better;
// each asserts its answer. Several rounds are taken together as the least of each figure.

import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findingKeyOf } from '../src/model/finding.ts';
import type { BenchLogs } from './bench-logs.ts';
import type { Build } from './builds.ts';
import { scanInChromium } from './in-chromium.ts';
import type { PassFigures, ProcessFigures, TeamFigures } from './scan-pass.ts';

export type Figures = Readonly<Record<string, number>>;

export interface Measurement {
  readonly name: string;
  readonly measure: (build: Build) => Figures | Promise<Figures>;
}

/** First bytes of a pass that are counted as its start. */
export const FIRST_BYTES = 33e6;

/** Throws when two answers to the same question differ; the first one is taken for right. */
class Answers {
  readonly #known = new Map<string, string>();

  check(question: string, answer: readonly (number | undefined)[]): void {
    const said = answer.join(', ');
    const before = this.#known.get(question) ?? said;
    if (before !== said) throw new Error(`wrong answer: ${question}: ${said}, and not ${before}`);
    this.#known.set(question, before);
  }
}

/** Scans in Node, with the corpus' rules: time of the scanning thread alone, and of teams of threads. */
export function nodeMeasurements(logs: BenchLogs, megabytes: number): Measurement[] {
  const answers = new Answers();
  const passesOver = (build: Build, program: string, log: string, passes: number, mode = 'scan'): ProcessFigures => {
    const figures = runPass(build.scanPass, program, log, passes, mode) as ProcessFigures;
    // Four times the rules find more, and reading finds nothing.
    if (mode === 'scan' && program === build.program) {
      for (const { records, findings } of figures.passes) answers.check(`findings in ${log}`, [records, findings]);
    }
    return figures;
  };
  const team = (build: Build, log: string, passes: number, threads: number): readonly number[] => {
    const figures = runPass(build.scanPass, build.program, log, passes, 'team', threads) as TeamFigures;
    for (const { records, findings } of figures.passes) answers.check(`findings in ${log}`, [records, findings]);
    return figures.passes.map(({ wallMilliseconds }) => wallMilliseconds);
  };
  const fresh = logs.logOf(megabytes, true);
  const plain = logs.logOf(megabytes, false);
  const tenth = logs.logOf(Math.max(20, Math.round(megabytes / 10)), true);
  const small = logs.logOf(Math.min(100, megabytes), true);
  const forwarded = logs.forwarded(60);
  return [
    {
      name: 'reading alone',
      measure(build) {
        const { passes } = passesOver(build, build.program, fresh, 2, 'read');
        return { readCpu: passes.at(-1)!.cpuMilliseconds };
      },
    },
    {
      name: 'fresh log',
      measure(build) {
        const { passes, ...process } = passesOver(build, build.program, fresh, 1);
        const { cpuMilliseconds, firstCpuMilliseconds } = passes[0]!;
        return {
          freshCpu: cpuMilliseconds,
          freshFirstCpu: firstCpuMilliseconds,
          freshRestCpu: cpuMilliseconds - firstCpuMilliseconds,
          freshRecords: passes[0]!.records,
          freshFindings: passes[0]!.findings,
          freshBytes: process.bytes,
          programBytes: process.programBytes,
          loadTime: process.loadMilliseconds,
          peakBytes: process.peakRssBytes,
          ownBytes: process.peakRssBytes - process.idleRssBytes,
        };
      },
    },
    {
      name: 'a tenth of it',
      measure(build) {
        const { passes, bytes } = passesOver(build, build.program, tenth, 1);
        return { tenthCpu: passes[0]!.cpuMilliseconds, tenthBytes: bytes };
      },
    },
    {
      name: 'plain log, warm',
      measure(build) {
        const { passes, bytes } = passesOver(build, build.program, plain, 3);
        return { plainCpu: best(passes), plainBytes: bytes };
      },
    },
    {
      name: 'rules × 4',
      measure(build) {
        return {
          smallCpu: best(passesOver(build, build.program, small, 4).passes),
          timesFourCpu: best(passesOver(build, build.programTimesFour, small, 4).passes),
        };
      },
    },
    {
      name: 'forwarded log',
      measure(build) {
        const { passes, bytes } = passesOver(build, build.program, forwarded, 2);
        return { forwardedCpu: best(passes), forwardedBytes: bytes };
      },
    },
    {
      name: 'teams',
      measure(build) {
        const [oneCold, ...oneWarm] = team(build, fresh, 1, 1).concat(team(build, plain, 3, 1).slice(1));
        const [twoCold, ...twoWarm] = team(build, fresh, 1, 2).concat(team(build, plain, 3, 2).slice(1));
        return {
          oneColdWall: oneCold!,
          twoColdWall: twoCold!,
          oneWarmWall: Math.min(...oneWarm),
          twoWarmWall: Math.min(...twoWarm),
        };
      },
    },
  ];
}

/** The command line tool and the app in headless Chromium on the same logs, both with the core pack and two workers. */
export function appMeasurements(logs: BenchLogs): Measurement[] {
  const answers = new Answers();
  const log = logs.logOf(200, true);
  const small = logs.logOf(100, true);
  const large = logs.logOf(500, true);
  const parts = { thousand: logs.partsOf(log, 1_000, 1), hosts: logs.partsOf(log, 300, 5) };
  const wholes = { thousand: logs.partsOf(log, 1, 1_000), hosts: logs.partsOf(log, 1, 1_500) };
  const scan = async (build: Build, paths: readonly string[], traces = false): ReturnType<typeof scanInChromium> => {
    const figures = await scanInChromium(build.app, paths, traces);
    answers.check(`findings of the app in ${questionOf(paths)}`, [figures.records, figures.findings]);
    return figures;
  };
  return [
    {
      name: 'tool: 200 MB',
      measure(build) {
        const { stats, findings } = runTool(build, log);
        answers.check(`findings of the app in ${questionOf([log])}`, [stats.records, findings]);
        const { phases } = stats;
        return {
          toolWall: stats.wallSeconds * 1e3,
          toolCpu: stats.cpuSeconds * 1e3,
          toolScanCpu: phases.scan * 1e3,
          toolReadCpu: phases.read * 1e3,
          appBytes: stats.bytes,
          appRecords: stats.records,
          appFindings: findings,
        };
      },
    },
    {
      name: 'app: 200 MB',
      async measure(build) {
        const figures = await scan(build, [log]);
        return {
          appWall: figures.wallMilliseconds,
          appFirstRow: figures.firstRowMilliseconds ?? Infinity,
          appLongest: figures.longestTaskMilliseconds,
          appWorkerCpu: figures.workerCpuMilliseconds,
          appCpu: figures.cpuMilliseconds,
        };
      },
    },
    {
      name: 'app: 200 MB, traced',
      async measure(build) {
        return { appLongestCpu: (await scan(build, [log], true)).longestTaskCpuMilliseconds ?? Infinity };
      },
    },
    ...(['thousand', 'hosts'] as const).map((name): Measurement => {
      return {
        name: `app: ${parts[name].length} files and one file`,
        async measure(build) {
          const many = await scan(build, parts[name]);
          const one = await scan(build, wholes[name]);
          answers.check(`records of ${name}`, [many.records]);
          answers.check(`records of ${name}`, [one.records]);
          return {
            [`${name}Wall`]: many.wallMilliseconds,
            [`${name}Cpu`]: many.cpuMilliseconds,
            [`${name}WholeWall`]: one.wallMilliseconds,
            [`${name}WholeCpu`]: one.cpuMilliseconds,
          };
        },
      };
    }),
    {
      name: 'app: memory, 100 and 500 MB',
      async measure(build) {
        const less = await scan(build, [small]);
        const more = await scan(build, [large]);
        return {
          tabSmallBytes: less.pagePeakBytes,
          tabLargeBytes: more.pagePeakBytes,
          tabMoreRecords: more.records - less.records,
        };
      },
    },
  ];
}

function runPass(script: string, program: string, log: string, passes: number, mode: string, threads = 1): unknown {
  const options = [script, program, log, String(passes), mode, String(threads)];
  return JSON.parse(execFileSync(process.execPath, options, { encoding: 'utf8' }));
}

interface ToolStats {
  readonly bytes: number;
  readonly records: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly phases: { readonly read: number; readonly scan: number };
}

/** Runs the command line tool; findings are counted as the app counts them, a record met twice once. */
function runTool(build: Build, log: string): { readonly stats: ToolStats; readonly findings: number } {
  const out = join(tmpdir(), `winnow-bench-${process.pid}.jsonl`);
  try {
    // The answer is on standard error; its last line is the figures.
    const options = ['scan', log, '--workers', '2', '--stats', '--out', out];
    const said = execFileSync('sh', ['-c', 'exec "$0" "$@" 2>&1', process.execPath, build.tool, ...options], {
      encoding: 'utf8',
    });
    const keys = new Set<string>();
    for (const line of readFileSync(out, 'utf8').split('\n')) {
      if (line === '') continue;
      const finding = JSON.parse(line) as Parameters<typeof findingKeyOf>[0] & { rule: { id: string }; file: string };
      keys.add(findingKeyOf(finding, finding.rule.id, finding.file));
    }
    return { stats: JSON.parse(said.trim().split('\n').at(-1)!) as ToolStats, findings: keys.size };
  } finally {
    rmSync(out, { force: true });
  }
}

/** The least of the passes behind the first. */
function best(passes: readonly PassFigures[]): number {
  return Math.min(...passes.slice(1).map(({ cpuMilliseconds }) => cpuMilliseconds));
}

function questionOf(paths: readonly string[]): string {
  const [first] = paths;
  return paths.length === 1 ? `${first} (${statSync(first!).size} bytes)` : `${paths.length} files like ${first}`;
}
