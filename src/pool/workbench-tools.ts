// What the workbench asks of the compiler, the engine and the interpreter, over a checker that stays (rule-checker.ts).

import type { EventElement } from '../model/event.ts';
import type { EventRoute, RuleTrial } from '../model/event-search.ts';
import type { Explanation } from '../model/explanation.ts';
import type { EventRule, RuleInfo, RuleSet } from '../model/rule-set.ts';
import type { RuleSource } from '../model/rule-source.ts';
import type { CompiledPack } from './compiled-pack.ts';
import { formatJoinPlan, parseJoinPlan } from './join-plan-json.ts';
import { createRuleChecker } from './rule-checker.ts';
import type { RuleText } from './rule-compiler.ts';
import { countedRules, silenceParts, type SilenceProgram } from './silenced-parts.ts';
import type { WorkerLike } from './worker-handle.ts';

/** The other rooms' parts in it. */
export interface TrialTools {
  /** The interpreter's word (src/sigma/interpret/explain.ts). */
  readonly explainMatch: (set: RuleSet, rule: EventRule, event: EventElement, source?: RuleSource) => Explanation;
  /** The engine's (src/engine). */
  readonly silenceProgram: SilenceProgram;
  readonly listRoutes: (program: ArrayBuffer) => readonly EventRoute[];
}

/** Documents that name other rules: they are compiled beside the shipped ones. */
const NAMES_OTHERS = /^(correlation|filter):/m;
const PACK = 'workbench';
const FILE = 'workbench.yml';

/** Gives the tools; their worker starts with the first text. */
export function createWorkbenchTools(
  startWorker: () => WorkerLike | Promise<WorkerLike>,
  loadShippedTexts: () => Promise<readonly RuleText[]>,
  { explainMatch, silenceProgram, listRoutes }: TrialTools,
) {
  const checker = createRuleChecker(startWorker);
  const isOwn = ({ pack }: RuleInfo): boolean => pack === PACK;
  return {
    async check(text: string) {
      const own = { pack: PACK, file: FILE, text };
      const shipped = NAMES_OTHERS.test(text) ? await loadShippedTexts() : [];
      const pack = await checker.check([...shipped, own]);
      return { pack, verdicts: pack.verdicts.filter(({ file }) => file === FILE) };
    },
    async loadTrial(pack: CompiledPack) {
      const { rules } = await pack.loadRuleSet();
      const parts = silenceParts(pack, (info) => !isOwn(info), silenceProgram);
      const [program, correlations, joins] = await Promise.all([
        parts.loadProgram(),
        parts.loadCorrelations(),
        parts.loadJoins(),
      ]);
      const trial: RuleTrial = {
        program,
        routes: listRoutes(program),
        correlations: correlations.map((rule) => rule && { ...rule, generates: isOwn(rule.info) }),
        joins: showAll(joins),
      };
      return { trial, rules: rules.filter(({ info }) => isOwn(info)) };
    },
    async explain(pack: CompiledPack, event: EventElement) {
      const [set, sources, correlations] = await Promise.all([
        pack.loadRuleSet(),
        pack.loadSources(),
        pack.loadCorrelations(),
      ]);
      const others = new Set(set.rules.flatMap(({ info }, number) => (isOwn(info) ? [] : [number])));
      const counted = countedRules(correlations, others);
      return set.rules.flatMap((rule, number) => {
        if (rule.kind !== 'event' || (others.has(number) && !counted.has(number))) return [];
        const source = sources.find((each) => each.rule === number);
        return [{ info: rule.info, explanation: explainMatch(set, rule, event, source) }];
      });
    },
    dispose: (): void => checker.dispose(),
  };
}

/** A trial also shows the events of rules that only exist to be counted. */
function showAll(joins: string): string {
  const plan = parseJoinPlan(joins);
  if (plan === undefined) return joins;
  const rules = plan.ruleSet.rules.map((rule) => ({ ...rule, generates: true }));
  return formatJoinPlan({ ...plan, ruleSet: { ...plan.ruleSet, rules } });
}
