// Fields of an event as a rule sees them: the event's own values, what the views of the event and of the rule's route
// add or hide, and what a join supplied.

import type { FieldKey } from '../../model/field-key.ts';
import type { FieldView } from '../../model/field-view.ts';
import type { EventView, Route, RuleSet } from '../../model/rule-set.ts';
import { TRANSFORMS } from '../../model/transform.ts';
import type { EventFields } from './event-fields.ts';

/** Values that other records supply for joined fields, by field. */
export type JoinedValues = ReadonlyMap<FieldKey, readonly string[]>;

export type FieldReader = (key: FieldKey) => readonly string[];

/** Whether an event is of the kind that a route or an event view names. */
export function acceptsEvent(kind: Route | EventView, fields: EventFields): boolean {
  return (
    (kind.channel === undefined || kind.channel === fields.channel) &&
    (kind.provider === undefined || kind.provider === fields.provider) &&
    (kind.eventIds === undefined || kind.eventIds.includes(fields.eventId))
  );
}

/** The reader of fields for one route; remembers what it has read. */
export function createFieldReader(
  ruleSet: RuleSet,
  view: number,
  fields: EventFields,
  joins: JoinedValues | undefined,
): FieldReader {
  const ids = ruleSet.eventViews.filter((each) => acceptsEvent(each, fields)).map((each) => each.view);
  const views = [...ids, view].map((id) => ruleSet.views[id]).filter((each): each is FieldView => each !== undefined);
  const known = new Map<FieldKey, readonly string[]>();
  return (key) => {
    let values = known.get(key);
    if (values === undefined) {
      values = readValues(key, views, fields, joins);
      known.set(key, values);
    }
    return values;
  };
}

function readValues(
  key: FieldKey,
  views: readonly FieldView[],
  fields: EventFields,
  joins: JoinedValues | undefined,
): readonly string[] {
  const values = views.some((view) => view.hides.has(key)) ? [] : [...fields.own(key)];
  for (const view of views) {
    for (const source of view.sources.get(key) ?? []) {
      const inputs = source.inputs.map((input) => fields.own(input));
      if (source.transform === undefined) {
        values.push(...inputs.flat());
        continue;
      }
      const transform = TRANSFORMS.get(source.transform);
      if (transform === undefined) throw new Error(`unknown transform ${source.transform}`);
      values.push(...transform(inputs));
    }
  }
  // A join only fills what the event itself does not say.
  if (values.length === 0 && views.some((view) => view.joined.has(key))) values.push(...(joins?.get(key) ?? []));
  return values;
}
