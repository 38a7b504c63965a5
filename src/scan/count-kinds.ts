// The matcher's tallies as the coverage account wants them: names instead of numbers, field keys instead of slots.

import type { RecordMatcher } from '../engine/match/record-matcher.ts';
import { SetFlag } from '../engine/match/set-table.ts';
import type { EventKindCount } from '../model/coverage.ts';
import type { FieldKey } from '../model/field-key.ts';
import { timeText } from './record-facts.ts';

/** Counts per (computer, channel, provider, event id) since the matcher's startSlice(). */
export function countKinds(matcher: RecordMatcher): EventKindCount[] {
  const { channels, providers, computers } = matcher.names;
  const counts: EventKindCount[] = [];
  for (const tally of matcher.tallies()) {
    const present = new Set<FieldKey>();
    const filled = new Set<FieldKey>();
    for (const slot of tally.kind.group?.program.slots ?? []) {
      const seen = tally.seen[slot.number]!;
      if ((seen & SetFlag.Present) !== 0) present.add(slot.key);
      if ((seen & SetFlag.NonEmpty) !== 0) filled.add(slot.key);
    }
    counts.push({
      computer: computers.texts[tally.computer]!,
      channel: channels.texts[tally.kind.channel]!,
      provider: providers.texts[tally.kind.provider]!,
      eventId: tally.kind.eventId,
      count: tally.count,
      first: timeText({ high: tally.firstHigh, low: tally.firstLow }),
      last: timeText({ high: tally.lastHigh, low: tally.lastLow }),
      ...(present.size > 0 ? { fieldsPresent: [...present].sort() } : {}),
      ...(filled.size > 0 ? { fieldsFilled: [...filled].sort() } : {}),
    });
  }
  return counts;
}
