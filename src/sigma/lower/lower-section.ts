// From selections and conditions to one expression, and to the source that explanations show.

import { ensureDefined } from '../../base/assert.ts';
import type { Expression } from '../../model/rule-set.ts';
import type { SourceCondition, SourceNode, SourcePart } from '../../model/rule-source.ts';
import type { ConditionNode } from '../condition/parse-condition.ts';
import { namesInCondition } from '../condition/parse-condition.ts';
import type { DetectionNode } from '../detection/item-value.ts';
import type { DetectionPart } from '../schema/rule-draft.ts';
import { combine, negate } from './expressions.ts';
import { joinValues, lowerValue } from './lower-item.ts';
import type { PredicateTable } from './predicate-table.ts';

export interface LoweredPart {
  readonly expression: Expression;
  readonly source: SourcePart;
}

/** Lowers one part of a rule; only selections that its condition names cost predicates. */
export function lowerPart(part: DetectionPart, table: PredicateTable): LoweredPart {
  const used = namesInCondition(part.condition);
  const selections: { name: string; root: SourceNode }[] = [];
  const expressions: Expression[] = [];
  const numbers = new Map<string, number>();
  for (const selection of part.selections.values()) {
    if (!used.has(selection.name) || selection.root === undefined) continue;
    const lowered = lowerNode(selection.root, table);
    numbers.set(selection.name, selections.length);
    selections.push({ name: selection.name, root: lowered.source });
    expressions.push(lowered.expression);
  }
  const numberOf = (name: string): number => ensureDefined(numbers.get(name), `selection ${name}`);
  const condition = sourceOf(part.condition, numberOf);
  return {
    expression: expressionOf(condition, expressions),
    source: { origin: part.origin, conditionText: part.conditionText, selections, condition },
  };
}

function lowerNode(
  node: DetectionNode,
  table: PredicateTable,
): { readonly source: SourceNode; readonly expression: Expression } {
  if (node.kind === 'group') {
    const children = node.children.map((child) => lowerNode(child, table));
    return {
      source: { kind: 'group', op: node.op, children: children.map((child) => child.source) },
      expression: combine(
        node.op,
        children.map((child) => child.expression),
      ),
    };
  }
  const { item } = node;
  const values = item.values.map((value) => ({ text: value.text, expression: lowerValue(item, value, table) }));
  return {
    source: {
      kind: 'item',
      field: item.field ?? '',
      modifiers: item.modifiers,
      values,
      all: item.all,
      negated: item.negated,
    },
    expression: joinValues(
      item,
      values.map((value) => value.expression),
    ),
  };
}

function sourceOf(node: ConditionNode, numberOf: (name: string) => number): SourceCondition {
  switch (node.op) {
    case 'selection':
      return { op: 'selection', selection: numberOf(node.name) };
    case 'not':
      return { op: 'not', child: sourceOf(node.child, numberOf) };
    case 'of':
      return {
        op: node.quantifier === 'any' ? 'or' : 'and',
        text: node.text,
        children: node.names.map((name) => ({ op: 'selection', selection: numberOf(name) })),
      };
    case 'and':
    case 'or':
      return { op: node.op, children: node.children.map((child) => sourceOf(child, numberOf)) };
  }
}

function expressionOf(condition: SourceCondition, selections: readonly Expression[]): Expression {
  switch (condition.op) {
    case 'selection':
      return ensureDefined(selections[condition.selection], 'selection of a condition');
    case 'not':
      return negate(expressionOf(condition.child, selections));
    case 'and':
    case 'or':
      return combine(
        condition.op,
        condition.children.map((child) => expressionOf(child, selections)),
      );
  }
}
