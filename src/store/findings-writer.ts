// Turns a stream of appends to one case into few, large writes. The first append is written at once, later ones wait for
// company until 100 ms after the last write, so all are on disk well within 250 ms; a block that is still small is written again with more in it instead of leaving crumbs.
// What the database refuses stays here, in order, and goes first at the next append. Knows blocks, not the database.

import { failure, success, type Result } from '../base/result.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Finding } from '../model/finding.ts';
import { BLOCK_FINDINGS, encodeBlock } from './block-codec.ts';
import { randomSeed } from '../base/mask.ts';
import type { BlockRecord } from './schema.ts';
import { CASE_GONE, diagnoseFailure } from './store-failure.ts';

const GATHER_MS = 100;
/** A block below this many bytes is written again when findings come; above, rewriting costs more than a small block. */
const GROWING_BYTES = 256 * 1_024;

type Outcome = Result<undefined, Diagnostic>;

interface Waiter {
  /** Number of findings of the batch up to and including this append. */
  readonly end: number;
  settle(outcome: Outcome): void;
  fail(error: unknown): void;
}

export interface FindingsWriterPorts {
  /** The sequence number after the last block on disk. */
  firstSequence(): Promise<number>;
  /** Writes one block durably, in place of the one with its sequence; `added` are the findings not counted before. Throws. */
  write(block: BlockRecord, added: readonly Finding[]): Promise<void>;
}

export interface FindingsWriter {
  append(findings: readonly Finding[]): Promise<Outcome>;
  /** Writes what is pending now. Settles when nothing is being written; never rejects. */
  flush(): Promise<void>;
  /** Findings that were refused: they are in memory only. */
  unwritten(): readonly Finding[];
  /** Forgets the small block and what was refused: the blocks on disk are gone. */
  reset(): void;
  /** Gives up everything pending: the case is gone. */
  drop(): void;
}

/** Creates the writer of one case. */
export function createFindingsWriter(ports: FindingsWriterPorts): FindingsWriter {
  let pending: Finding[] = [];
  let waiters: Waiter[] = [];
  let refused: Finding[] = [];
  let running: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastWrite = Number.NEGATIVE_INFINITY;
  let sequence: number | undefined;
  /** The last block while it can still grow. */
  let growing: { readonly sequence: number; readonly findings: readonly Finding[] } | undefined;
  let isDropped = false;

  function start(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    running ??= run().finally(() => {
      running = undefined;
      lastWrite = performance.now();
    });
    return running;
  }

  async function run(): Promise<void> {
    while (waiters.length > 0) {
      const batchWaiters = waiters;
      const work = [...refused, ...pending];
      const before = refused.length;
      waiters = [];
      pending = [];
      refused = [];
      const { written, error } = await writeAll(work);
      if (!isDropped) refused = work.slice(written);
      for (const waiter of batchWaiters) {
        if (isDropped) waiter.settle(failure(CASE_GONE));
        else if (error === undefined || before + waiter.end <= written) waiter.settle(success(undefined));
        else settleFailed(waiter, error);
      }
    }
  }

  /** Writes block after block until one is refused. */
  async function writeAll(work: readonly Finding[]): Promise<{ written: number; error: unknown }> {
    let written = 0;
    try {
      sequence ??= await ports.firstSequence();
      while (written < work.length && !isDropped) {
        const head: readonly Finding[] = growing?.findings ?? [];
        const at: number = growing?.sequence ?? sequence;
        const findings = [...head, ...work.slice(written, written + BLOCK_FINDINGS - head.length)];
        const seed = randomSeed();
        const { count, bytes } = encodeBlock(findings, 0, seed);
        const added = work.slice(written, written + count - head.length);
        await ports.write({ sequence: at, count, seed, bytes }, added);
        written += added.length;
        sequence = at + 1;
        const canGrow = count < BLOCK_FINDINGS && bytes.length < GROWING_BYTES;
        growing = canGrow ? { sequence: at, findings: findings.slice(0, count) } : undefined;
      }
    } catch (error) {
      return { written, error };
    }
    return { written, error: undefined };
  }

  return {
    append(findings) {
      if (isDropped) return Promise.resolve(failure(CASE_GONE));
      return new Promise((resolve, reject) => {
        for (const finding of findings) pending.push(finding);
        waiters.push({ end: pending.length, settle: resolve, fail: reject });
        if (running !== undefined) return;
        const wait = lastWrite + GATHER_MS - performance.now();
        if (pending.length >= BLOCK_FINDINGS || wait <= 0) void start();
        else timer ??= setTimeout(() => void start(), wait);
      });
    },
    async flush() {
      await start();
    },
    unwritten: () => [...refused, ...pending],
    reset() {
      growing = undefined;
      refused = [];
    },
    drop() {
      isDropped = true;
      clearTimeout(timer);
      timer = undefined;
      pending = [];
      refused = [];
      for (const waiter of waiters) waiter.settle(failure(CASE_GONE));
      waiters = [];
    },
  };
}

function settleFailed(waiter: Waiter, error: unknown): void {
  try {
    waiter.settle(failure(diagnoseFailure(error)));
  } catch (bug) {
    waiter.fail(bug);
  }
}
