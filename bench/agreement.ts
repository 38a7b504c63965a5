// The answer behind the figures: on a sample of records the engine finds what the reference interpreter finds.

import { readFileSync } from 'node:fs';
import { RecordMatcher } from '../src/engine/match/record-matcher.ts';
import { loadProgram } from '../src/engine/program.ts';
import { renderEvent } from '../src/evtx/render/render-event.ts';
import type { RuleSet } from '../src/model/rule-set.ts';
import { matchPrepared, prepareEvent } from '../src/sigma/interpret/match-event.ts';
import { forEachRecord } from '../tests/builders/read-log.ts';

export interface Agreement {
  readonly sampled: number;
  readonly hits: number;
  /** Milliseconds per record. */
  readonly engine: number;
  readonly interpreter: number;
}

/** Compares both on every `every`-th record among the first `bytes` of a log; throws at the first difference. */
export function assertAgreement(
  ruleSet: RuleSet,
  program: ArrayBuffer,
  logPath: string,
  bytes: number,
  every: number,
): Agreement {
  const log = readFileSync(logPath).subarray(0, bytes);
  const matcher = new RecordMatcher(loadProgram(program));
  let records = 0;
  let sampled = 0;
  let hits = 0;
  let engine = 0;
  let interpreter = 0;
  forEachRecord(log, (cursor) => {
    const started = performance.now();
    const found = matcher.match(cursor, () => renderEvent(cursor)) === 0 ? [] : [...matcher.rules];
    engine += performance.now() - started;
    if (records++ % every !== 0) return;
    sampled++;
    const event = renderEvent(cursor);
    const before = performance.now();
    const prepared = prepareEvent(ruleSet, event);
    const expected = ruleSet.rules.flatMap((rule, number) =>
      rule.kind === 'event' && matchPrepared(ruleSet, rule, prepared) ? [number] : [],
    );
    interpreter += performance.now() - before;
    hits += expected.length;
    if (found.join() !== expected.join()) {
      throw new Error(
        `engine and interpreter disagree on record ${cursor.headerIdLow}: ${found.join()} against ${expected.join()}`,
      );
    }
  });
  return { sampled, hits, engine: engine / records, interpreter: interpreter / sampled };
}
