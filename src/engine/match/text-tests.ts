// Verdicts of the predicates that look at text: cased literals, numbers, times, networks, wildcards, regexes, and the
// comparison of two fields. Everything is prepared at first use, because a scan meets few of a rule set's patterns.
// The tests themselves live in src/base, where the reference interpreter takes them from too.

import { assertUnreachable } from '../../base/assert.ts';
import { matchNetwork } from '../../base/cidr.ts';
import { foldText } from '../../base/fold.ts';
import { compileGlob, matchGlob } from '../../base/glob.ts';
import { compileRegex } from '../../base/linear-regex.ts';
import { compareNumericText, compileNumber, equalsNumericText } from '../../base/numeric-text.ts';
import { timePartOf } from '../../base/time-part.ts';
import type { Comparison, Predicate, TextAnchor } from '../../model/rule-set.ts';

type TextTest = (text: string) => boolean;

export class TextTests {
  private readonly tests: (TextTest | undefined)[];
  /** Texts tested so far. */
  runs = 0;

  private readonly payloads: readonly Predicate[];

  constructor(payloads: readonly Predicate[]) {
    this.payloads = payloads;
    this.tests = new Array<TextTest | undefined>(payloads.length);
  }

  /** Whether one value satisfies the predicate with this payload (any kind but fieldref). */
  holds(payload: number, text: string): boolean {
    this.runs++;
    return (this.tests[payload] ??= compileTest(this.payloads[payload]!))(text);
  }

  /** Whether some pair of values of the two fields satisfies the comparison. */
  holdsBetween(payload: number, texts: readonly string[], others: readonly string[]): boolean {
    this.runs++;
    const predicate = this.payloads[payload]!;
    if (predicate.kind !== 'fieldref') return false;
    const prepare = predicate.cased ? (text: string): string => text : foldText;
    const right = others.map(prepare);
    return texts.map(prepare).some((text) => right.some((other) => matchAnchored(text, other, predicate.anchor)));
  }
}

function compileTest(predicate: Predicate): TextTest {
  switch (predicate.kind) {
    case 'literal': {
      const { text: wanted, anchor } = predicate;
      return (text) => matchAnchored(text, wanted, anchor);
    }
    case 'glob': {
      const glob = compileGlob(predicate.parts);
      return predicate.cased ? (text) => matchGlob(glob, text) : (text) => matchGlob(glob, foldText(text));
    }
    case 'number': {
      const operand = compileNumber(predicate.value);
      const { compare } = predicate;
      if (compare === 'eq') return (text) => equalsNumericText(text, operand);
      return (text) => {
        const order = compareNumericText(text, operand);
        return order !== undefined && satisfies(order, compare);
      };
    }
    case 'time': {
      const { part, compare, value } = predicate;
      return (text) => {
        const found = timePartOf(text, part);
        return found !== undefined && satisfies(found - value, compare);
      };
    }
    case 'cidr':
      return (text) => matchNetwork(predicate, text);
    case 'regex': {
      const regex = compileRegex(predicate.source);
      return (text) => regex.test(text);
    }
    case 'exists':
    case 'empty':
    case 'null':
    case 'fieldref':
      throw new Error(`impossible state: ${predicate.kind} looks at no single text`);
    default:
      return assertUnreachable(predicate);
  }
}

function matchAnchored(text: string, wanted: string, anchor: TextAnchor): boolean {
  switch (anchor) {
    case 'exact':
      return text === wanted;
    case 'prefix':
      return text.startsWith(wanted);
    case 'suffix':
      return text.endsWith(wanted);
    case 'contains':
      return text.includes(wanted);
  }
}

function satisfies(order: number, compare: Comparison): boolean {
  switch (compare) {
    case 'eq':
      return order === 0;
    case 'lt':
      return order < 0;
    case 'lte':
      return order <= 0;
    case 'gt':
      return order > 0;
    case 'gte':
      return order >= 0;
  }
}
