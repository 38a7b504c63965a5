// Compiles the text of one rule again and again while it is written: one worker that stays, one job at a time, and of the
// texts that come meanwhile only the newest. A text that takes too long costs its worker and nothing else.

import * as Comlink from 'comlink';
import { openCompiled, type CompiledPack } from './compiled-pack.ts';
import { askCompiler, type RuleText, type RuleWorkerApi } from './rule-compiler.ts';
import type { WorkerLike } from './worker-handle.ts';

export interface RuleChecker {
  /** Rejects with an AbortError when a newer text took over, with WorkerLost when the text cannot be compiled in time. */
  check(files: readonly RuleText[]): Promise<CompiledPack>;
  dispose(): void;
}

interface Job {
  readonly files: readonly RuleText[];
  readonly resolve: (pack: CompiledPack) => void;
  readonly reject: (reason: Error) => void;
}

/** A rule compiles in milliseconds; one that takes longer than this is an accident or an attack. */
const LIMIT_MS = 15_000;

/** Gives a checker; its worker starts with the first text. */
export function createRuleChecker(startWorker: () => WorkerLike | Promise<WorkerLike>): RuleChecker {
  // One proxy for the worker's life: one that is collected as garbage would end the conversation for all.
  let worker: Promise<{ readonly started: WorkerLike; readonly api: Comlink.Remote<RuleWorkerApi> }> | undefined;
  let running = false;
  let waiting: Job | undefined;
  let isOver = false;

  const stopWorker = (): void => {
    void worker?.then(({ started }) => started.terminate()).catch(() => undefined);
    worker = undefined;
  };
  const compile = async (files: readonly RuleText[]): Promise<CompiledPack> => {
    worker ??= Promise.resolve(startWorker()).then((started) => ({ started, api: Comlink.wrap(started) }));
    const { started, api } = await worker;
    try {
      return openCompiled(await askCompiler(started, api, files, LIMIT_MS));
    } catch (error) {
      // Its state is unknown: the next text gets a fresh one.
      stopWorker();
      throw error;
    }
  };
  const next = async (job: Job): Promise<void> => {
    running = true;
    try {
      job.resolve(await compile(job.files));
    } catch (error) {
      job.reject(error instanceof Error ? error : new Error(String(error)));
    }
    running = false;
    const following = waiting;
    waiting = undefined;
    if (following !== undefined && !isOver) await next(following);
  };

  return {
    check: (files) =>
      new Promise((resolve, reject) => {
        const job = { files, resolve, reject };
        if (isOver) reject(overtaken());
        else if (running) {
          waiting?.reject(overtaken());
          waiting = job;
        } else void next(job);
      }),
    dispose() {
      isOver = true;
      waiting?.reject(overtaken());
      waiting = undefined;
      stopWorker();
    },
  };
}

function overtaken(): DOMException {
  return new DOMException('a newer text is compiled', 'AbortError');
}
