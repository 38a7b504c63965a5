// Takes logs and rule files out of packed files. One is unpacked at a time, so that their total stays below its ceiling;
// what is neither named like a rule nor starts like an event log is not unpacked at all.

import type { Problem } from '../model/problem.ts';
import type { EvidenceFile } from './evidence.ts';
import { extensionOf, NEVER_LOGS, packedProblem } from './judge-file.ts';
import { MAX_RULE_BYTES, MAX_UNPACKED_TOTAL, SNIFF_BYTES } from './limits.ts';
import { createPacer } from './pacer.ts';
import { sniffFormat } from './sniff.ts';
import { gunzipStream, readStreamHead, unpackStream, type OpenStream, type Unpacked } from './unpack.ts';
import type { OpenZip } from './zip.ts';

export interface PackedPorts {
  readonly openZip: OpenZip | undefined;
  readonly maxUnpackedBytes: number;
  /** Counts one more file; false when the walk must end. */
  enter(): boolean;
  addLog(rank: number, log: EvidenceFile, head: Uint8Array): void;
  /** Whether one more rule file is taken; asked before it is unpacked. */
  wantsRule(): boolean;
  addRule(rule: EvidenceFile): void;
  report(rank: number, problem: Problem): void;
  skip(path: string): void;
}

export interface PackedTaker {
  takeGzip(path: string, file: File, rank: number, chosen: boolean): Promise<void>;
  takeZip(path: string, file: File, rank: number): Promise<void>;
}

/** Creates the taker of one drop. */
export function createPackedTaker(ports: PackedPorts): PackedTaker {
  let budget = MAX_UNPACKED_TOTAL;
  let queue: Promise<unknown> = Promise.resolve();

  /** Unpacks a stream if it starts like an event log; otherwise reports `refusal`, or counts the file. */
  async function takeStream(
    log: Pick<EvidenceFile, 'path' | 'lastModified'>,
    open: OpenStream,
    rank: number,
    refusal: Problem | undefined,
  ): Promise<void> {
    const head = await readStreamHead(open, SNIFF_BYTES);
    const format = sniffFormat(head);
    if (format !== 'evtx' && format !== 'evtx-headless') {
      if (refusal === undefined) ports.skip(log.path);
      else ports.report(rank, refusal);
      return;
    }
    const turn = queue.then(() => unpack(open));
    queue = turn;
    const { blob, end, limit } = await turn;
    const problem = problemOf(log.path, blob.size, end, limit);
    if (problem !== undefined) ports.report(rank, problem);
    if (blob.size >= 4_096) ports.addLog(rank, { ...log, blob, size: blob.size }, head);
  }

  /** Unpacks a rule file; one that is damaged or larger than any rule file is reported. */
  async function takeRule(rule: Pick<EvidenceFile, 'path' | 'lastModified'>, open: OpenStream, rank: number) {
    const turn = queue.then(() => unpack(open, MAX_RULE_BYTES));
    queue = turn;
    const { blob, end } = await turn;
    if (end === 'whole') ports.addRule({ ...rule, blob, size: blob.size });
    else
      ports.report(rank, {
        code: end === 'limit' ? 'limit-reached' : 'file-unreadable',
        severity: 'warning',
        file: rule.path,
        detail: end === 'limit' ? 'too large for a rule file; left out' : 'packed data is damaged; left out',
      });
  }

  async function unpack(open: OpenStream, most = ports.maxUnpackedBytes): Promise<Unpacked & { limit: number }> {
    const limit = Math.min(most, budget);
    const unpacked = await unpackStream(open, limit);
    budget -= unpacked.blob.size;
    return { ...unpacked, limit };
  }

  return {
    async takeGzip(path, file, rank, chosen) {
      const log = { path: path.replace(/\.gz$/i, ''), lastModified: file.lastModified };
      // Folders of rotated text logs hold hundreds of .gz; only those that promise an event log or a folder get a line.
      const refusal = chosen || /\.(evtx|tar)\.gz$|\.tgz$/i.test(path) ? packedProblem(path, 'gzip') : undefined;
      await takeStream(log, () => gunzipStream(file), rank, refusal);
    },

    async takeZip(path, file, rank) {
      if (ports.openZip === undefined) {
        ports.report(rank, packedProblem(path, 'zip'));
        return;
      }
      let entries;
      try {
        entries = await ports.openZip(file);
      } catch {
        ports.report(rank, { ...packedProblem(path, 'zip'), detail: 'damaged zip archive' });
        return;
      }
      const pace = createPacer();
      for (const entry of entries) {
        if (!ports.enter()) return;
        await pace();
        const inner = `${path}/${entry.path}`;
        const extension = extensionOf(entry.path);
        const isRule = extension === 'yml' || extension === 'yaml';
        if (isRule && !entry.isLocked && ports.wantsRule()) {
          await takeRule({ path: inner, lastModified: entry.lastModified }, () => entry.stream(), rank);
        } else if (entry.isLocked && extension === 'evtx') {
          ports.report(rank, { ...packedProblem(inner, 'zip'), detail: 'protected by a password' });
        } else if (isRule || entry.isLocked || NEVER_LOGS.has(extension)) {
          ports.skip(inner);
        } else {
          const refusal: Problem = {
            code: 'file-not-evtx',
            severity: 'warning',
            file: inner,
            detail: 'not an event log',
          };
          const log = { path: inner, lastModified: entry.lastModified };
          await takeStream(log, () => entry.stream(), rank, extension === 'evtx' ? refusal : undefined);
        }
      }
    },
  };
}

function problemOf(path: string, size: number, end: Unpacked['end'], limit: number): Problem | undefined {
  switch (end) {
    case 'limit':
      return {
        code: 'limit-reached',
        severity: 'error',
        file: path,
        detail: `unpacks to more than ${String(limit)} bytes; only that much is read`,
        hint: 'Unpack it on disk and drop the folder.',
      };
    case 'damaged':
      return {
        code: 'file-unreadable',
        severity: 'warning',
        file: path,
        detail: `packed data is damaged; the first ${String(size)} bytes are read`,
        hint: 'Copy the archive again if its source still exists.',
      };
    case 'whole':
      if (size >= 4_096) return undefined;
      return {
        code: 'file-too-small',
        severity: 'warning',
        file: path,
        detail: `cut off after ${String(size)} bytes, within the file header`,
        hint: 'Acquire the log again: no event is in this copy.',
      };
  }
}
