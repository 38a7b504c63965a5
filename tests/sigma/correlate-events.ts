// Correlations over event trees: the reference interpreter says which rules match, rows go to the correlator as a scan
// would send them.

import { createCorrelator } from '../../src/engine/correlate/fold-correlations.ts';
import { planCorrelationSources } from '../../src/engine/correlate/plan-sources.ts';
import { createRowWriter } from '../../src/engine/correlate/row-writer.ts';
import { filetimeOfUnixMilliseconds } from '../../src/base/filetime.ts';
import type { CorrelationResult } from '../../src/model/correlation.ts';
import type { EventElement } from '../../src/model/event.ts';
import { fieldKeyOf } from '../../src/model/field-key.ts';
import type { RuleSet } from '../../src/model/rule-set.ts';
import { matchingRoute, prepareEvent } from '../../src/sigma/interpret/match-event.ts';

/** Judges the correlations of a rule set on events in any order; the place of an event is its position. */
export function correlateEvents(ruleSet: RuleSet, events: Iterable<EventElement>): CorrelationResult {
  const sources = planCorrelationSources(ruleSet.rules);
  const correlator = createCorrelator(ruleSet.rules);
  const writer = createRowWriter(sources);
  let position = 0;
  for (const event of events) {
    const prepared = prepareEvent(ruleSet, event);
    const own = (name: string): string => prepared.fields.own(fieldKeyOf(name))[0] ?? '';
    sources.forEach(({ rule, fields }, source) => {
      const found = ruleSet.rules[rule];
      const route = found?.kind === 'event' ? matchingRoute(ruleSet, found, prepared) : undefined;
      if (route === undefined) return;
      const time = filetimeOfText(own('TimeCreated_SystemTime'));
      const recordId = BigInt(own('EventRecordID') === '' ? 0 : own('EventRecordID'));
      const read = prepared.readerOf(route.view);
      writer.add(
        source,
        {
          timeHigh: time.high,
          timeLow: time.low,
          chunkOffset: 0,
          offset: position,
          recordIdHigh: Number(recordId >> 32n),
          recordIdLow: Number(recordId & 0xffff_ffffn),
          computer: own('Computer'),
          channel: own('Channel'),
        },
        fields.map((field) => read(field)[0]),
      );
    });
    position++;
  }
  correlator.add(writer.take(), 0);
  return correlator.finish();
}

/** FILETIME of a canonical time text, to the tick. */
function filetimeOfText(text: string): { high: number; low: number } {
  const parts = /^(.{19})(?:\.(\d{1,7}))?Z$/.exec(text);
  if (parts === null) return { high: 0, low: 0 };
  const start = filetimeOfUnixMilliseconds(Date.parse(`${parts[1] ?? ''}Z`));
  const ticks = (BigInt(start.high) << 32n) + BigInt(start.low) + BigInt((parts[2] ?? '').padEnd(7, '0'));
  return { high: Number(ticks >> 32n), low: Number(ticks & 0xffff_ffffn) };
}
