// Rules that the analyst switched off: they are judged, so that correlations can count them, and make no findings.

import { loadProgram, RuleFlag } from './program.ts';

/** A copy of the rule program in which these rules make no findings of their own. */
export function silenceRules(program: ArrayBuffer, rules: ReadonlySet<number>): ArrayBuffer {
  const copy = program.slice(0);
  const { ruleFlags } = loadProgram(copy);
  for (const rule of rules) if (rule < ruleFlags.length) ruleFlags[rule]! &= ~RuleFlag.Generates;
  return copy;
}
