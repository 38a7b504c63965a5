// The rules for a scanner when only some of them are to find anything: those that the analyst left on, or those of a
// trial. The others are not judged, but for what a correlation that is on counts, which is judged and makes no findings.

import type { CorrelationRule, RuleInfo } from '../model/rule-set.ts';
import type { JoinPlan } from '../model/join-plan.ts';
import type { RuleParts } from './compiled-pack.ts';
import { formatJoinPlan, parseJoinPlan } from './join-plan-json.ts';

/** The engine's part in it (src/engine/silence-rules.ts). */
export type SilenceProgram = (
  program: ArrayBuffer,
  silent: ReadonlySet<number>,
  unused: ReadonlySet<number>,
) => ArrayBuffer;

export type ScanParts = Pick<RuleParts, 'loadProgram' | 'loadCorrelations' | 'loadJoins'>;

/** Gives the parts that a scanner needs, in which the rules that are off make no findings. */
export function silenceParts(
  parts: RuleParts,
  isOff: (info: RuleInfo) => boolean,
  silenceProgram: SilenceProgram,
): ScanParts {
  const load = async () => {
    const [infos, correlations, joins] = await Promise.all([
      parts.loadInfos(),
      parts.loadCorrelations(),
      parts.loadJoins(),
    ]);
    const off = new Set(infos.flatMap((info, number) => (isOff(info) ? [number] : [])));
    const plan = parseJoinPlan(joins);
    const counted = countedRules(correlations, off);
    const unused = new Set([...off].filter((number) => !counted.has(number)));
    return { off, unused, correlations, plan, joins: plan && narrowJoins(plan, off, unused) };
  };
  return {
    async loadProgram() {
      const [program, { off, unused, plan, joins }] = await Promise.all([parts.loadProgram(), load()]);
      const hidden = plan === undefined || joins === undefined ? [] : idleHiddenRules(plan, joins);
      return silenceProgram(program, off, new Set([...unused, ...hidden]));
    },
    async loadCorrelations() {
      const { off, unused, correlations } = await load();
      return correlations.map((rule, number) => {
        if (rule === undefined || unused.has(number)) return undefined;
        return off.has(number) ? silenced(rule) : rule;
      });
    },
    loadJoins: async () => formatJoinPlan((await load()).joins),
  };
}

/** The rules that correlations count, directly or through others, where these are on. */
export function countedRules(
  correlations: readonly (CorrelationRule | undefined)[],
  off: ReadonlySet<number>,
): ReadonlySet<number> {
  const counted = new Set<number>();
  const open = correlations.flatMap((rule, number) => (rule === undefined || off.has(number) ? [] : [number]));
  for (let number = open.pop(); number !== undefined; number = open.pop()) {
    for (const member of correlations[number]?.rules ?? []) {
      if (counted.has(member)) continue;
      counted.add(member);
      open.push(member);
    }
  }
  return counted;
}

function narrowJoins(plan: JoinPlan, off: ReadonlySet<number>, unused: ReadonlySet<number>): JoinPlan {
  const locals = new Set(plan.rules.flatMap(({ rule, local }) => (off.has(rule) ? [local] : [])));
  return {
    ...plan,
    rules: plan.rules.filter(({ rule }) => !unused.has(rule)),
    ruleSet: {
      ...plan.ruleSet,
      rules: plan.ruleSet.rules.map((rule, local) => (locals.has(local) ? silenced(rule) : rule)),
    },
  };
}

/** Hidden rules of the plan that only serve rules which the narrowed one has no more. */
function idleHiddenRules(plan: JoinPlan, narrowed: JoinPlan): readonly number[] {
  const marks = ({ creations, ends, boots }: JoinPlan): number[] => [
    ...creations.map(({ hidden }) => hidden),
    ...ends,
    ...boots,
  ];
  const served = ({ rules }: JoinPlan): number[] =>
    rules
      .flatMap(({ candidate, open, lacking, parents }) => [candidate, open, lacking, ...parents])
      .filter((number) => number !== undefined);
  const needed = new Set([...served(narrowed), ...(narrowed.rules.length > 0 ? marks(narrowed) : [])]);
  return [...served(plan), ...marks(plan)].filter((number) => !needed.has(number));
}

function silenced<T extends { readonly generates: boolean }>(rule: T): T {
  return { ...rule, generates: false };
}
