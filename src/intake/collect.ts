// Gathers what a walk finds into an Intake: judges files a few at a time, unpacks what can be unpacked, recognises the
// same log met twice, gives every log a path of its own. Knows nothing of drops, entries and handles.

import type { Problem } from '../model/problem.ts';
import type { EvidenceFile, Intake } from './evidence.ts';
import { FreePaths } from './free-paths.ts';
import { extensionOf, judgeFile, NEVER_LOGS, unreadableProblem } from './judge-file.ts';
import { createLimiter } from './limiter.ts';
import { HEADS_PARALLEL, MAX_ENTRIES, MAX_RULE_FILES, MAX_UNNAMED_SNIFFS, MAX_UNPACKED_BYTES } from './limits.ts';
import type { PackedPorts, PackedTaker } from './packed.ts';
import { createProblemList } from './problem-list.ts';
import { createHeadReader } from './read-heads.ts';
import { contentKeyOf, KeptLogs } from './same-content.ts';
import type { AskPassword, OpenZip } from './zip.ts';

export interface IntakeOptions {
  /** Reads zips; without it a zip is reported with the advice to unpack it. */
  readonly openZip?: OpenZip;
  /** Asks for the password of an archive; without it an archive that `infected` does not open stays locked. */
  readonly askPassword?: AskPassword;
  /** Stops the walk; what was found until then is the intake. */
  readonly signal?: AbortSignal;
  /** Told how many files were looked at, at most once per 100 files. */
  readonly onProgress?: (filesSeen: number) => void;
  /** Ceiling per compressed file in bytes; the default is 8 GiB. */
  readonly maxUnpackedBytes?: number;
  /** Ceiling of files and folders per drop; the default is 500,000. */
  readonly maxEntries?: number;
}

/** A file that a walk came across, not opened yet. */
export interface Candidate {
  readonly path: string;
  /** True for what the user dropped or picked itself, false for members of folders. */
  readonly chosen: boolean;
  load(): File | Promise<File>;
}

export interface Collector {
  /** Counts one file or folder; false when the walk must end (limit or abort). */
  enter(): boolean;
  /** Takes a file in; settles when it is being looked at. */
  add(candidate: Candidate): Promise<void>;
  report(problem: Problem): void;
  finish(roots?: readonly FileSystemHandle[]): Promise<Intake>;
}

interface FoundLog extends EvidenceFile {
  readonly order: number;
  readonly contentKey: string;
}

/** Creates a collector for one drop. */
export function createCollector(options: IntakeOptions = {}): Collector {
  const limiter = createLimiter(HEADS_PARALLEL);
  const readHead = createHeadReader();
  const problems = createProblemList();
  const skipped = new Map<string, number>();
  const found: FoundLog[] = [];
  const ruleFiles: EvidenceFile[] = [];
  const caseFiles: File[] = [];
  const maxEntries = options.maxEntries ?? MAX_ENTRIES;
  let entries = 0;
  let order = 0;
  let unnamedSniffs = 0;
  let unopened = 0;

  const skip = (path: string) => {
    const extension = extensionOf(path);
    skipped.set(extension, (skipped.get(extension) ?? 0) + 1);
  };

  /** Files that are not named like logs or containers are opened up to a number; the rest is counted. */
  function looksInto(path: string): boolean {
    const extension = extensionOf(path);
    const isNamed = extension.startsWith('ev') || extension === 'gz' || extension === 'zip';
    if (isNamed || ++unnamedSniffs <= MAX_UNNAMED_SNIFFS) return true;
    unopened++;
    skip(path);
    return false;
  }

  const ports: PackedPorts = {
    openZip: options.openZip,
    askPassword: options.askPassword,
    maxUnpackedBytes: options.maxUnpackedBytes ?? MAX_UNPACKED_BYTES,
    enter: () => collector.enter(),
    looksInto,
    addLog,
    wantsRule: () => ruleFiles.length < MAX_RULE_FILES,
    addRule: (rule) => ruleFiles.push(rule),
    report: (rank, problem) => problems.add(rank, problem),
    skip,
  };
  let taker: Promise<PackedTaker> | undefined;
  /** Loaded when the first packed file is met. */
  const packed = (): Promise<PackedTaker> =>
    (taker ??= import('./packed.ts').then(({ createPackedTaker }) => createPackedTaker(ports)));

  async function take(candidate: Candidate, rank: number): Promise<void> {
    const { path, chosen } = candidate;
    const extension = extensionOf(path);
    if (!chosen && NEVER_LOGS.has(extension)) {
      skip(path);
      return;
    }
    const isRule = extension === 'yml' || extension === 'yaml';
    if (!chosen && !isRule && !looksInto(path)) return;
    let file: File;
    try {
      file = await candidate.load();
    } catch (error) {
      problems.add(rank, unreadableProblem(path, error, chosen || extension === 'evtx'));
      return;
    }
    if (isRule) {
      if (ruleFiles.length < MAX_RULE_FILES) ruleFiles.push(evidenceOf(path, file, file.lastModified));
      else skip(path);
      return;
    }
    const verdict = await judgeFile(path, file, chosen, readHead);
    switch (verdict.kind) {
      case 'log':
        addLog(rank, evidenceOf(path, file, file.lastModified), verdict.head);
        break;
      case 'gzip':
        await (await packed()).takeGzip({ path, blob: file, lastModified: file.lastModified, rank, chosen, depth: 0 });
        break;
      case 'zip':
        await (await packed()).takeZip({ path, blob: file, lastModified: file.lastModified, rank, chosen, depth: 0 });
        break;
      case 'case-file':
        caseFiles.push(file);
        break;
      case 'problem':
        problems.add(rank, verdict.problem);
        break;
      case 'skipped':
        skip(path);
        break;
    }
  }

  function addLog(rank: number, log: EvidenceFile, head: Uint8Array): void {
    found.push({ ...log, order: rank, contentKey: contentKeyOf(log.size, head) });
  }

  /** Drops logs whose bytes are already there, and makes the paths of the others unique. */
  async function settleLogs(): Promise<EvidenceFile[]> {
    const files: EvidenceFile[] = [];
    const keptLogs = new KeptLogs();
    const paths = new FreePaths();
    for (const { order: rank, contentKey, ...log } of found.sort((a, b) => a.order - b.order)) {
      const keep = (): EvidenceFile => {
        const kept = { ...log, path: paths.take(log.path) };
        files.push(kept);
        return kept;
      };
      const original = await keptLogs.findOrKeep(contentKey, log, keep);
      if (original !== undefined) {
        problems.add(rank, {
          code: 'file-duplicate',
          severity: 'info',
          file: log.path,
          detail: `the same bytes as ${original.path}; read once`,
        });
      }
    }
    return files;
  }

  const collector: Collector = {
    enter() {
      if (options.signal?.aborted === true) return false;
      if (entries++ < maxEntries) {
        if (entries % 100 === 0) options.onProgress?.(entries);
        return true;
      }
      if (entries === maxEntries + 1) {
        problems.add(order, {
          code: 'limit-reached',
          severity: 'error',
          detail: `more than ${String(maxEntries)} files and folders; the rest was not looked at`,
          hint: 'Drop the folder that holds the logs (Windows\\System32\\winevt\\Logs).',
        });
      }
      return false;
    },
    async add(candidate) {
      const rank = order++;
      await limiter.start(() => take(candidate, rank));
    },
    report: (problem) => problems.add(order, problem),
    async finish(roots = []) {
      await limiter.idle();
      const files = await settleLogs();
      if (unopened > 0) {
        problems.add(order, {
          code: 'limit-reached',
          severity: 'info',
          count: unopened,
          detail: 'files of other kinds were counted without a look inside',
          hint: 'If logs were renamed, drop the folder that holds them.',
        });
      }
      options.onProgress?.(entries);
      return { files, problems: problems.finish(), skipped, ruleFiles, caseFiles, roots };
    },
  };
  return collector;
}

function evidenceOf(path: string, blob: Blob, lastModified: number): EvidenceFile {
  return { path, blob, size: blob.size, lastModified };
}
