// The rules for a scanner when the analyst switched some of them off: those make no findings of their own. Correlations
// that count them go on counting, as with rules that only exist to be counted: silencing one link breaks no chain.

import type { RuleParts } from './compiled-pack.ts';
import { formatJoinPlan, parseJoinPlan } from './join-plan-json.ts';

/** The engine's part in it (src/engine/silence-rules.ts). */
export type SilenceProgram = (program: ArrayBuffer, rules: ReadonlySet<number>) => ArrayBuffer;

/** Gives the parts that a scanner needs, in which the rules with these ids make no findings. */
export function silenceParts(
  parts: RuleParts,
  ids: ReadonlySet<string>,
  silenceProgram: SilenceProgram,
): Pick<RuleParts, 'loadProgram' | 'loadCorrelations' | 'loadJoins'> {
  const loadNumbers = async (): Promise<ReadonlySet<number>> =>
    new Set((await parts.loadInfos()).flatMap(({ id }, number) => (ids.has(id) ? [number] : [])));
  return {
    loadProgram: async () => silenceProgram(await parts.loadProgram(), await loadNumbers()),
    async loadCorrelations() {
      const rules = await loadNumbers();
      const correlations = await parts.loadCorrelations();
      return correlations.map((rule, number) => (rule !== undefined && rules.has(number) ? silenced(rule) : rule));
    },
    async loadJoins() {
      const text = await parts.loadJoins();
      const plan = parseJoinPlan(text);
      if (plan === undefined) return text;
      const rules = await loadNumbers();
      const locals = new Set(plan.rules.flatMap(({ rule, local }) => (rules.has(rule) ? [local] : [])));
      const own = plan.ruleSet.rules.map((rule, local) => (locals.has(local) ? silenced(rule) : rule));
      return formatJoinPlan({ ...plan, ruleSet: { ...plan.ruleSet, rules: own } });
    },
  };
}

function silenced<T extends { readonly generates: boolean }>(rule: T): T {
  return { ...rule, generates: false };
}
