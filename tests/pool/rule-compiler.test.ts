import { describe, expect, test, vi } from 'vitest';
import { PLAIN_VIEW } from '../../src/model/field-view.ts';
import { startInlineWorker } from '../../src/pool/inline-scanner.ts';
import { openCompiled } from '../../src/pool/compiled-pack.ts';
import {
  compileRulesInWorker,
  serveRuleWorker,
  type CompiledRules,
  type RuleText,
} from '../../src/pool/rule-compiler.ts';
import type { WorkerLike } from '../../src/pool/worker-handle.ts';

const files: RuleText[] = [{ pack: 'mine', file: 'a.yml', text: 'title: A' }];

function packOf(given: readonly RuleText[]): CompiledRules {
  const verdicts = given.map(({ file, text }) => {
    return {
      file,
      document: 0,
      id: '',
      title: String(text),
      verdict: 'rejected',
      reason: '',
      diagnostics: [],
    } as const;
  });
  const ruleSet = { rules: [], predicates: [], views: [PLAIN_VIEW], eventViews: [] };
  return { program: new ArrayBuffer(16), joins: undefined, ruleSet, sources: [{ rule: 0, parts: [] }], verdicts };
}

/** Counts how often its worker is ended. */
function watched(worker: WorkerLike): { readonly worker: WorkerLike; ended: number } {
  const state = { worker, ended: 0 };
  const terminate = worker.terminate.bind(worker);
  worker.terminate = () => {
    state.ended += 1;
    terminate();
  };
  return state;
}

describe('compiling in a worker', () => {
  test('gives what the worker made, and ends it', async () => {
    const state = watched(startInlineWorker((endpoint) => serveRuleWorker(endpoint, packOf)));
    const { pack, bytes } = await compileRulesInWorker(() => state.worker, files);
    // Kept and opened again they are the same.
    expect(await openCompiled(bytes).loadRuleSet()).toEqual(await pack.loadRuleSet());
    expect(() => openCompiled(bytes.subarray(0, bytes.length - 1))).toThrow('cut off');
    expect((await pack.loadProgram()).byteLength).toBe(16);
    // The second copy is whole although the first may have been given away.
    expect((await pack.loadProgram()).byteLength).toBe(16);
    expect(await pack.loadRuleSet()).toEqual({ rules: [], predicates: [], views: [PLAIN_VIEW], eventViews: [] });
    expect(await pack.loadRuleSet()).toBe(await pack.loadRuleSet());
    expect(await pack.loadSources()).toEqual([{ rule: 0, parts: [] }]);
    expect(await pack.loadInfos()).toEqual([]);
    expect(pack.verdicts).toMatchObject([{ file: 'a.yml', title: 'title: A' }]);
    expect(state.ended).toBe(1);
  });

  test('rejects when the compiler throws', async () => {
    const state = watched(
      startInlineWorker((endpoint) =>
        serveRuleWorker(endpoint, () => {
          throw new Error('impossible state');
        }),
      ),
    );
    await expect(compileRulesInWorker(() => state.worker, files)).rejects.toThrow('impossible state');
    expect(state.ended).toBe(1);
  });

  test('can be aborted while the worker says nothing', async () => {
    const state = watched(startInlineWorker(() => undefined));
    const abort = new AbortController();
    const compiling = compileRulesInWorker(() => state.worker, files, abort.signal);
    await Promise.resolve();
    abort.abort();
    await expect(compiling).rejects.toThrow(/abort/i);
    expect(state.ended).toBe(1);
  });

  test('ends a worker that takes too long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const state = watched(startInlineWorker(() => undefined));
      const compiling = compileRulesInWorker(() => state.worker, files);
      const failed = expect(compiling).rejects.toThrow('rules took longer than 120 s');
      await Promise.resolve();
      vi.advanceTimersByTime(120_000);
      await failed;
      expect(state.ended).toBe(1);
    } finally {
      vi.useRealTimers();
    }
  });
});
