// One open case: its files, problems, findings and judgements, and the scan that fills it. Findings are written to the
// store before they are shown; when the store refuses, they are shown all the same, counted as not kept, and can be
// written again later. Longer than other files because files, problems, findings and the scan of a case change together:
// what each may do depends on how far the others are.

import { addFileAccount, emptyFileAccount } from '../model/coverage.ts';
import type { EventKindCount, FileAccount } from '../model/coverage.ts';
import type { FileHashes, ScanAccount } from '../model/evidence-account.ts';
import type { CaseFile, CaseId, CaseRecord, CaseSummary } from '../model/case.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { asFound, type Finding } from '../model/finding.ts';
import type { Problem } from '../model/problem.ts';
import type { RuleInfo, RuleLevel } from '../model/rule-set.ts';
import { RULE_LEVELS } from '../model/rule-set.ts';
import type { EvidenceFile, Intake } from '../intake/evidence.ts';
import type { EventIndex } from '../pool/event-index.ts';
import type { FileProgress, ScanOptions, Scanner } from '../pool/scanner.ts';
import type { CaseStore } from '../store/case-store.ts';
import { AuditLog } from './audit-log.svelte.ts';
import { EvidenceBook, type EvidenceTools } from './evidence-book.svelte.ts';
import { countByRule } from './case-counts.ts';
import { EventKinds } from './event-kinds.svelte.ts';
import { FindingList } from './finding-list.svelte.ts';
import { HiddenBook } from './hidden-book.svelte.ts';
import type { Notices } from './notices.svelte.ts';
import type { Settings } from './ports.ts';
import {
  lastJudging,
  newProblems,
  planEvidence,
  problemsBesides,
  ROWS_ONLY,
  resumedText,
  type Resumed,
} from './resumed-files.ts';
import type { RuleTuning } from './rule-tuning.svelte.ts';
import { ScanRun } from './scan-run.svelte.ts';
import { TriageBook } from './triage-book.svelte.ts';

export interface SessionTools {
  readonly store: CaseStore;
  readonly scanner: Scanner;
  readonly events: EventIndex;
  readonly notices: Notices;
  readonly now: () => number;
  /** Where the analyst's name is kept. */
  readonly settings?: Settings;
  /** Rules that are off, levels that were set, suppressions for all cases. */
  readonly tuning: RuleTuning;
  /** Whether this tab may write the case; without it, it may. */
  readonly mayWrite?: () => Promise<boolean>;
  /** Without it files are not hashed and scans do not name their rules. */
  readonly evidence?: EvidenceTools;
}

/** Problems kept of a case; the rest is counted in one line. Each is a line that a person may have to read. */
const MAX_PROBLEMS = 20_000;
/** The case record (files, problems, kinds) is saved at this pace while scanning; findings are saved as they come. */
const SAVE_EVERY_MS = 2_000;
/** A record of many hosts takes longer to write: then it is written less often, so that a scan is not held up. */
const SAVE_SHARE = 0.05;
/** Findings unpacked and written at a time when the store takes findings again. */
const KEEP_AGAIN_STEP = 500;

export class CaseSession {
  readonly id: CaseId;
  readonly findings = new FindingList();
  readonly triage: TriageBook;
  readonly audit: AuditLog;
  readonly hidden: HiddenBook;
  readonly evidence: EvidenceBook;
  readonly kinds: EventKinds;
  readonly #tools: SessionTools;
  readonly #created: number;
  #name = $state('');
  #files = $state.raw<readonly CaseFile[]>([]);
  #problems = $state.raw<readonly Problem[]>([]);
  #problemsDropped = 0;
  /** What slices have said since the files were last brought up to date: a new list of all files for each would cost more. */
  readonly #newAccounts = new Map<number, FileAccount>();
  readonly #newSizes = new Map<number, number>();
  readonly #newKinds: { readonly file: number; readonly kinds: readonly EventKindCount[] }[] = [];
  readonly #newProblems: Problem[] = [];
  #scan = $state.raw<ScanRun | undefined>(undefined);
  #loading = $state(false);
  /** Findings on screen that the store did not take; they are the rows from here on. */
  #keptRows = 0;
  /** Findings that the store was given; those that it refused it keeps itself and writes first next time. */
  #givenRows = 0;
  #keepingAgain = false;
  #refused = $state.raw<Diagnostic | undefined>(undefined);
  #nextSave = 0;
  /** Templates met in the case while this tab has it: they help to recover deleted records of later evidence. */
  #templates: Uint8Array | undefined;
  #roots = $state.raw<readonly FileSystemHandle[]>([]);
  #resumed = $state.raw<Resumed | undefined>(undefined);

  constructor(record: CaseRecord, tools: SessionTools) {
    this.id = record.summary.id;
    this.#created = record.summary.created;
    this.#name = record.summary.name;
    this.#files = record.files.map((file) =>
      // A tab that closed during a scan left files half read: say so rather than show them as under way.
      file.state === 'scanning' || file.state === 'waiting' ? { ...file, state: 'cancelled' } : file,
    );
    this.#problems = record.problems;
    this.kinds = new EventKinds(record.kinds);
    this.#tools = tools;
    this.audit = new AuditLog(this.id, tools);
    this.hidden = new HiddenBook(this.id, this.findings, this.audit, tools, () => this.#saveCounts());
    this.triage = new TriageBook(tools.store, this.id, this.findings, tools.notices, tools.now, this.audit);
    const host = {
      files: () => this.#files,
      setHashes: (at: number, hashes: FileHashes) => {
        const known = this.#files[at];
        if (known !== undefined) this.#files = this.#files.with(at, { ...known, hashes });
      },
      differs: (at: number, sha256: string) => this.#takeProblems([this.#otherEvidence(at, sha256)]),
      save: () => this.save(),
    };
    this.evidence = new EvidenceBook(host, record.scans ?? [], this.audit, tools.evidence, tools.now);
  }

  get name(): string {
    return this.#name;
  }
  get files(): readonly CaseFile[] {
    return this.#files;
  }
  get problems(): readonly Problem[] {
    return this.#problems;
  }
  get scan(): ScanRun | undefined {
    return this.#scan;
  }
  get scanning(): boolean {
    return this.#scan?.running ?? false;
  }
  get loading(): boolean {
    return this.#loading;
  }
  /** Why the store does not take findings, undefined while it does. */
  get refused(): Diagnostic | undefined {
    return this.#refused;
  }
  /** Findings that only this tab has. */
  get unkept(): number {
    return this.#refused === undefined ? 0 : this.findings.count - this.#keptRows;
  }

  /** What of the last evidence given an earlier scan had done; undefined when that was nothing. */
  get resumed(): Resumed | undefined {
    return this.#resumed;
  }
  /** True when a scan did not come to its end: files, or rules over several events, wait for the evidence. */
  get unfinished(): boolean {
    const outcome = lastJudging(this.evidence.scans)?.outcome;
    // 'running' for a moment after the last scan, until its end is noted.
    return !this.scanning && (outcome === 'cancelled' || outcome === 'failed');
  }
  /** True when the last scan was only to read events and did not come to its end. */
  get eventsCut(): boolean {
    return this.#scan?.rowsOnly === true && (this.#scan.phase === 'cancelled' || this.#scan.phase === 'failed');
  }

  /** Ways back to the evidence, where the browser gives any. */
  get roots(): readonly FileSystemHandle[] {
    return this.#roots;
  }

  /** Reads judgements and findings of the case from the store; what is read shows at once. */
  async load(): Promise<void> {
    this.#loading = true;
    try {
      await this.triage.load();
      await this.#tools.tuning.load();
      await this.hidden.load();
      await this.audit.load();
      this.#roots = await this.#tools.store.loadRoots(this.id);
      let blocks = 0;
      let shownAt = 1;
      for await (const block of this.#tools.store.loadFindings(this.id)) {
        this.findings.append(block);
        this.triage.apply(block.map((finding) => finding.key));
        await this.hidden.apply(block);
        // The first block at once, then at twice as many each time: a refresh takes as long as there are findings.
        if (++blocks < shownAt) continue;
        shownAt = 2 * blocks;
        this.findings.refresh();
      }
    } finally {
      this.#keptRows = this.findings.count;
      this.#givenRows = this.findings.count;
      this.findings.refresh();
      this.#loading = false;
    }
  }

  /**
   * Scans evidence into the case. A file that the case knows and that was not read to its end is read anew and its
   * account replaced. When all of them were, only their events are read, unless the rules are others now; when some
   * were, these are read again behind the rest, and add only what the case lacks. `recognised` is what recognise() gave.
   */
  addEvidence(
    intake: Intake,
    rules: Promise<readonly RuleInfo[]>,
    options: ScanOptions,
    recognised: ReadonlyMap<EvidenceFile, number> = new Map(),
  ): ScanRun {
    if (this.scanning) throw new Error('a scan is running');
    const { files, scanFiles, before, anew, isWhole } = planEvidence(this.#files, intake.files, recognised);
    const judged = lastJudging(this.evidence.scans);
    const mayReadRows = before.size === scanFiles.length && judged?.outcome === 'done' && !options.recovered;
    const told: ScanAccount['options'] = [
      ['recovered', options.recovered ? 'yes' : 'no'],
      ...this.#tools.tuning.scanOptions,
    ];
    const rowsOnly = mayReadRows ? this.evidence.runsLike(judged, told) : Promise.resolve(false);
    // Counts of a kept case are folded: they are given up only when every file brings its own again.
    const countsKinds = new Set(
      isWhole && !mayReadRows ? [...before].filter((number) => !this.kinds.knows(number)) : [],
    );
    this.kinds.forget(anew, isWhole && !mayReadRows);
    this.#problems = problemsBesides(this.#problems, new Set(anew.map((number) => files[number]!.path)));
    this.#files = files;
    this.#resumed = before.size === 0 ? undefined : { done: before.size, total: scanFiles.length };
    const notice = this.#resumed && resumedText(this.#resumed);
    if (notice !== undefined) this.#tools.notices.show('info', notice.message, { hint: notice.hint });
    for (const file of scanFiles) this.#tools.events.addFile(file);
    this.#takeProblems(newProblems(intake.problems, this.#problems));
    const scan = new ScanRun(
      this.#tools.scanner,
      rules,
      scanFiles,
      rowsOnly.then((only) => ({
        ...options,
        rowsOnly: only,
        ...(this.#templates && { templates: this.#templates }),
      })),
      {
        keep: (findings) => this.#keep(findings),
        account: (file, part, kinds) => {
          if (!before.has(file)) this.#account(file, part, kinds);
          else if (countsKinds.has(file)) this.#newKinds.push({ file, kinds });
        },
        indexed: (file, part) => this.#tools.events.add(file, part),
        problem: (problem) => {
          this.#newProblems.push(problem);
        },
        unpacked: (file, bytes) => {
          this.#tools.events.moveFile(file, bytes);
          this.#newSizes.set(file, bytes.size);
        },
        // What was done stays so, however the reading behind goes.
        files: (progress) => this.#follow(progress.filter(({ file }) => !before.has(file))),
      },
      this.#tools.now(),
    );
    this.#scan = scan;
    this.#background(this.audit.add('evidence-opened', namesOf(intake), intake.files.length));
    const begun = rowsOnly.then((only) => this.evidence.begin(scan.files, only ? [...told, [ROWS_ONLY, 'yes']] : told));
    this.#background(begun);
    this.#background(this.save());
    this.#background(scan.done.then(() => this.#finish(scan, begun)));
    if (intake.roots !== undefined) this.#background(this.#keepRoots(intake.roots));
    return scan;
  }

  /** Lets go of what the case holds beyond itself: another one is opened. */
  close(): void {
    this.evidence.close();
    this.hidden.close();
  }

  /** Gives the files of the case that evidence is by size and SHA-256, where its path or time says something else. */
  async recognise(intake: Intake): Promise<ReadonlyMap<EvidenceFile, number>> {
    // A new case knows nothing: the usual drop pays nothing for this.
    if (!this.#files.some(({ hashes }) => hashes?.sha256.state === 'done')) return new Map();
    const { recogniseEvidence } = await import('./recognise-evidence.ts');
    const running: { dispose(): void }[] = [];
    try {
      return await recogniseEvidence(this.#files, intake.files, async () => {
        const started = await this.evidence.startHash();
        if (started === undefined) return () => Promise.resolve(undefined);
        running.push(started);
        return started.hash;
      });
    } finally {
      for (const hasher of running) hasher.dispose();
    }
  }

  /** The line for a file given again with the same path, size and time, and other bytes. */
  #otherEvidence(at: number, sha256: string): Problem {
    return {
      code: 'file-changed',
      severity: 'error',
      file: this.#files[at]?.path ?? '',
      detail: `given again with other bytes than those that were scanned; its SHA-256 is now ${sha256}`,
      hint: 'Findings are those of the first scan, events are those of the file as it is now. Find out who wrote to it.',
    };
  }

  /** Where a record lies among the case's files; undefined for a file that the case does not have. */
  placeOf(path: string, offset: number): { readonly file: number; readonly offset: number } | undefined {
    const file = this.#files.findLastIndex((known) => known.path === path);
    return file < 0 ? undefined : { file, offset };
  }

  async rename(name: string): Promise<void> {
    const before = this.#name;
    this.#name = name;
    const renamed = await this.#tools.store.renameCase(this.id, name);
    if (!renamed.ok) throw new Error(renamed.error.message);
    await this.audit.add('case-renamed', `from ${before} to ${name}`);
  }

  /** Writes findings that the store refused before; gives true when it took them all. */
  async keepAgain(): Promise<boolean> {
    if (this.#keepingAgain) return false;
    // Refused until all of it is on disk: the tab must not close unasked before, and what a scan finds meanwhile waits
    // its turn behind the findings that came before.
    this.#keepingAgain = true;
    try {
      if (!(await this.#write([]))) return false;
      this.#keptRows = this.#givenRows;
      while (this.#keptRows < this.findings.count) {
        const rows: Finding[] = [];
        const end = Math.min(this.findings.count, this.#keptRows + KEEP_AGAIN_STEP);
        for (let row = this.#keptRows; row < end; row++) rows.push(asFound(await this.findings.load(row)));
        this.#givenRows = end;
        if (!(await this.#write(rows))) return false;
        this.#keptRows = end;
      }
      this.#refused = undefined;
      return true;
    } finally {
      this.#keepingAgain = false;
    }
  }

  /** Every finding with its event, each source of a record that was met several times as a finding of its own. */
  readAll(): AsyncGenerator<readonly Finding[]> {
    const rows = Uint32Array.from({ length: this.findings.count }, (_, row) => row);
    return this.findings.readSources(rows);
  }

  /** The case as it is kept, findings and judgements apart. */
  record(): CaseRecord {
    const files = this.#files.map((file) =>
      file.hashes?.sha256.state === 'hashing'
        ? { ...file, hashes: { ...file.hashes, sha256: { state: 'waiting' as const } } }
        : file,
    );
    const { scans } = this.evidence;
    return { summary: this.summary(), files, problems: this.#problems, kinds: this.kinds.list, scans };
  }

  summary(): CaseSummary {
    const byLevel = Object.fromEntries(RULE_LEVELS.map((level) => [level, 0])) as Record<RuleLevel, number>;
    const { columns } = this.findings;
    for (let row = 0; row < columns.count; row++) byLevel[RULE_LEVELS[columns.level[row]!]!]++;
    return {
      id: this.id,
      name: this.#name,
      created: this.#created,
      changed: this.#tools.now(),
      files: this.#files.length,
      bytes: this.#files.reduce((sum, file) => sum + file.size, 0),
      records: this.#files.reduce((sum, file) => sum + file.account.recordsRead, 0),
      findings: columns.count,
      byLevel,
      rules: countByRule(this.findings),
    };
  }

  /** Saves files, problems and counts; says so when the store refuses. */
  async save(): Promise<void> {
    const begun = this.#tools.now();
    this.#nextSave = Number.POSITIVE_INFINITY;
    // What is kept of the findings must not be more than what is kept of their files.
    this.#follow();
    const saved = await this.#tools.store.saveCase(this.record());
    const ended = this.#tools.now();
    this.#nextSave = ended + Math.max(SAVE_EVERY_MS, (ended - begun) / SAVE_SHARE);
    if (!saved.ok) this.#refuse(saved.error);
  }

  /** Keeps how much is hidden, for the list of cases; a scan saves anyway, and another tab's case is not ours to save. */
  async #saveCounts(): Promise<void> {
    if (!this.scanning && (await this.#tools.mayWrite?.()) !== false) await this.save();
  }

  /** Handles to the evidence are a convenience: where they cannot be kept, the evidence is dropped again. */
  async #keepRoots(roots: readonly FileSystemHandle[]): Promise<void> {
    this.#roots = [...new Set([...this.#roots, ...roots])];
    await this.#tools.store.saveRoots(this.id, this.#roots);
  }

  /** Work that nobody waits for still tells when it fails. */
  #background(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#tools.notices.show(
        'error',
        `Keeping the case failed: ${error instanceof Error ? error.message : String(error)}`,
        {
          hint: 'What is on screen stays. Export it before you close this tab.',
        },
      );
    });
  }

  async #keep(found: readonly Finding[]): Promise<void> {
    // A file that is read again brings its findings again: they are kept already.
    const findings = found.filter((finding) => !this.findings.knows(finding));
    const isGiven = this.#refused === undefined;
    const kept = isGiven && (await this.#write(findings, this.findings.copiesAmong(findings)));
    this.findings.append(findings);
    if (isGiven) this.#givenRows = this.findings.count;
    this.triage.apply(findings.map((finding) => finding.key));
    await this.hidden.apply(findings);
    if (kept) this.#keptRows = this.findings.count;
    this.findings.refresh();
    if (this.#tools.now() > this.#nextSave) await this.save();
  }

  /** Gives true when the store took the findings; a refusal is noted. */
  async #write(findings: readonly Finding[], copies: ReadonlySet<Finding> = new Set()): Promise<boolean> {
    const kept = await this.#tools.store.appendFindings(this.id, findings, copies);
    if (!kept.ok) this.#refuse(kept.error);
    return kept.ok;
  }

  #refuse(error: Diagnostic): void {
    const isNews = this.#refused === undefined;
    this.#refused = error;
    if (!isNews) return;
    this.#takeProblems([
      {
        code: error.code === 'store-full' ? 'store-full' : 'store-denied',
        severity: 'error',
        detail: error.message,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      },
    ]);
  }

  #account(file: number, part: FileAccount, kinds: readonly EventKindCount[]): void {
    const account = this.#newAccounts.get(file) ?? emptyFileAccount();
    addFileAccount(account, part);
    this.#newAccounts.set(file, account);
    this.#newKinds.push({ file, kinds });
  }

  /** Brings the files up to date with what their slices have said since the last time, and with `progress`. */
  #follow(progress: readonly FileProgress[] = []): void {
    const accounts = [...this.#newAccounts].filter(([file]) => this.#files[file] !== undefined);
    const changed = progress.filter(
      ({ file, state }) => this.#files[file] !== undefined && this.#files[file].state !== state,
    );
    this.#newAccounts.clear();
    const sizes = [...this.#newSizes].filter(([file]) => this.#files[file] !== undefined);
    this.#newSizes.clear();
    if (accounts.length > 0 || changed.length > 0 || sizes.length > 0) {
      const files = [...this.#files];
      for (const [file, size] of sizes) files[file] = { ...files[file]!, size };
      for (const [file, part] of accounts) {
        const account = { ...files[file]!.account };
        addFileAccount(account, part);
        files[file] = { ...files[file]!, account };
      }
      for (const { file, state } of changed) files[file] = { ...files[file]!, state };
      this.#files = files;
    }
    this.kinds.add(this.#newKinds.splice(0));
    this.#takeProblems(this.#freshProblems());
  }

  /** Problems that came since the last call. Reading done files again brings theirs again. */
  #freshProblems(): readonly Problem[] {
    const fresh = this.#newProblems.splice(0);
    return this.#resumed === undefined ? fresh : newProblems(fresh, this.#problems);
  }

  #takeProblems(problems: readonly Problem[]): void {
    if (problems.length === 0) return;
    const room = Math.max(0, MAX_PROBLEMS - this.#problems.length);
    const dropped = problems.length - Math.min(room, problems.length);
    this.#problemsDropped += dropped;
    const all = [...this.#problems.filter((problem) => !isOverflow(problem)), ...problems.slice(0, room)];
    if (this.#problemsDropped > 0) {
      all.push({ code: 'limit-reached', severity: 'warning', count: this.#problemsDropped, detail: OVERFLOW });
    }
    this.#problems = all;
  }

  async #finish(scan: ScanRun, begun: Promise<void>): Promise<void> {
    this.#templates = scan.summary?.templates ?? this.#templates;
    this.#follow();
    const scanned = new Set(scan.files.map((file) => file.number));
    const perFile = this.#findingsPerFile();
    this.#files = this.#files.map((file, at) => {
      const unfinished = scanned.has(at) && (file.state === 'waiting' || file.state === 'scanning');
      const state = unfinished ? (scan.phase === 'failed' ? 'failed' : 'cancelled') : file.state;
      return { ...file, findings: perFile.get(file.path) ?? 0, state };
    });
    if (scan.phase === 'cancelled' && !scan.rowsOnly)
      this.#takeProblems([
        { code: 'cancelled', severity: 'warning', detail: 'The scan was stopped; not every file was read to its end.' },
      ]);
    if (scan.failure !== undefined) this.#takeProblems([{ code: 'internal', severity: 'error', detail: scan.failure }]);
    this.findings.refresh();
    await this.save();
    const outcome = scan.phase === 'done' || scan.phase === 'failed' ? scan.phase : 'cancelled';
    // Its failure is told elsewhere. An end must not be noted before its beginning.
    await begun.catch(() => undefined);
    await this.evidence.end(outcome, scan.files);
  }

  #findingsPerFile(): ReadonlyMap<string, number> {
    const { columns } = this.findings;
    const counts = new Uint32Array(columns.files.length);
    for (let row = 0; row < columns.count; row++) counts[columns.file[row]!]!++;
    return new Map(columns.files.map((file, at) => [file, counts[at]!]));
  }
}

/** What was given, by its top names: the account lists every file. */
function namesOf(intake: Intake): string {
  const tops = [...new Set(intake.files.map(({ path }) => path.split('/')[0] ?? path))];
  return tops.length <= 10 ? tops.join(', ') : `${tops.slice(0, 10).join(', ')} and ${tops.length - 10} more`;
}

const OVERFLOW = 'problems beyond the first 20,000 are counted here and not listed';

function isOverflow(problem: Problem): boolean {
  return problem.code === 'limit-reached' && problem.detail === OVERFLOW;
}
