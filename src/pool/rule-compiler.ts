// Compiling dropped rules without holding up the page: one worker per job, ended afterwards, so that a rule set that
// takes too long takes nothing with it. What is compiled how is src/sigma's and src/engine's affair.

import * as Comlink from 'comlink';
import type { JoinPlan } from '../model/join-plan.ts';
import type { CorrelationRule, RuleInfo, RuleSet, RuleVerdict } from '../model/rule-set.ts';
import type { RuleSource } from '../model/rule-source.ts';
import { formatJoinPlan } from './join-plan-json.ts';
import { formatRuleSet, parseRuleSet } from './rule-set-json.ts';
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

/**
 * Everything that a scan and the rule screens need of a set of rules. What is large crosses as JSON bytes: as objects
 * 3,700 rules would hold the page for 250 ms, as bytes for none, and each part is parsed when it is asked for (60 ms).
 */
export interface CompiledPack {
  /** A fresh copy each time: it may be transferred. */
  loadProgram(): Promise<ArrayBuffer>;
  /** By rule number; undefined for event rules. */
  loadCorrelations(): Promise<readonly (CorrelationRule | undefined)[]>;
  /** The join plan as JSON text (join-plan-json.ts). */
  loadJoins(): Promise<string>;
  loadInfos(): Promise<readonly RuleInfo[]>;
  loadRuleSet(): Promise<RuleSet>;
  loadSources(): Promise<readonly RuleSource[]>;
  readonly verdicts: readonly RuleVerdict[];
}

interface PackedRules {
  readonly program: ArrayBuffer;
  readonly correlations: readonly (CorrelationRule | undefined)[];
  readonly joins: Uint8Array<ArrayBuffer>;
  readonly infos: Uint8Array<ArrayBuffer>;
  readonly ruleSet: Uint8Array<ArrayBuffer>;
  readonly sources: Uint8Array<ArrayBuffer>;
  readonly verdicts: readonly RuleVerdict[];
}

interface RuleWorkerApi {
  compile(files: readonly RuleText[]): PackedRules;
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
    const packed = await new Promise<PackedRules>((resolve, reject) => {
      const lose = (detail: string): void => reject(new WorkerLost(detail));
      const limit = setTimeout(() => lose(`rules took longer than ${COMPILE_LIMIT_MS / 1_000} s`), COMPILE_LIMIT_MS);
      ended.signal.addEventListener('abort', () => clearTimeout(limit));
      signal?.addEventListener('abort', () => reject(abortReason(signal)), { signal: ended.signal });
      worker.addEventListener('error', () => lose('the rules worker failed'));
      worker.addEventListener('messageerror', () => lose('a message could not be read'));
      Comlink.wrap<RuleWorkerApi>(worker).compile(files).then(resolve, reject);
    });
    return unpackRules(packed);
  } finally {
    ended.abort();
    worker.terminate();
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
        const packed = packRules(compile(files));
        return Comlink.transfer(packed, [
          packed.program,
          packed.joins.buffer,
          packed.infos.buffer,
          packed.ruleSet.buffer,
          packed.sources.buffer,
        ]);
      },
    } satisfies RuleWorkerApi,
    endpoint,
  );
}

function packRules({ program, joins, ruleSet, sources, verdicts }: CompiledRules): PackedRules {
  const encoder = new TextEncoder();
  return {
    program,
    correlations: ruleSet.rules.map((rule) => (rule.kind === 'correlation' ? rule : undefined)),
    joins: encoder.encode(formatJoinPlan(joins)),
    infos: encoder.encode(JSON.stringify(ruleSet.rules.map((rule) => rule.info))),
    ruleSet: encoder.encode(formatRuleSet(ruleSet)),
    sources: encoder.encode(JSON.stringify(sources)),
    verdicts,
  };
}

function unpackRules(packed: PackedRules): CompiledPack {
  const { program, correlations, joins, infos, ruleSet, sources, verdicts } = packed;
  return {
    loadProgram: () => Promise.resolve(program.slice(0)),
    loadCorrelations: () => Promise.resolve(correlations),
    loadJoins: once(joins, (text) => text),
    loadInfos: once(infos, (text) => JSON.parse(text) as readonly RuleInfo[]),
    loadRuleSet: once(ruleSet, parseRuleSet),
    loadSources: once(sources, (text) => JSON.parse(text) as readonly RuleSource[]),
    verdicts,
  };
}

/** Parses when first asked, and lets the bytes go then. */
function once<T>(bytes: Uint8Array, parse: (text: string) => T): () => Promise<T> {
  let pending: Uint8Array | undefined = bytes;
  let value: Promise<T> | undefined;
  return () => {
    if (pending !== undefined) value = Promise.resolve(parse(new TextDecoder().decode(pending)));
    pending = undefined;
    return value!;
  };
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError');
}
