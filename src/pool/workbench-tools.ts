// What the workbench asks of the compiler and the interpreter, over a checker that stays (rule-checker.ts).

import type { EventElement } from '../model/event.ts';
import type { Explanation } from '../model/explanation.ts';
import type { EventRule, RuleSet } from '../model/rule-set.ts';
import type { RuleSource } from '../model/rule-source.ts';
import type { CompiledPack } from './compiled-pack.ts';
import { createRuleChecker } from './rule-checker.ts';
import type { RuleText } from './rule-compiler.ts';
import type { WorkerLike } from './worker-handle.ts';

/** The interpreter's word (src/sigma/interpret/explain.ts). */
export type ExplainMatch = (set: RuleSet, rule: EventRule, event: EventElement, source?: RuleSource) => Explanation;

/** Documents that name other rules: they are judged beside the shipped ones. */
const NAMES_OTHERS = /^(correlation|filter):/m;

/** Gives the tools; their worker starts with the first text. */
export function createWorkbenchTools(
  startWorker: () => WorkerLike | Promise<WorkerLike>,
  loadShippedTexts: () => Promise<readonly RuleText[]>,
  explainMatch: ExplainMatch,
) {
  const checker = createRuleChecker(startWorker);
  const pack = 'workbench';
  return {
    async check(text: string) {
      const own = { pack, file: 'rule.yml', text };
      const compiled = await checker.check([own]);
      if (!NAMES_OTHERS.test(text)) return { pack: compiled, verdicts: compiled.verdicts };
      const { verdicts } = await checker.check([...(await loadShippedTexts()), own]);
      return { pack: compiled, verdicts: verdicts.slice(-compiled.verdicts.length) };
    },
    async explain(compiled: CompiledPack, event: EventElement) {
      const [set, sources] = await Promise.all([compiled.loadRuleSet(), compiled.loadSources()]);
      return set.rules.flatMap((rule, number) => {
        if (rule.kind !== 'event') return [];
        const source = sources.find((each) => each.rule === number);
        return [{ info: rule.info, explanation: explainMatch(set, rule, event, source) }];
      });
    },
    dispose: (): void => checker.dispose(),
  };
}
