// A rule's condition as lines to read: one line per node, in order, with its depth. Built with a stack of its own,
// because rules come from strangers and may nest as deep as they like; longer trees are cut and say so.

import type { Expression, GlobPart, Predicate } from '../model/rule-set.ts';

export interface RuleTreeLine {
  readonly depth: number;
  /** `all`, `any` and `not` speak of the deeper lines that follow; `test` is a predicate; `cut` ends a tree that is too long. */
  readonly kind: 'all' | 'any' | 'not' | 'test' | 'always' | 'never' | 'cut';
  readonly predicate: number | undefined;
}

const MAX_LINES = 2_000;

/** Lists the nodes of a condition. */
export function listRuleTree(condition: Expression): RuleTreeLine[] {
  const lines: RuleTreeLine[] = [];
  const stack: { node: Expression; depth: number }[] = [{ node: condition, depth: 0 }];
  while (stack.length > 0) {
    if (lines.length >= MAX_LINES) {
      lines.push({ depth: 0, kind: 'cut', predicate: undefined });
      break;
    }
    const { node, depth } = stack.pop()!;
    if (node.op === 'test') {
      lines.push({ depth, kind: 'test', predicate: node.predicate });
      continue;
    }
    if (node.op === 'not') {
      lines.push({ depth, kind: 'not', predicate: undefined });
      stack.push({ node: node.child, depth: depth + 1 });
      continue;
    }
    if (node.children.length === 0) {
      lines.push({ depth, kind: node.op === 'and' ? 'always' : 'never', predicate: undefined });
      continue;
    }
    const [only] = node.children;
    // "all of one" is that one.
    const inner = node.children.length === 1 && only !== undefined ? depth : depth + 1;
    if (inner !== depth) lines.push({ depth, kind: node.op === 'and' ? 'all' : 'any', predicate: undefined });
    for (let i = node.children.length - 1; i >= 0; i--) stack.push({ node: node.children[i]!, depth: inner });
  }
  return lines;
}

/** Numbers of the predicates in a condition, in order, without repetition. */
export function predicatesOf(condition: Expression): number[] {
  const found = new Set<number>();
  const stack: Expression[] = [condition];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (node.op === 'test') found.add(node.predicate);
    else if (node.op === 'not') stack.push(node.child);
    else for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]!);
  }
  return [...found];
}

export interface PredicateText {
  readonly field: string;
  /** `ends with`, `matches`, `is in network`, … */
  readonly kind: string;
  /** '' for tests without a value. */
  readonly value: string;
  readonly cased: boolean;
}

const ANCHORS = { exact: 'is', prefix: 'starts with', suffix: 'ends with', contains: 'contains' } as const;
const COMPARISONS = { eq: '=', lt: '<', lte: '≤', gt: '>', gte: '≥' } as const;

/** Says what a predicate tests. */
export function describePredicate(predicate: Predicate): PredicateText {
  const field: string = predicate.field === '*' ? 'any field' : predicate.field;
  const plain = (kind: string, value = ''): PredicateText => ({ field, kind, value, cased: false });
  switch (predicate.kind) {
    case 'exists':
      return plain('is there');
    case 'empty':
      return plain('is there and empty');
    case 'null':
      return plain('is absent or empty');
    case 'literal':
      return { field, kind: ANCHORS[predicate.anchor], value: predicate.text, cased: predicate.cased };
    case 'glob':
      return { field, kind: 'is like', value: globText(predicate.parts), cased: predicate.cased };
    case 'number':
      return plain(COMPARISONS[predicate.compare], predicate.value);
    case 'time':
      return plain(`${predicate.part} ${COMPARISONS[predicate.compare]}`, String(predicate.value));
    case 'cidr':
      return plain('is in network', networkText(predicate.bytes, predicate.bits));
    case 'regex':
      return plain('matches', `/${predicate.source}/${predicate.flags}`);
    case 'fieldref':
      return { field, kind: `${ANCHORS[predicate.anchor]} the field`, value: predicate.other, cased: predicate.cased };
  }
}

function globText(parts: readonly GlobPart[]): string {
  return parts
    .map((part) => (part.kind === 'text' ? part.text.replace(/[\\*?]/g, '\\$&') : part.kind === 'any' ? '*' : '?'))
    .join('');
}

function networkText(bytes: readonly number[], bits: number): string {
  if (bytes.length === 4) return `${bytes.join('.')}/${bits}`;
  const groups: string[] = [];
  for (let i = 0; i < bytes.length; i += 2) groups.push((((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)).toString(16));
  return `${groups.join(':')}/${bits}`;
}
