// Compiling dropped rules without holding up the page: one worker per job, ended afterwards, so that a rule set that
// takes too long takes nothing with it. What is compiled how is src/sigma's and src/engine's affair.

import * as Comlink from 'comlink';
import type { JoinPlan } from '../model/join-plan.ts';
import type { RuleSet, RuleVerdict } from '../model/rule-set.ts';
import type { RuleSource } from '../model/rule-source.ts';
import { encodeCompiled, openCompiled, type CompiledPack } from './compiled-pack.ts';
import { formatJoinPlan } from './join-plan-json.ts';
import { formatCorrelations, formatRuleSet } from './rule-set-json.ts';
import { WorkerLost, type WorkerLike } from './worker-handle.ts';

/** A rule file: `pack` is what it came with, `file` its path in there. */
export interface RuleText {
  readonly pack: string;
  readonly file: string;
  readonly text: string | Uint8Array;
}

/** What a compiler makes of rule files. */
export interface CompiledRules {
  readonly program: ArrayBuffer;
  /** The join plan that belongs to the program. */
  readonly joins: JoinPlan | undefined;
  readonly ruleSet: RuleSet;
  readonly sources: readonly RuleSource[];
  /** One per document, also of those that were rejected. */
  readonly verdicts: readonly RuleVerdict[];
}

export type { CompiledPack } from './compiled-pack.ts';

/** Compiled rules, opened, and as the bytes to keep (compiled-pack.ts). */
export interface CompiledInWorker {
  readonly pack: CompiledPack;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The calls that the rules worker answers. */
export interface RuleWorkerApi {
  compile(files: readonly RuleText[]): Uint8Array<ArrayBuffer>;
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
): Promise<CompiledInWorker> {
  signal?.throwIfAborted();
  const worker = await startWorker();
  try {
    const bytes = await askCompiler(worker, Comlink.wrap(worker), files, COMPILE_LIMIT_MS, signal);
    return { pack: openCompiled(bytes), bytes };
  } finally {
    worker.terminate();
  }
}

/**
 * Asks a started rules worker once. Rejects with WorkerLost when it dies or takes longer than the limit, and with the
 * signal's reason when that is aborted; the state of the worker is unknown then.
 */
export async function askCompiler(
  worker: WorkerLike,
  api: Comlink.Remote<RuleWorkerApi>,
  files: readonly RuleText[],
  limitMs: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const ended = new AbortController();
  try {
    return await new Promise<Uint8Array<ArrayBuffer>>((resolve, reject) => {
      const lose = (detail: string): void => reject(new WorkerLost(detail));
      const until = { signal: ended.signal };
      const limit = setTimeout(() => lose(`rules took longer than ${limitMs / 1_000} s`), limitMs);
      ended.signal.addEventListener('abort', () => clearTimeout(limit));
      signal?.addEventListener('abort', () => reject(abortReason(signal)), until);
      worker.addEventListener('error', () => lose('the rules worker failed'), until);
      worker.addEventListener('messageerror', () => lose('a message could not be read'), until);
      api.compile(files).then(resolve, reject);
    });
  } finally {
    ended.abort();
  }
}

/** Answers compile calls at an endpoint. */
export function serveRuleWorker(
  endpoint: Comlink.Endpoint,
  compile: (files: readonly RuleText[]) => CompiledRules,
): void {
  Comlink.expose(
    {
      compile: (files) => {
        const bytes = packRules(compile(files));
        return Comlink.transfer(bytes, [bytes.buffer]);
      },
    } satisfies RuleWorkerApi,
    endpoint,
  );
}

function packRules({ program, joins, ruleSet, sources, verdicts }: CompiledRules): Uint8Array<ArrayBuffer> {
  return encodeCompiled({
    program: new Uint8Array(program),
    correlations: formatCorrelations(ruleSet),
    joins: formatJoinPlan(joins),
    infos: JSON.stringify(ruleSet.rules.map((rule) => rule.info)),
    ruleSet: formatRuleSet(ruleSet),
    sources: JSON.stringify(sources),
    verdicts: JSON.stringify(verdicts),
  });
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError');
}
