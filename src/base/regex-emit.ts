// From the tree of a pattern to text that means the same to RegExp (without flags) and to re2js: no shorthand class, no
// `.`, no flag letters except `m`. Also the questions that both engines' users ask of a pattern: what it costs, and
// which literal every match contains.

import { textOfUnits } from './fold.ts';
import type { CodeSet } from './regex-set.ts';
import { complementSet, foldedUnitOf, LAST_POINT, pairsOf } from './regex-set.ts';
import type { RegexNode } from './regex-syntax.ts';

/** Pattern text of a tree. */
export function emitRegex(node: RegexNode): string {
  switch (node.kind) {
    case 'set':
      return emitSet(node.set);
    case 'assert':
      switch (node.what) {
        case 'text-start':
          return '^';
        case 'line-start':
          return '(?m:^)';
        case 'line-end':
          return '(?m:$)';
        case 'text-end':
          return '$';
        case 'end-or-newline':
          return '(?:\\n?$)';
        case 'boundary':
          return '\\b';
        case 'not-boundary':
          return '\\B';
      }
    // eslint-disable-next-line no-fallthrough -- every assertion returns above
    case 'sequence':
      return node.items.map((item) => (item.kind === 'choice' ? `(?:${emitRegex(item)})` : emitRegex(item))).join('');
    case 'choice':
      return node.options.map(emitRegex).join('|');
    case 'repeat': {
      const child = emitRegex(node.child);
      return (node.child.kind === 'set' ? child : `(?:${child})`) + emitQuantifier(node.min, node.max);
    }
  }
}

function emitQuantifier(min: number, max: number): string {
  if (max === Infinity) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  if (min === 0 && max === 1) return '?';
  return min === max ? `{${min}}` : `{${min},${max}}`;
}

function emitSet(set: CodeSet): string {
  if (set.length === 0) return '[^\\s\\S]';
  if (set.length === 2 && set[0] === set[1]) return emitPoint(set[0]!, false);
  if (set.length === 2 && set[0] === 0 && set[1] === LAST_POINT) return '[\\s\\S]';
  // Sets that reach the end of Unicode are written by what they leave out: RegExp without `u` knows no astral range.
  const reachesEnd = set[set.length - 1] === LAST_POINT;
  const written = reachesEnd ? complementSet(set) : set;
  const body = pairsOf(written)
    .map(([from, to]) => emitPoint(from, true) + (to > from ? (to > from + 1 ? '-' : '') + emitPoint(to, true) : ''))
    .join('');
  return `[${reachesEnd ? '^' : ''}${body}]`;
}

function emitPoint(point: number, inClass: boolean): string {
  if (point === 10) return '\\n';
  if (point < 0x20 || point === 0x7f) return `\\x${point.toString(16).padStart(2, '0')}`;
  const text = String.fromCodePoint(point);
  return (inClass ? /[\\\]^[-]/ : /[\\^$.|?*+()[\]{}]/).test(text) ? `\\${text}` : text;
}

/** Bounds of what a backtracking engine may have to do at one start position. */
export interface RegexCost {
  /** Some quantifier has no upper bound. */
  readonly unbounded: boolean;
  /** Ways through the pattern, and steps over all of them; capped at 1e9. */
  readonly ways: number;
  readonly steps: number;
  /** States of an automaton for it, repetitions written out. */
  readonly size: number;
  /** Largest product of nested repetition bounds. */
  readonly nesting: number;
}

const CAP = 1e9;

/** Cost of a tree. */
export function costOfRegex(node: RegexNode): RegexCost {
  switch (node.kind) {
    case 'set':
    case 'assert':
      return { unbounded: false, ways: 1, steps: 1, size: 1, nesting: 1 };
    case 'sequence': {
      let sum: RegexCost = { unbounded: false, ways: 1, steps: 1, size: 1, nesting: 1 };
      for (const item of node.items) sum = after(sum, costOfRegex(item));
      return sum;
    }
    case 'choice': {
      const costs = node.options.map(costOfRegex);
      return {
        unbounded: costs.some((cost) => cost.unbounded),
        ways: capped(costs.reduce((sum, cost) => sum + cost.ways, 0)),
        steps: capped(costs.reduce((sum, cost) => sum + cost.steps, 0)),
        size: capped(costs.reduce((sum, cost) => sum + cost.size + 1, 0)),
        nesting: Math.max(...costs.map((cost) => cost.nesting)),
      };
    }
    case 'repeat': {
      const child = costOfRegex(node.child);
      const times = Math.max(node.max === Infinity ? node.min + 1 : node.max, 1);
      let ways = node.min === 0 ? 1 : 0;
      let steps = 1;
      let paths = 1;
      for (let i = 1; i <= times; i++) {
        steps = capped(steps + paths * child.steps);
        paths = capped(paths * child.ways);
        if (i >= node.min) ways = capped(ways + paths);
      }
      const size = capped(child.size * times + 1);
      const bound = Math.max(node.max === Infinity ? node.min : node.max, 1);
      return {
        unbounded: child.unbounded || node.max === Infinity,
        ways,
        steps,
        size,
        nesting: capped(child.nesting * bound),
      };
    }
  }
}

function after(a: RegexCost, b: RegexCost): RegexCost {
  return {
    unbounded: a.unbounded || b.unbounded,
    ways: capped(a.ways * b.ways),
    steps: capped(a.steps + a.ways * b.steps),
    size: capped(a.size + b.size),
    nesting: Math.max(a.nesting, b.nesting),
  };
}

function capped(value: number): number {
  return Math.min(value, CAP);
}

/** The longest folded text that every match contains, '' when there is none. */
export function literalOfRegex(root: RegexNode): string {
  let best: number[] = [];
  let run: number[] = [];
  const close = (): void => {
    if (run.length > best.length) best = run;
    run = [];
  };
  const walk = (node: RegexNode): void => {
    switch (node.kind) {
      case 'set': {
        const unit = foldedUnitOf(node.set);
        if (unit !== undefined) run.push(unit);
        else close();
        return;
      }
      case 'assert':
        // Zero width, except that `$` may step over a line feed.
        if (node.what === 'end-or-newline') close();
        return;
      case 'sequence':
        for (const item of node.items) walk(item);
        return;
      case 'choice':
        close();
        return;
      case 'repeat':
        close();
        if (node.min > 0) walk(node.child);
        close();
        return;
    }
  };
  walk(root);
  close();
  const units = Uint16Array.from(best);
  return textOfUnits(units, 0, units.length);
}
