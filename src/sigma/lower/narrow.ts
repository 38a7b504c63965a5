// What a condition demands of EventID, Channel and Provider_Name: the values of which an event must have one
// (engine-algorithms 3.1). Negations demand nothing; alternatives demand one of all their values.

import { foldText } from '../../base/fold.ts';
import type { ConditionNode } from '../condition/parse-condition.ts';
import type { DetectionItem, DetectionNode, Selection } from '../detection/item-value.ts';
import type { DetectionPart } from '../schema/rule-draft.ts';

/** Folded texts that are possible, or undefined when any is. */
export type Demand = ReadonlySet<string> | undefined;

export interface EventDemand {
  readonly eventIds: Demand;
  readonly channels: Demand;
  readonly providers: Demand;
}

type Wanted = 'eventId' | 'channel' | 'provider';

/** The demands of a rule: of all its parts together. */
export function demandOf(parts: readonly DetectionPart[]): EventDemand {
  const of = (wanted: Wanted): Demand => all(parts.map((part) => ofCondition(part.condition, part.selections, wanted)));
  return { eventIds: of('eventId'), channels: of('channel'), providers: of('provider') };
}

function all(demands: readonly Demand[]): Demand {
  let result: Demand;
  for (const demand of demands) {
    if (demand === undefined) continue;
    const before = result;
    result = before === undefined ? demand : new Set([...demand].filter((value) => before.has(value)));
  }
  return result;
}

function any(demands: readonly Demand[]): Demand {
  const values = new Set<string>();
  for (const demand of demands) {
    if (demand === undefined) return undefined;
    for (const value of demand) values.add(value);
  }
  return values;
}

function ofCondition(node: ConditionNode, selections: ReadonlyMap<string, Selection>, wanted: Wanted): Demand {
  const ofName = (name: string): Demand => {
    const root = selections.get(name)?.root;
    return root === undefined ? undefined : ofDetection(root, wanted);
  };
  switch (node.op) {
    case 'not':
      return undefined;
    case 'selection':
      return ofName(node.name);
    case 'of':
      return (node.quantifier === 'any' ? any : all)(node.names.map(ofName));
    case 'and':
    case 'or':
      return (node.op === 'or' ? any : all)(node.children.map((child) => ofCondition(child, selections, wanted)));
  }
}

function ofDetection(node: DetectionNode, wanted: Wanted): Demand {
  if (node.kind === 'item') return ofItem(node.item, wanted);
  return (node.op === 'or' ? any : all)(node.children.map((child) => ofDetection(child, wanted)));
}

function ofItem(item: DetectionItem, wanted: Wanted): Demand {
  if (item.field === undefined || item.negated || fieldMeant(item.field) !== wanted) return undefined;
  const values = item.values.map((value) => any(value.variants.map((variant) => exactText(variant, wanted))));
  return (item.all ? all : any)(values);
}

/** By the name as written: `ProviderName` is also a field of some events' data, `Provider_Name` never is. */
function fieldMeant(field: string): Wanted | undefined {
  const name = foldText(field).replaceAll(' ', '');
  if (name === 'eventid' || name === 'event_id') return 'eventId';
  if (name === 'channel') return 'channel';
  return name === 'provider_name' ? 'provider' : undefined;
}

function exactText(variant: DetectionItem['values'][number]['variants'][number], wanted: Wanted): Demand {
  if (variant.kind === 'number')
    return wanted === 'eventId' && !variant.text.includes('.') ? new Set([variant.text]) : undefined;
  if (variant.kind !== 'text' || variant.parts.length !== 1 || variant.parts[0]?.kind !== 'text') return undefined;
  const text = foldText(variant.parts[0].text);
  if (wanted === 'eventId' && !/^(?:0|[1-9]\d*)$/.test(text)) return undefined;
  return new Set([text]);
}
