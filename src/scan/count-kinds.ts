// The matcher's tallies as the coverage account wants them: names instead of numbers, field keys instead of slots.

import type { RecordMatcher } from '../engine/match/record-matcher.ts';
import { SetFlag } from '../engine/match/set-table.ts';
import type { EventKindCount } from '../model/coverage.ts';
import type { FieldKey } from '../model/field-key.ts';
import type { Group } from '../engine/match/group.ts';
import { timeText } from './record-facts.ts';

/** Counts per (computer, channel, provider, event id) since the matcher's startSlice(). */
export function countKinds(matcher: RecordMatcher): EventKindCount[] {
  const { channels, providers, computers } = matcher.names;
  const counts: EventKindCount[] = [];
  for (const tally of matcher.tallies.list()) {
    const { group } = tally.kind;
    const present: FieldKey[] = [];
    const filled: FieldKey[] = [];
    for (const slots of group === null ? [] : slotsByKey(group)) {
      let seen = 0;
      for (const slot of slots.numbers) seen |= tally.seen[slot]!;
      if ((seen & SetFlag.Present) !== 0) present.push(slots.key);
      if ((seen & SetFlag.NonEmpty) !== 0) filled.push(slots.key);
    }
    counts.push({
      computer: computers.texts[tally.computer]!,
      channel: channels.texts[tally.kind.channel]!,
      provider: providers.texts[tally.kind.provider]!,
      eventId: Math.max(0, tally.kind.eventId),
      count: tally.count,
      first: timeText({ high: tally.firstHigh, low: tally.firstLow }),
      last: timeText({ high: tally.lastHigh, low: tally.lastLow }),
      // An absent list means that nobody looked; a routed kind that showed none of its fields has empty ones.
      ...(group === null ? {} : { fieldsPresent: present, fieldsFilled: filled }),
    });
  }
  return counts;
}

interface KeySlots {
  readonly key: FieldKey;
  readonly numbers: readonly number[];
}

const known = new WeakMap<Group, readonly KeySlots[]>();

/** The slots of a group by field, fields in order; made once per group. */
function slotsByKey(group: Group): readonly KeySlots[] {
  let list = known.get(group);
  if (list === undefined) {
    const keys = [...new Set(group.program.slots.map((slot) => slot.key))].sort();
    list = keys.map((key) => ({
      key,
      numbers: group.program.slots.filter((slot) => slot.key === key).map((slot) => slot.number),
    }));
    known.set(group, list);
  }
  return list;
}
