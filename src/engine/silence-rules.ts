// Rules that the analyst switched off: those that correlations count are judged and make no findings of their own, the
// others are not looked at.

import { loadProgram, RuleFlag } from './program.ts';

/** A copy of the rule program in which the rules of `silent` make no findings, and those of `unused` are not judged. */
export function silenceRules(
  program: ArrayBuffer,
  silent: ReadonlySet<number>,
  unused: ReadonlySet<number>,
): ArrayBuffer {
  const copy = program.slice(0);
  const { ruleFlags } = loadProgram(copy);
  for (let rule = 0; rule < ruleFlags.length; rule++) {
    if (unused.has(rule)) ruleFlags[rule] = RuleFlag.Off;
    else if (silent.has(rule)) ruleFlags[rule]! &= ~RuleFlag.Generates;
  }
  return copy;
}
