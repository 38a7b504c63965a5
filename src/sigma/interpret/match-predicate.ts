// One predicate over the values of its field, in the plainest way: this is what the engine is checked against.

import { matchNetwork } from '../../base/cidr.ts';
import { foldText } from '../../base/fold.ts';
import type { Glob } from '../../base/glob.ts';
import { compileGlob, matchGlob } from '../../base/glob.ts';
import type { CompiledRegex } from '../../base/linear-regex.ts';
import { compileLinearRegex } from '../../base/linear-regex.ts';
import { compareNumericText, compileNumber, equalsNumericText } from '../../base/numeric-text.ts';
import { timePartOf } from '../../base/time-part.ts';
import type { Comparison, Predicate, TextAnchor } from '../../model/rule-set.ts';
import type { FieldReader } from './view-fields.ts';

/** Whether the predicate holds: some value satisfies it; for `null`, no value is other than empty. */
export function matchPredicate(predicate: Predicate, read: FieldReader): boolean {
  const values = read(predicate.field);
  if (predicate.kind === 'exists') return values.length > 0;
  if (predicate.kind === 'null') return values.every((value) => value === '');
  if (predicate.kind === 'literal') {
    const texts = predicate.cased ? values : foldedOf(values);
    return texts.some((text) => matchAnchored(text, predicate.text, predicate.anchor));
  }
  return values.some((value) => matchValue(predicate, value, read));
}

/** Folding is most of the work where thousands of literals meet one event, so each list of values is folded once. */
const folded = new WeakMap<readonly string[], readonly string[]>();

function foldedOf(values: readonly string[]): readonly string[] {
  let texts = folded.get(values);
  if (texts === undefined) {
    texts = values.map(foldText);
    folded.set(values, texts);
  }
  return texts;
}

const globs = new WeakMap<Predicate, Glob>();

function globOf(predicate: Extract<Predicate, { kind: 'glob' }>): Glob {
  let glob = globs.get(predicate);
  if (glob === undefined) {
    glob = compileGlob(predicate.parts);
    globs.set(predicate, glob);
  }
  return glob;
}

/** Whether one value satisfies the predicate. */
export function matchValue(predicate: Predicate, value: string, read: FieldReader): boolean {
  switch (predicate.kind) {
    case 'exists':
      return true;
    case 'empty':
    case 'null':
      return value === '';
    case 'literal':
      return matchAnchored(predicate.cased ? value : foldText(value), predicate.text, predicate.anchor);
    case 'glob':
      return matchGlob(globOf(predicate), predicate.cased ? value : foldText(value));
    case 'number': {
      const operand = compileNumber(predicate.value);
      if (predicate.compare === 'eq') return equalsNumericText(value, operand);
      const order = compareNumericText(value, operand);
      return order !== undefined && holds(order, predicate.compare);
    }
    case 'time': {
      const part = timePartOf(value, predicate.part);
      return part !== undefined && holds(part - predicate.value, predicate.compare);
    }
    case 'cidr':
      return matchNetwork(predicate, value);
    case 'regex':
      return regexOf(predicate.source).test(value);
    case 'fieldref': {
      const own = predicate.cased ? value : foldText(value);
      return read(predicate.other).some((other) =>
        matchAnchored(own, predicate.cased ? other : foldText(other), predicate.anchor),
      );
    }
  }
}

function matchAnchored(value: string, text: string, anchor: TextAnchor): boolean {
  switch (anchor) {
    case 'exact':
      return value === text;
    case 'prefix':
      return value.startsWith(text);
    case 'suffix':
      return value.endsWith(text);
    case 'contains':
      return value.includes(text);
  }
}

function holds(order: number, compare: Comparison): boolean {
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

/** Compiled patterns; bounded, because rule sets come and go in one page. */
const MAX_REGEXES = 4_096;
const regexes = new Map<string, CompiledRegex>();

function regexOf(source: string): CompiledRegex {
  let regex = regexes.get(source);
  if (regex === undefined) {
    if (regexes.size >= MAX_REGEXES) regexes.clear();
    regex = compileLinearRegex(source);
    regexes.set(source, regex);
  }
  return regex;
}
