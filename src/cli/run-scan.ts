// `winnow scan`: rules, logs and threads put together. Order, duplicates, correlations, the account on standard error
// and the exit status are decided here; reading and matching are scan-thread.ts, spreading is thread-team.ts.

import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { Writable } from 'node:stream';
import { ensureDefined } from '../base/assert.ts';
import { addFileAccount, emptyFileAccount } from '../model/coverage.ts';
import { RULE_LEVELS } from '../model/rule-set.ts';
import { workerCountFor } from '../pool/worker-count.ts';
import { correlateScan, type FiredCorrelation } from '../scan/correlate-scan.ts';
import { parseTime } from '../scan/record-facts.ts';
import type { TimeRange } from '../scan/slice-scanner.ts';
import type { CorrelationPart } from '../pool/protocol.ts';
import { collectLogs, type CollectedLogs } from './collect-logs.ts';
import type { PhaseTimes } from './cpu-clock.ts';
import { formatCorrelation, type FirstPlace, type TextOptions } from './finding-text.ts';
import type { LogFile } from './log-file.ts';
import { compareHeld, HeldFindings, type HeldFinding } from './held-findings.ts';
import { createFindingOutput, openOutputFile, OutputClosed, type FindingOutput } from './output.ts';
import { planRuns } from './plan-runs.ts';
import { createProblemReport, type ProblemReport } from './problem-report.ts';
import { parseScanArguments, type ScanArguments } from './scan-arguments.ts';
import { ScanJoins } from './scan-joins.ts';
import { loadScanRules, type CoreRules, type ScanRules } from './scan-rules.ts';
import { surveyLogs, type LogSurvey } from './survey-logs.ts';
import { loadTemplateFile, saveTemplateFile } from './template-file.ts';
import type { RenderedFinding, RenderedSlice, ScanSetup, ThreadRun, ThreadSetup } from './thread-protocol.ts';
import { scanRuns, type TeamFigures, type ThreadLike } from './thread-team.ts';

/** What differs between the built tool and a test. */
export interface ScanHost {
  readonly core: CoreRules;
  startThread(setup: ThreadSetup): ThreadLike;
}

/** Runs the command and gives the exit status. Throws only what is a bug of ours. */
export async function runScan(argv: readonly string[], out: Writable, err: Writable, host: ScanHost): Promise<number> {
  const startedAt = performance.now();
  const parsed = parseScanArguments(argv);
  if (!parsed.ok) return refuseAll(parsed.error, err);
  const arguments_ = parsed.value;
  const logs = await collectLogs(arguments_.paths);
  try {
    return await scanLogs(arguments_, logs, out, err, host, startedAt);
  } finally {
    await logs.dispose();
  }
}

async function scanLogs(
  arguments_: ScanArguments,
  logs: CollectedLogs,
  out: Writable,
  err: Writable,
  host: ScanHost,
  startedAt: number,
): Promise<number> {
  const report = createProblemReport(err);
  const refuse = (reasons: readonly string[]): number => refuseAll(reasons, err);
  if (logs.missing.length > 0) return refuse(logs.missing.map((path) => `${path} does not exist`));
  const bank = arguments_.templates === undefined ? undefined : await loadTemplateFile(arguments_.templates);
  if (bank?.ok === false) return refuse([bank.error]);
  const cpuBefore = process.cpuUsage();
  const loaded = await loadScanRules(arguments_, host.core, report);
  if (!loaded.ok) return refuse(loaded.error);
  const compileCpu = secondsOf(process.cpuUsage(cpuBefore));

  let stream = out;
  try {
    if (arguments_.out !== undefined) stream = await openOutputFile(arguments_.out);
  } catch (error) {
    return refuse([
      `${arguments_.out ?? ''} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    ]);
  }
  const text: TextOptions = { format: arguments_.format, mark: randomUUID() };
  const output = createFindingOutput(stream, text, arguments_.hash, stream !== out);
  const parts = { arguments: arguments_, logs, rules: loaded.value, host, report, output, text, bank: bank?.value };
  const scan = new CommandScan(parts);
  try {
    await scan.run();
    await output.finish();
  } catch (error) {
    // Whoever read the output has seen enough.
    if (error instanceof OutputClosed) return 0;
    throw error;
  }
  report.finish();
  if (arguments_.recovered) {
    err.write(`winnow: ${scan.recordsRecovered} records were recovered from unallocated space\n`);
  }
  if (arguments_.stats) {
    const stats = scan.figures(compileCpu, (performance.now() - startedAt) / 1_000);
    err.write(`${JSON.stringify(stats)}\n`);
  }
  return report.isDamaged ? 1 : 0;
}

/** Says why the arguments cannot be used, and gives that status. */
function refuseAll(reasons: readonly string[], err: Writable): number {
  for (const reason of reasons) err.write(`winnow: ${reason}\n`);
  return 2;
}

interface ScanParts {
  readonly arguments: ScanArguments;
  readonly logs: CollectedLogs;
  readonly rules: ScanRules;
  readonly host: ScanHost;
  readonly report: ProblemReport;
  readonly output: FindingOutput;
  readonly text: TextOptions;
  /** Templates known before, with `--templates`. */
  readonly bank: Uint8Array | undefined;
}

class CommandScan {
  readonly #parts: ScanParts;
  readonly #firstPlaces = new Map<string, FirstPlace>();
  /** Apart, so that what is found in the records of the logs does not depend on whether deleted ones are read too. */
  readonly #firstRecovered = new Map<string, FirstPlace>();
  readonly #correlation: CorrelationPart[] = [];
  readonly #joins: ScanJoins;
  readonly #held = new HeldFindings();
  readonly #rankOf: ReadonlyMap<LogFile, number>;
  readonly #account = emptyFileAccount();
  #findings = 0;
  #correlateCpu = 0;
  #surveyPhases: PhaseTimes | undefined;
  #team: TeamFigures = { phases: { read: 0, scan: 0, render: 0 }, setup: 0 };

  constructor(parts: ScanParts) {
    this.#parts = parts;
    this.#joins = new ScanJoins(parts.rules.joins);
    this.#rankOf = new Map(parts.logs.files.map((file, rank) => [file, rank]));
  }

  async run(): Promise<void> {
    const { arguments: given, logs, rules, host, report, text } = this.#parts;
    for (const problem of logs.problems) report.add(problem);
    const workers = given.workers ?? workerCountFor({ cores: availableParallelism(), deviceMemory: undefined });
    const survey = await this.#survey(workers);
    const recovery = given.recovered ? survey?.scan : undefined;
    const { program, ruleSet, sources } = rules;
    const facts = { minLevel: given.minLevel, text, timeRange: timeRangeOf(given) };
    const setup: ScanSetup = { kind: 'scan', program, ruleSet, sources, recovery, ...facts };
    const runs = planRuns(logs.files, workers, given.hash, report, (file) =>
      recovery === undefined ? undefined : survey?.recoveryOf(file),
    );
    this.#team = await scanRuns(runs, workers, () => host.startThread(setup), {
      slice: (run, slice) => this.#take(run, slice),
      problem: (run, problem) => report.add({ ...problem, file: run.file.path }),
    });
    await this.#join();
    await this.#correlate();
  }

  get recordsRecovered(): number {
    return this.#account.recordsRecovered;
  }

  /** The first pass of a recovery; also for the templates alone. The grown bank is kept whatever becomes of the scan. */
  async #survey(workers: number): Promise<LogSurvey | undefined> {
    const { arguments: given, logs, host, report, bank } = this.#parts;
    if (!given.recovered && given.templates === undefined) return undefined;
    const survey = await surveyLogs(logs.files, workers, bank, (setup) => host.startThread(setup));
    this.#surveyPhases = survey.figures.phases;
    if (given.templates !== undefined) {
      try {
        await saveTemplateFile(given.templates, survey.grownBank);
      } catch (error) {
        if (!(error instanceof Error && 'syscall' in error)) throw error;
        report.addLine(`winnow: the templates could not be written: ${error.message}`);
      }
    }
    return survey;
  }

  figures(compileSeconds: number, wallSeconds: number): Record<string, unknown> {
    const { arguments: given, logs, rules } = this.#parts;
    const survey = this.#surveyPhases;
    const { phases, setup } = this.#team;
    return {
      bytes: logs.files.reduce((sum, { size }) => sum + size, 0),
      records: this.#account.recordsRead,
      ...(given.recovered ? { recordsRecovered: this.#account.recordsRecovered } : {}),
      findings: this.#findings,
      wallSeconds,
      cpuSeconds: secondsOf(process.cpuUsage()),
      peakRssBytes: process.resourceUsage().maxRSS * 1_024,
      rulesLoaded: rules.loaded,
      rulesNotEvaluable: rules.notEvaluable,
      phases: {
        compile: compileSeconds + setup / 1_000,
        // The first pass of a recovery; what it read counts as read.
        ...(survey === undefined ? {} : { survey: survey.scan / 1_000 }),
        read: (phases.read + (survey?.read ?? 0)) / 1_000,
        scan: phases.scan / 1_000,
        correlate: this.#correlateCpu,
        // Writing findings as text, matched parts included: not part of the scan itself.
        render: phases.render / 1_000,
      },
    };
  }

  async #take({ file, fileHash }: ThreadRun, slice: RenderedSlice): Promise<void> {
    const { report } = this.#parts;
    const rank = ensureDefined(this.#rankOf.get(file), 'rank of a file');
    addFileAccount(this.#account, slice.account);
    for (const problem of slice.problems) report.add({ ...problem, file: file.path });
    if (slice.correlation !== undefined) {
      this.#correlation.push({ rank, rows: slice.correlation });
    }
    if (slice.joins !== undefined) this.#joins.add({ rank, fileHash, rows: slice.joins });
    if (slice.findings.length === 0) return;
    // From the first open event on, what a join finds may have to come before.
    if (this.#joins.isOpen) this.#held.add(rank, slice.findings);
    else await this.#write(file, slice.findings);
  }

  /** Judges what was left open and writes it and what was held for it, in the order of files, offsets and rule ids. */
  async #join(): Promise<void> {
    const { arguments: given, logs, report, text } = this.#parts;
    const before = process.cpuUsage();
    const held = this.#held.take();
    try {
      let next = await held.next();
      const writeUpTo = async (place: HeldFinding | undefined): Promise<void> => {
        for (
          ;
          next.done !== true && (place === undefined || compareHeld(next.value, place) < 0);
          next = await held.next()
        ) {
          await this.#write(ensureDefined(logs.files[next.value.rank], 'file of a finding'), [next.value]);
        }
      };
      const options = { minLevel: given.minLevel, text };
      for await (const { findings, correlation, problems } of this.#joins.judge(
        logs.files,
        this.#parts.rules,
        options,
      )) {
        for (const problem of problems) report.add(problem);
        this.#correlation.push(...correlation);
        for (const finding of findings) {
          await writeUpTo(finding);
          await this.#write(ensureDefined(logs.files[finding.rank], 'file of a finding'), [finding]);
        }
      }
      await writeUpTo(undefined);
    } finally {
      this.#held.dispose();
    }
    this.#correlateCpu += secondsOf(process.cpuUsage(before));
  }

  async #write(file: LogFile, findings: readonly RenderedFinding[]): Promise<void> {
    const { output } = this.#parts;
    this.#findings += findings.length;
    const lines = findings.map(({ offset, recordId, isRecovered, identity, text }) => {
      const places = isRecovered ? this.#firstRecovered : this.#firstPlaces;
      const first = this.#firstPlaces.get(identity) ?? places.get(identity);
      if (first === undefined) places.set(identity, { file: file.path, recordId, offset });
      // Several rules on one record are no copies of each other.
      const isCopy = first !== undefined && (first.file !== file.path || first.offset !== offset);
      return { text, duplicateOf: isCopy ? first : undefined };
    });
    await output.write(lines);
  }

  /** Correlations come behind all findings of events: they are known when everything has been read. */
  async #correlate(): Promise<void> {
    if (this.#correlation.length === 0) return;
    const { arguments: given, rules, report, output, text } = this.#parts;
    const before = process.cpuUsage();
    const { fired, problems } = correlateScan(rules.correlations, this.#correlation);
    this.#correlateCpu += secondsOf(process.cpuUsage(before));
    for (const problem of problems) report.add(problem);
    const least = RULE_LEVELS.indexOf(given.minLevel);
    for (const one of fired.toSorted((a, b) => this.#compareFired(a, b))) {
      const { info } = ensureDefined(rules.correlations[one.rule], 'correlation rule');
      if (RULE_LEVELS.indexOf(info.level) < least) continue;
      const { completedBy, firstTime, lastTime, count, groupBy } = one;
      const records = one.records.map(({ rank, recordId, offset }) => ({ file: this.#pathOf(rank), recordId, offset }));
      const line = formatCorrelation(info, completedBy.time, { firstTime, lastTime, count, groupBy, records }, text);
      this.#findings += 1;
      await output.write([{ text: line, duplicateOf: undefined }]);
    }
  }

  /** By the event that completed them, then by rule id. */
  #compareFired(a: FiredCorrelation, b: FiredCorrelation): number {
    const idOf = ({ rule }: FiredCorrelation): string => this.#parts.rules.correlations[rule]?.info.id ?? '';
    const places = a.completedBy.rank - b.completedBy.rank || a.completedBy.offset - b.completedBy.offset;
    return places || (idOf(a) < idOf(b) ? -1 : idOf(a) > idOf(b) ? 1 : 0);
  }

  #pathOf(rank: number): string {
    return ensureDefined(this.#parts.logs.files[rank], 'file of a correlation').path;
  }
}

function timeRangeOf({ from, to }: ScanArguments): TimeRange | undefined {
  if (from === undefined && to === undefined) return undefined;
  const first = { high: 0, low: 0 };
  const last = { high: 0xffff_ffff, low: 0xffff_ffff };
  if (from !== undefined) parseTime(from, first);
  if (to !== undefined) {
    parseTime(to, last);
    // The range includes both ends; the option means everything before.
    if (last.low > 0) last.low -= 1;
    else {
      last.high -= 1;
      last.low = 0xffff_ffff;
    }
  }
  return { from: first, to: last };
}

function secondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}
