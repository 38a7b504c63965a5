// Both judges over the same log: the engine through its cursor, the reference interpreter on the rendered tree.

import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import type { EngineLimits } from '../../src/engine/limits.ts';
import { RecordMatcher } from '../../src/engine/match/record-matcher.ts';
import { loadProgram } from '../../src/engine/program.ts';
import { renderEvent } from '../../src/evtx/render/render-event.ts';
import type { RuleSet } from '../../src/model/rule-set.ts';
import { matchPrepared, prepareEvent } from '../../src/sigma/interpret/match-event.ts';
import { forEachRecord } from '../builders/read-log.ts';

/** Rule numbers that match each record, one line per record, by the engine. */
export function judgeByEngine(
  ruleSet: RuleSet,
  log: Uint8Array,
  limits: Partial<EngineLimits> = {},
  passes = 1,
): string[] {
  const matcher = new RecordMatcher(loadProgram(compileProgram(ruleSet)), limits);
  let lines: string[] = [];
  for (let pass = 0; pass < passes; pass++) {
    const found: string[] = [];
    forEachRecord(log, (cursor) => {
      const count = matcher.match(cursor, () => renderEvent(cursor));
      found.push(count === 0 ? '' : matcher.rules.join(','));
    });
    lines = found;
  }
  return lines;
}

/** The same by the reference interpreter. */
export function judgeByInterpreter(ruleSet: RuleSet, log: Uint8Array): string[] {
  const lines: string[] = [];
  forEachRecord(log, (cursor) => {
    const event = prepareEvent(ruleSet, renderEvent(cursor));
    const matched: number[] = [];
    ruleSet.rules.forEach((rule, number) => {
      if (rule.kind === 'event' && matchPrepared(ruleSet, rule, event)) matched.push(number);
    });
    lines.push(matched.join(','));
  });
  return lines;
}
