// Compiling dropped rules without holding up the page: one worker per job, ended afterwards, so that a rule set that
// takes too long takes nothing with it. What is compiled how is src/sigma's and src/engine's affair.

import * as Comlink from 'comlink';
import type { CorrelationRule, RuleSet, RuleVerdict } from '../model/rule-set.ts';
import type { RuleSource } from '../model/rule-source.ts';
import { WorkerLost, type WorkerLike } from './worker-handle.ts';

/** A rule file: `pack` is what it came with, `file` its path in there. */
export interface RuleText {
  readonly pack: string;
  readonly file: string;
  readonly text: string | Uint8Array;
}

/** Everything that a scan and the rule screens need of a set of rules. */
export interface CompiledPack {
  readonly program: ArrayBuffer;
  readonly ruleSet: RuleSet;
  /** By rule number; undefined for event rules. */
  readonly correlations: readonly (CorrelationRule | undefined)[];
  readonly sources: readonly RuleSource[];
  /** One per document, also of those that were rejected. */
  readonly verdicts: readonly RuleVerdict[];
}

export interface RuleWorkerApi {
  compile(files: readonly RuleText[]): CompiledPack;
}

/** All of SigmaHQ takes five seconds on a slow machine. */
const COMPILE_LIMIT_MS = 120_000;

/**
 * Compiles rule files in a worker of their own. Rejects with WorkerLost when the worker dies or takes too long, and
 * with the signal's reason when that is aborted.
 */
export async function compileRulesInWorker(
  startWorker: () => WorkerLike | Promise<WorkerLike>,
  files: readonly RuleText[],
  signal?: AbortSignal,
): Promise<CompiledPack> {
  signal?.throwIfAborted();
  const worker = await startWorker();
  const ended = new AbortController();
  try {
    return await new Promise<CompiledPack>((resolve, reject) => {
      const lose = (detail: string): void => reject(new WorkerLost(detail));
      const limit = setTimeout(() => lose(`rules took longer than ${COMPILE_LIMIT_MS / 1_000} s`), COMPILE_LIMIT_MS);
      ended.signal.addEventListener('abort', () => clearTimeout(limit));
      signal?.addEventListener('abort', () => reject(abortReason(signal)), { signal: ended.signal });
      worker.addEventListener('error', () => lose('the rules worker failed'));
      worker.addEventListener('messageerror', () => lose('a message could not be read'));
      Comlink.wrap<RuleWorkerApi>(worker).compile(files).then(resolve, reject);
    });
  } finally {
    ended.abort();
    worker.terminate();
  }
}

/** Answers compile calls at an endpoint. */
export function serveRuleWorker(endpoint: Comlink.Endpoint, compile: RuleWorkerApi['compile']): void {
  Comlink.expose(
    {
      compile: (files) => {
        const pack = compile(files);
        return Comlink.transfer(pack, [pack.program]);
      },
    } satisfies RuleWorkerApi,
    endpoint,
  );
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError');
}
