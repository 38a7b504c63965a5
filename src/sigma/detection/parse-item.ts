// One entry of a detection map, `Field|modifier: value(s)`, with its modifiers carried out and checked (sigma-engine
// 1.1 to 1.3, error classes 7 to 12).

import { translateRegex } from '../../base/linear-regex.ts';
import type { TextRange } from '../../model/diagnostic.ts';
import { nearestName } from '../logsource/nearest-name.ts';
import type { YamlNode, YamlScalar } from '../source/nodes.ts';
import { kindOf } from '../source/nodes.ts';
import { looksLikeNumber } from '../source/scalar-type.ts';
import { rangeInScalar } from '../source/scalar-range.ts';
import type { Report } from '../source/report.ts';
import type { PlaceholderLookup } from './expand.ts';
import { placeholdersIn } from './expand.ts';
import type { DetectionItem, ItemValue, ItemVariant } from './item-value.ts';
import type { Modifier, ModifierContext } from './modifiers.ts';
import { LEGACY_MODIFIERS, MODIFIERS } from './modifiers.ts';
import { parseValueParts } from './value-parts.ts';

export interface ItemContext {
  readonly report: Report;
  readonly placeholders: PlaceholderLookup;
  /** Text of the document, to point into patterns. */
  readonly text: string;
  readonly textStart: number;
}

interface NamedModifier {
  readonly name: string;
  readonly modifier: Modifier;
}

/** The item of a map entry; undefined when it cannot be used (the report then says why). */
export function parseItem(key: YamlScalar, value: YamlNode, context: ItemContext): DetectionItem | undefined {
  const names = key.text.split('|').map((name) => name.trim());
  const field = names[0] ?? '';
  const modifiers = parseModifiers(names.slice(1), field, key.range, context.report);
  return modifiers === undefined
    ? undefined
    : makeItem(field === '' ? undefined : field, modifiers, value, key.range, context);
}

/** A keyword (or a list of them) as an item: text anywhere in the event. */
export function parseKeywords(value: YamlNode, context: ItemContext): DetectionItem | undefined {
  return makeItem(undefined, [], value, value.range, context);
}

function makeItem(
  field: string | undefined,
  modifiers: readonly NamedModifier[],
  value: YamlNode,
  range: TextRange,
  context: ItemContext,
): DetectionItem | undefined {
  const { report } = context;
  const nodes = value.kind === 'list' ? value.items : [value];
  const has = (name: string): boolean => modifiers.some((each) => each.name === name);
  if (value.kind === 'list' && nodes.length === 0) {
    if (field === undefined) {
      report.error(
        'empty-selection',
        value.range,
        'There are no keywords in the list.',
        'Add keywords, or remove the selection.',
      );
      return undefined;
    }
    report.warning(
      'empty-list',
      value.range,
      'The list is empty; this is read as null: the field has no value.',
      'Write null, or add values.',
    );
  }
  if (has('all') && nodes.length === 1) {
    report.warning(
      'all-on-one-value',
      range,
      '`all` has no effect on a single value.',
      'Remove `all`, or write a list.',
    );
  }
  const values: ItemValue[] = [];
  let failed = false;
  for (const node of nodes) {
    const parsed = parseItemValue(field, modifiers, node, nodes.length > 1, context);
    if (parsed === undefined) failed = true;
    else values.push(parsed);
  }
  if (failed) return undefined;
  if (nodes.length === 0) values.push({ text: 'null', range: value.range, variants: [{ kind: 'null' }] });
  return {
    field,
    modifiers: modifiers.map((each) => each.name),
    values,
    all: has('all'),
    negated: has('neq'),
    cased: has('cased'),
    range,
  };
}

function parseModifiers(
  names: readonly string[],
  field: string,
  range: TextRange,
  report: Report,
): NamedModifier[] | undefined {
  const modifiers: NamedModifier[] = [];
  const failures: string[] = [];
  const fail = (code: string, message: string, hint: string): void => {
    report.error(code, range, message, hint);
    failures.push(code);
  };
  for (const name of names) {
    if (name === '') {
      report.warning(
        'stray-pipe',
        range,
        'There is a `|` without a modifier behind it.',
        'Remove it. A field name cannot hold a `|`.',
      );
      continue;
    }
    const modifier = MODIFIERS.get(name);
    if (modifier === undefined) {
      const nearest = nearestName(name.toLowerCase(), MODIFIERS.keys());
      fail(
        'unknown-modifier',
        `Unknown modifier \`${name}\`.`,
        nearest === undefined ? 'See docs/sigma-support.md for the list.' : `Did you mean \`${nearest}\`?`,
      );
      continue;
    }
    const legacy = LEGACY_MODIFIERS.get(name);
    if (legacy !== undefined)
      report.warning('legacy-modifier', range, `\`${name}\` is not part of Sigma.`, `Write \`${legacy}\`.`);
    const before = modifiers.find((each) => modifier.group !== undefined && each.modifier.group === modifier.group);
    if (modifiers.some((each) => each.name === name)) {
      report.warning('repeated-modifier', range, `\`${name}\` is written twice.`, 'Write it once.');
      continue;
    }
    if (before !== undefined) {
      fail('modifier-combination', `\`${before.name}\` and \`${name}\` exclude each other.`, 'Keep one of them.');
      continue;
    }
    if (modifier.first === true && modifiers.some((each) => each.modifier.scope === 'value')) {
      fail(
        'modifier-order',
        `\`${name}\` must be the first modifier.`,
        `Write \`${field}|${name}\` and the others behind it.`,
      );
      continue;
    }
    modifiers.push({ name, modifier });
  }
  if (modifiers.some((each) => each.name === 'exists')) {
    if (field === '') fail('modifier-combination', '`exists` needs a field.', 'Write a field name before it.');
    if (modifiers.length > 1)
      fail('modifier-combination', '`exists` cannot be combined with other modifiers.', 'Use `exists` alone.');
  }
  if (field === '' && modifiers.some((each) => each.modifier === MODIFIERS.get('fieldref'))) {
    fail('modifier-combination', '`fieldref` needs a field.', 'Write a field name before it.');
  }
  return failures.length > 0 ? undefined : modifiers;
}

function parseItemValue(
  field: string | undefined,
  modifiers: readonly NamedModifier[],
  node: YamlNode,
  inList: boolean,
  context: ItemContext,
): ItemValue | undefined {
  const { report } = context;
  if (node.kind !== 'scalar') {
    const what = field === undefined ? 'a keyword' : `\`${field}\``;
    report.error(
      'value-type',
      node.range,
      `A value of ${what} must be a text, a number, true, false or null, not a ${kindOf(node)}.`,
      'Check the indentation.',
    );
    return undefined;
  }
  if (node.type === 'null' && field === undefined) {
    report.error('value-type', node.range, 'A keyword cannot be null.', 'Write a text, or remove it.');
    return undefined;
  }
  let variants: readonly ItemVariant[] = [variantOf(node)];
  const modifierContext: ModifierContext = { placeholders: context.placeholders, raw: node.text };
  for (const { modifier } of modifiers) {
    if (modifier.change === undefined) continue;
    const changed: ItemVariant[] = [];
    for (const variant of variants) {
      const result = modifier.change(variant, modifierContext);
      if ('code' in result) {
        report.error(result.code, node.range, result.message, result.hint);
        return undefined;
      }
      changed.push(...result);
    }
    variants = changed;
  }
  variants = finishVariants(variants, node, context);
  if (variants.length === 0) return undefined;
  remark(field, modifiers, node, inList, variants, report);
  return { text: node.type === 'null' ? 'null' : node.text, range: node.range, variants };
}

function variantOf(node: YamlScalar): ItemVariant {
  switch (node.type) {
    case 'null':
      return { kind: 'null' };
    case 'boolean':
      return { kind: 'boolean', value: node.text.toLowerCase() === 'true' };
    case 'number':
      return { kind: 'number', text: node.text };
    case 'text':
      return { kind: 'text', parts: parseValueParts(node.text) };
  }
}

/** Translates patterns once all flags are known, and turns bytes that no base64 followed into text. */
function finishVariants(variants: readonly ItemVariant[], node: YamlScalar, context: ItemContext): ItemVariant[] {
  const done: ItemVariant[] = [];
  for (const variant of variants) {
    if (variant.kind === 'bytes') {
      const message = 'Text in UTF-16 without base64 does not occur in event fields.';
      context.report.warning('encoding-without-base64', node.range, message, 'Add `base64offset|contains`.');
      done.push({ kind: 'text', parts: [{ kind: 'text', text: String.fromCharCode(...variant.bytes) }] });
    } else if (variant.kind === 'regex') {
      const translated = translateRegex(variant.pattern, variant.flags);
      if (translated.ok) {
        done.push({ kind: 'regex', pattern: translated.value.source, flags: translated.value.flags });
        continue;
      }
      const { offset, message, unsupported } = translated.problem;
      const range =
        variant.pattern === node.text
          ? rangeInScalar(node, context.text, context.textStart, offset, offset + 1)
          : node.range;
      const hint = unsupported
        ? 'Only what a linear-time engine can do is supported: no lookaround, no backreferences.'
        : `Character ${offset + 1} of the pattern.`;
      context.report.error('invalid-regex', range, `The regular expression cannot be used: ${message}.`, hint);
      return [];
    } else {
      done.push(variant);
    }
  }
  return done;
}

function remark(
  field: string | undefined,
  modifiers: readonly NamedModifier[],
  node: YamlScalar,
  inList: boolean,
  variants: readonly ItemVariant[],
  report: Report,
): void {
  if (node.type === 'null' && inList) {
    report.warning(
      'null-in-list',
      node.range,
      'null in a list of values means: or the field has no value.',
      'Sigma wants null alone; use a second selection.',
    );
  }
  if (node.style === 'plain' && node.type === 'text' && looksLikeNumber(node.text)) {
    report.info(
      'number-as-text',
      node.range,
      `\`${node.text}\` is compared as this text, not as a number.`,
      'Put it in quotes to say so.',
    );
  }
  const only = variants.length === 1 ? variants[0] : undefined;
  if (field !== undefined && only?.kind === 'text' && only.parts.length === 1 && only.parts[0]?.kind === 'any') {
    report.info(
      'lone-wildcard',
      node.range,
      'A lone `*` only asks whether the field is there.',
      'Write `exists: true`.',
    );
  }
  const [placeholder] =
    modifiers.some((each) => each.name === 'expand') || node.type !== 'text' ? [] : placeholdersIn(node.text);
  if (
    placeholder !== undefined &&
    placeholder.length > 2 &&
    /^[A-Za-z][\w-]*$/.test(placeholder) &&
    !ENVIRONMENT.has(placeholder.toLowerCase())
  ) {
    report.info(
      'placeholder-without-expand',
      node.range,
      `\`%${placeholder}%\` is compared as this text.`,
      'Add the modifier `expand` if it is meant as a placeholder.',
    );
  }
}

/** Environment variables that rules name as text. */
const ENVIRONMENT: ReadonlySet<string> = new Set(
  'allusersprofile appdata comspec commonprogramfiles computername homedrive homepath localappdata logonserver os path pathext programdata programfiles programw6432 public systemdrive systemroot temp tmp userdomain username userprofile windir'.split(
    ' ',
  ),
);
