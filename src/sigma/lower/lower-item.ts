// From one value of an item to predicates (engine-algorithms 4.1): parts become anchored literals or globs, GUIDs also
// match with braces, dashes are written out or become a pattern.

import { foldText } from '../../base/fold.ts';
import { translateRegex } from '../../base/linear-regex.ts';
import { ensureDefined } from '../../base/assert.ts';
import type { FieldKey } from '../../model/field-key.ts';
import { ANY_FIELD, fieldKeyOf } from '../../model/field-key.ts';
import type { Expression, Predicate, TextAnchor } from '../../model/rule-set.ts';
import type { DetectionItem, ItemValue, ItemVariant } from '../detection/item-value.ts';
import { ANY, joinParts } from '../detection/value-parts.ts';
import type { ValuePart } from '../detection/value-parts.ts';
import { DASHES, writeDashesOut } from '../detection/windash.ts';
import { combine, negate } from './expressions.ts';
import type { PredicateTable } from './predicate-table.ts';

/** Up to this many texts (five dashes at three places) windash is written out; beyond, it is one pattern. */
const MAX_DASH_TEXTS = 125;

const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Expression of one value: any of its variants. */
export function lowerValue(item: DetectionItem, value: ItemValue, table: PredicateTable): Expression {
  const field = item.field === undefined ? ANY_FIELD : fieldKeyOf(item.field);
  return combine(
    'or',
    value.variants.map((variant) => lowerVariant(field, variant, item, table)),
  );
}

/** Expression of an item from those of its values. */
export function joinValues(item: DetectionItem, values: readonly Expression[]): Expression {
  const all = combine(item.all ? 'and' : 'or', values);
  return item.negated ? negate(all) : all;
}

function lowerVariant(field: FieldKey, variant: ItemVariant, item: DetectionItem, table: PredicateTable): Expression {
  const test = (predicate: Predicate): Expression => ({ op: 'test', predicate: table.numberOf(predicate) });
  const keyword = field === ANY_FIELD;
  switch (variant.kind) {
    case 'text':
      return lowerText(field, keyword ? [ANY, ...variant.parts, ANY] : variant.parts, item.cased, test);
    case 'number':
      return keyword
        ? lowerText(field, [ANY, { kind: 'text', text: variant.text }, ANY], item.cased, test)
        : lowerNumber(field, variant.text, test);
    case 'boolean': {
      const text: ValuePart = { kind: 'text', text: variant.value ? 'true' : 'false' };
      return lowerText(field, keyword ? [ANY, text, ANY] : [text], false, test);
    }
    case 'null':
      return test({ kind: 'null', field });
    case 'exists':
      return variant.value ? test({ kind: 'exists', field }) : negate(test({ kind: 'exists', field }));
    case 'regex':
      return test({ kind: 'regex', field, source: variant.pattern, flags: variant.flags });
    case 'cidr':
      return test({ kind: 'cidr', field, bytes: variant.network.bytes, bits: variant.network.bits });
    case 'compare':
      return test({ kind: 'number', field, compare: variant.compare, value: canonicalNumber(variant.value) });
    case 'time':
      return test({ kind: 'time', field, part: variant.part, compare: variant.compare, value: Number(variant.value) });
    case 'fieldref':
      return test({
        kind: 'fieldref',
        field,
        other: fieldKeyOf(variant.name),
        anchor: variant.anchor,
        cased: item.cased,
      });
    case 'bytes':
      // Parsing has turned them into text.
      throw new Error('bytes outlived parsing');
  }
}

/** A whole number equals decimal and hexadecimal values; a fraction equals only its own text. */
function lowerNumber(field: FieldKey, text: string, test: (predicate: Predicate) => Expression): Expression {
  const value = canonicalNumber(text);
  const literal = (each: string): Expression =>
    test({ kind: 'literal', field, anchor: 'exact', text: each, cased: false });
  if (value.includes('.')) return value === text ? literal(text) : combine('or', [literal(text), literal(value)]);
  const number = test({ kind: 'number', field, compare: 'eq', value });
  return value === text ? number : combine('or', [number, literal(text)]);
}

/** Decimal text without trailing zeros behind the point and without a negative zero. */
function canonicalNumber(text: string): string {
  const plain = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return plain === '-0' ? '0' : plain;
}

function lowerText(
  field: FieldKey,
  written: readonly ValuePart[],
  cased: boolean,
  test: (predicate: Predicate) => Expression,
): Expression {
  const parts = joinParts(written);
  if (parts.some((part) => part.kind === 'dash')) return lowerDashes(field, parts, cased, test);
  const open = parts[0]?.kind === 'any';
  const ended = parts[parts.length - 1]?.kind === 'any';
  const inner = parts.slice(open ? 1 : 0, ended && parts.length > 1 ? -1 : undefined);
  if (parts.length === 0) return test({ kind: 'empty', field });
  if (inner.length === 0) return test({ kind: 'exists', field });
  const only = inner.length === 1 ? inner[0] : undefined;
  if (only?.kind !== 'text') {
    const globParts = parts.map((part) =>
      part.kind === 'text' ? { kind: part.kind, text: cased ? part.text : foldText(part.text) } : { kind: part.kind },
    );
    return test({ kind: 'glob', field, parts: globParts as Extract<Predicate, { kind: 'glob' }>['parts'], cased });
  }
  const anchor: TextAnchor = open ? (ended ? 'contains' : 'suffix') : ended ? 'prefix' : 'exact';
  const literal = (text: string): Expression =>
    test({ kind: 'literal', field, anchor, text: cased ? text : foldText(text), cased });
  if (!GUID.test(only.text) || anchor === 'contains') return literal(only.text);
  // Events show GUIDs in braces; many rules leave them out.
  const braced = `${anchor === 'suffix' ? '' : '{'}${only.text}${anchor === 'prefix' ? '' : '}'}`;
  return combine('or', [literal(only.text), literal(braced)]);
}

function lowerDashes(
  field: FieldKey,
  parts: readonly ValuePart[],
  cased: boolean,
  test: (predicate: Predicate) => Expression,
): Expression {
  const written = writeDashesOut(parts, MAX_DASH_TEXTS);
  if (written !== undefined) {
    return combine(
      'or',
      written.map((variant) => lowerText(field, variant, cased, test)),
    );
  }
  const open = parts[0]?.kind === 'any';
  const ended = parts[parts.length - 1]?.kind === 'any';
  const body = parts
    .slice(open ? 1 : 0, ended ? -1 : undefined)
    .map(patternOf)
    .join('');
  const pattern = `${open ? '' : '\\A'}${body}${ended ? '' : '\\z'}`;
  const translated = translateRegex(pattern, cased ? 's' : 'is');
  const { source, flags } = ensureDefined(translated.ok ? translated.value : undefined, `pattern for ${pattern}`);
  return test({ kind: 'regex', field, source, flags });
}

function patternOf(part: ValuePart): string {
  switch (part.kind) {
    case 'text':
      return part.text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
    case 'dash':
      return `[${DASHES.join('').replace('-', '\\-')}]`;
    case 'any':
      return '.*';
    case 'one':
      return '.';
  }
}
