// Takes logs and rule files out of packed files. A log is only found here and stays packed: it is unpacked while it is
// scanned (src/pool). What is neither named like a rule nor starts like an event log is not unpacked at all; a packed
// archive in an archive is, because its directory is at its end.

import { readStreamHead, type OpenStream } from '../base/read-stream.ts';
import type { Problem } from '../model/problem.ts';
import { oddityProblems, entryProblem, lockedProblem } from './archive-problem.ts';
import type { EvidenceFile } from './evidence.ts';
import { statedGzipSize } from './gzip-frame.ts';
import { extensionOf, judgeHead, NEVER_LOGS, formatProblem } from './judge-file.ts';
import { createLimiter } from './limiter.ts';
import { MAX_RULE_BYTES, MAX_UNPACKED_TOTAL, MAX_ZIP_DEPTH, SNIFF_BYTES, SNIFF_PARALLEL } from './limits.ts';
import { openPacked } from './open-packed.ts';
import { createPacer } from './pacer.ts';
import { unpackStream, type Unpacked } from './unpack.ts';
import type { AskPassword, OpenZip, ZipEntry } from './zip.ts';
import { ZipDamage } from './zip-listing.ts';
import { createKeyring, opensWith } from './zip-keys.ts';

export interface PackedPorts {
  readonly openZip: OpenZip | undefined;
  readonly askPassword: AskPassword | undefined;
  readonly maxUnpackedBytes: number;
  /** Counts one more file; false when the walk must end. */
  enter(): boolean;
  /** Whether a file is looked into; counts it as skipped when not. */
  looksInto(path: string): boolean;
  addLog(rank: number, log: EvidenceFile, head: Uint8Array): void;
  /** Whether one more rule file is taken; asked before it is unpacked. */
  wantsRule(): boolean;
  addRule(rule: EvidenceFile): void;
  report(rank: number, problem: Problem): void;
  skip(path: string): void;
}

/** A packed file or an archive, as the walk or another archive gave it. */
export interface Container {
  readonly path: string;
  readonly blob: Blob;
  readonly lastModified: number;
  readonly rank: number;
  /** The user chose it itself. */
  readonly chosen: boolean;
  /** Archives around it. */
  readonly depth: number;
}

export interface PackedTaker {
  takeGzip(container: Container): Promise<void>;
  takeZip(container: Container): Promise<void>;
}

/** What is to be done for an entry once all have been looked at, so that their order is that of the archive. */
type Outcome = (() => Promise<void>) | undefined;

/** Creates the taker of one drop. */
export function createPackedTaker(ports: PackedPorts): PackedTaker {
  let budget = MAX_UNPACKED_TOTAL;
  let queue: Promise<unknown> = Promise.resolve();
  const keyring = createKeyring(ports.askPassword);

  /** Unpacks into a temporary Blob, one at a time, so that their total stays below its ceiling. */
  async function unpack(open: OpenStream, most: number): Promise<Unpacked> {
    const turn = queue.then(async () => {
      const unpacked = await unpackStream(open, Math.min(most, budget));
      budget -= unpacked.blob.size;
      return unpacked;
    });
    queue = turn;
    return turn;
  }

  /** Unpacks a rule file; one that is damaged or larger than any rule file is reported. */
  async function takeRule(rule: Pick<EvidenceFile, 'path' | 'lastModified'>, open: OpenStream, rank: number) {
    const { blob, end } = await unpack(open, MAX_RULE_BYTES);
    if (end === 'whole') ports.addRule({ ...rule, blob, size: blob.size });
    else {
      const what = end === 'limit' ? 'too large for a rule file; left out' : 'packed data is damaged; left out';
      ports.report(rank, entryProblem(end === 'limit' ? 'archive-limit' : 'archive-damaged', rule.path, what));
    }
  }

  async function takeGzip({ path, blob, lastModified, rank, chosen }: Container): Promise<void> {
    const log = { path: path.replace(/\.gz$/i, ''), lastModified };
    const open: OpenStream = () => openPacked({ form: 'gzip', blob, size: 0 });
    const { head, isDamaged } = await readStreamHead(open, SNIFF_BYTES);
    const size = head.length < SNIFF_BYTES ? head.length : Math.max(head.length, await statedGzipSize(blob));
    const verdict = judgeHead(log.path, head, size, false);
    if (verdict.kind === 'log') {
      ports.addLog(rank, { ...log, blob: new Blob([]), size, packed: { form: 'gzip', blob, size } }, head);
    } else if (isDamaged && (chosen || extensionOf(log.path) === 'evtx')) {
      ports.report(rank, entryProblem('archive-damaged', path, 'packed data is damaged; nothing could be read'));
    } else if (verdict.kind === 'problem' && verdict.problem.code === 'file-too-small') {
      ports.report(rank, verdict.problem);
    } else if (chosen || /\.(evtx|tar)\.gz$|\.tgz$/i.test(path)) {
      // Folders of rotated text logs hold hundreds of .gz; only those that promise an event log or a folder get a line.
      ports.report(rank, formatProblem(path, 'gzip'));
    } else ports.skip(log.path);
  }

  /** Looks at one entry; gives what to do, or `locked` when the key does not open it. */
  async function judgeEntry(entry: ZipEntry, key: string | undefined, outer: Container): Promise<Outcome | 'locked'> {
    const { rank } = outer;
    const path = `${outer.path}/${entry.path}`;
    const extension = extensionOf(entry.path);
    const isNamedLog = extension === 'evtx';
    const report =
      (problem: Problem): Outcome =>
      () => {
        ports.report(rank, problem);
        return Promise.resolve();
      };
    const skip: Outcome = () => {
      ports.skip(path);
      return Promise.resolve();
    };
    if (entry.unknownMethod !== undefined) {
      if (!isNamedLog && extension !== 'zip') return skip;
      return report(entryProblem('archive-method', path, `packed with ${entry.unknownMethod}, which is not read here`));
    }
    if (isRuleName(extension)) {
      if (!ports.wantsRule()) return skip;
      return () => takeRule({ path, lastModified: entry.lastModified }, () => entry.stream(key, 'verified'), rank);
    }
    const { head, isDamaged } = await readStreamHead(() => entry.stream(key), SNIFF_BYTES);
    if (isDamaged && key !== undefined && !(await opensWith(entry, key))) return 'locked';
    const size = head.length < SNIFF_BYTES && !isDamaged ? head.length : Math.max(entry.size, head.length);
    const verdict = judgeHead(path, head, isDamaged && head.length === 0 ? 0 : size, false);
    switch (verdict.kind) {
      case 'log':
        return async () => {
          const content = await entry.content(key);
          const log = { path, lastModified: entry.lastModified };
          // What is only stored is a log like any other: a piece of the archive.
          if (content instanceof Blob) ports.addLog(rank, { ...log, blob: content, size: content.size }, head);
          else ports.addLog(rank, { ...log, blob: new Blob([]), size: content.size, packed: content }, head);
        };
      case 'zip':
      case 'gzip':
        return () => takeInner(entry, key, verdict.kind, { ...outer, path, lastModified: entry.lastModified });
      case 'problem':
        if (!isDamaged) return report(verdict.problem);
        return report(entryProblem('archive-damaged', path, 'packed data is damaged; nothing could be read'));
      case 'case-file':
      case 'skipped':
        return skip;
    }
  }

  async function takeInner(
    entry: ZipEntry,
    key: string | undefined,
    kind: 'zip' | 'gzip',
    outer: Container,
  ): Promise<void> {
    const { path, rank } = outer;
    const depth = outer.depth + 1;
    if (depth >= MAX_ZIP_DEPTH) {
      ports.report(
        rank,
        entryProblem('archive-too-deep', path, `more than ${MAX_ZIP_DEPTH} archives deep; not opened`),
      );
      return;
    }
    let content = await entry.content(key);
    if (!(content instanceof Blob)) {
      const packed = content;
      const { blob, end } = await unpack(() => openPacked(packed), ports.maxUnpackedBytes);
      if (end === 'limit')
        ports.report(rank, entryProblem('archive-limit', path, `only its first ${blob.size} bytes are read`));
      if (end === 'damaged')
        ports.report(rank, entryProblem('archive-damaged', path, `only its first ${blob.size} bytes are read`));
      content = blob;
    }
    const inner: Container = { ...outer, blob: content, chosen: false, depth };
    await (kind === 'zip' ? takeZip(inner) : takeGzip(inner));
  }

  /** Looks at entries a few at a time; gives those that the key does not open. */
  async function takeEntries(
    entries: readonly ZipEntry[],
    key: string | undefined,
    outer: Container,
  ): Promise<readonly ZipEntry[]> {
    const limiter = createLimiter(SNIFF_PARALLEL);
    const pace = createPacer();
    const outcomes: Outcome[] = [];
    const locked: ZipEntry[] = [];
    for (const [place, entry] of entries.entries()) {
      await pace();
      await limiter.start(async () => {
        const outcome = await judgeEntry(entry, key, outer);
        if (outcome === 'locked') locked.push(entry);
        else outcomes[place] = outcome;
      });
    }
    await limiter.idle();
    for (const [place, outcome] of outcomes.entries()) {
      await pace();
      try {
        await outcome?.();
      } catch (error) {
        // Anything else is a bug of ours. A DOMException: the archive has vanished meanwhile.
        if (!(error instanceof ZipDamage || error instanceof DOMException)) throw error;
        const path = `${outer.path}/${entries[place]!.path}`;
        ports.report(outer.rank, entryProblem('archive-damaged', path, error.message));
      }
    }
    return locked;
  }

  async function takeZip(container: Container): Promise<void> {
    const { path, rank } = container;
    if (ports.openZip === undefined) {
      ports.report(rank, formatProblem(path, 'zip'));
      return;
    }
    let archive;
    try {
      archive = await ports.openZip(container.blob);
    } catch {
      ports.report(rank, entryProblem('archive-damaged', path, 'no directory of entries can be found in this zip'));
      return;
    }
    for (const problem of oddityProblems(path, archive.oddities)) ports.report(rank, problem);
    const open: ZipEntry[] = [];
    const encrypted: ZipEntry[] = [];
    for (const entry of archive.entries) {
      if (!ports.enter()) break;
      const inner = `${path}/${entry.path}`;
      const extension = extensionOf(entry.path);
      if (NEVER_LOGS.has(extension)) ports.skip(inner);
      else if (!isRuleName(extension) && !ports.looksInto(inner)) continue;
      else if (entry.isEncrypted) encrypted.push(entry);
      else open.push(entry);
    }
    await takeEntries(open, undefined, container);
    let shut: readonly ZipEntry[] = encrypted;
    while (shut.length > 0) {
      const key = await keyring.keyFor(path, shut);
      if (key === undefined) {
        ports.report(rank, lockedProblem(path, shut));
        break;
      }
      shut = await takeEntries(shut, key, container);
    }
  }

  return { takeGzip, takeZip };
}

function isRuleName(extension: string): boolean {
  return extension === 'yml' || extension === 'yaml';
}
