// Sigma's modifiers: what each does to a value (sigma-engine 1.3, specification appendix 2.1.0). Item-wide ones (all,
// cased, neq) and those that only set the kind of comparison are told apart here, so that one table names them all.

import { parseNetwork } from '../../base/cidr.ts';
import type { Comparison, TextAnchor, TimePart } from '../../model/rule-set.ts';
import { encodeBase64, encodeBase64Offsets, encodeUtf16 } from './encodings.ts';
import type { ItemVariant } from './item-value.ts';
import { expandPlaceholders } from './expand.ts';
import type { PlaceholderLookup } from './expand.ts';
import { ANY, hasWildcard, joinParts, plainTextOf } from './value-parts.ts';
import { openDashes, writeDashesOut } from './windash.ts';

/** What is wrong with a value under a modifier. */
export interface ModifierProblem {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export interface ModifierContext {
  readonly placeholders: PlaceholderLookup;
  /** The value as the author wrote it, before wildcards were read: patterns and networks take it raw. */
  readonly raw: string;
}

export type VariantChange = (
  variant: ItemVariant,
  context: ModifierContext,
) => readonly ItemVariant[] | ModifierProblem;

export interface Modifier {
  /** `item`: changes the whole item; `value`: changes each value. */
  readonly scope: 'item' | 'value';
  /** Must stand before every other modifier. */
  readonly first?: boolean;
  /** Only one of a group may stand in a chain. */
  readonly group?: 'anchor';
  readonly change?: VariantChange;
}

/** Most variants of one value where they have to be written out (five dashes at five places). */
const MAX_VARIANTS = 3_125;

function problem(code: string, message: string, hint: string): ModifierProblem {
  return { code, message, hint };
}

function needsText(modifier: string, variant: ItemVariant): ModifierProblem {
  const kind =
    variant.kind === 'number' || variant.kind === 'boolean'
      ? `a ${variant.kind}`
      : variant.kind === 'null'
        ? 'nothing'
        : `the result of another modifier`;
  return problem(
    'modifier-value',
    `\`${modifier}\` needs text, not ${kind}.`,
    'Put the value in quotes, or remove the modifier.',
  );
}

function anchor(name: string, before: boolean, after: boolean, kind: TextAnchor): Modifier {
  return {
    scope: 'value',
    group: 'anchor',
    change(variant) {
      if (variant.kind === 'text') {
        return [
          { kind: 'text', parts: joinParts([...(before ? [ANY] : []), ...variant.parts, ...(after ? [ANY] : [])]) },
        ];
      }
      if (variant.kind === 'fieldref') return [{ ...variant, anchor: kind }];
      // A pattern is searched for anywhere, so an anchor adds nothing.
      if (variant.kind === 'regex') return [variant];
      if (variant.kind === 'bytes') {
        const text = String.fromCharCode(...variant.bytes);
        return [
          {
            kind: 'text',
            parts: joinParts([...(before ? [ANY] : []), { kind: 'text', text }, ...(after ? [ANY] : [])]),
          },
        ];
      }
      return needsText(name, variant);
    },
  };
}

/** Texts or bytes that an encoding starts from; windash variants are written out. */
function bytesOf(name: string, variant: ItemVariant): readonly Uint8Array[] | ModifierProblem {
  if (variant.kind === 'bytes') return [variant.bytes];
  const texts = plainTextsOf(name, variant);
  return 'code' in texts ? texts : texts.map((text) => new TextEncoder().encode(text));
}

function plainTextsOf(name: string, variant: ItemVariant): readonly string[] | ModifierProblem {
  if (variant.kind !== 'text') return needsText(name, variant);
  if (hasWildcard(variant.parts)) {
    return problem(
      'modifier-wildcard',
      `\`${name}\` cannot encode a wildcard.`,
      `Escape it with a backslash, or write \`${name}\` before contains, startswith or endswith.`,
    );
  }
  const written = writeDashesOut(variant.parts, MAX_VARIANTS);
  return written === undefined ? tooManyVariants() : written.map(plainTextOf);
}

function tooManyVariants(): ModifierProblem {
  return problem(
    'windash-limit',
    `The dashes of this value would make more than ${MAX_VARIANTS} texts to encode.`,
    'Split the value.',
  );
}

function encoding(name: string, encode: (bytes: Uint8Array) => readonly string[]): Modifier {
  return {
    scope: 'value',
    change(variant) {
      const all = bytesOf(name, variant);
      if ('code' in all) return all;
      return all.flatMap((bytes) =>
        encode(bytes).map((text): ItemVariant => ({
          kind: 'text',
          parts: text === '' ? [] : [{ kind: 'text', text }],
        })),
      );
    },
  };
}

function utf16(name: string, order: 'le' | 'be', mark: boolean): Modifier {
  return {
    scope: 'value',
    change(variant) {
      const texts = plainTextsOf(name, variant);
      if ('code' in texts) return texts;
      return texts.map((text): ItemVariant => ({ kind: 'bytes', bytes: encodeUtf16(text, order, mark) }));
    },
  };
}

function comparison(name: string, compare: Comparison): Modifier {
  return {
    scope: 'value',
    change(variant) {
      if (variant.kind === 'time') return [{ ...variant, compare }];
      if (variant.kind === 'number') return [{ kind: 'compare', compare, value: variant.text }];
      return problem('modifier-value', `\`${name}\` needs a number.`, 'Write a decimal number without quotes.');
    },
  };
}

function timePart(part: TimePart): Modifier {
  return {
    scope: 'value',
    first: true,
    change(variant) {
      if (variant.kind === 'number' && !variant.text.includes('.'))
        return [{ kind: 'time', part, compare: 'eq', value: variant.text }];
      return problem('modifier-value', `\`${part}\` needs a whole number.`, 'Write a decimal number without quotes.');
    },
  };
}

function regexFlag(name: string, letter: string): Modifier {
  return {
    scope: 'value',
    change(variant) {
      if (variant.kind === 'regex')
        return [{ ...variant, flags: variant.flags.includes(letter) ? variant.flags : variant.flags + letter }];
      return problem('modifier-value', `\`${name}\` is a flag of \`re\`.`, `Write \`re|${name}\`, or remove it.`);
    },
  };
}

const CIDR: Modifier = {
  scope: 'value',
  first: true,
  change(variant, context) {
    if (variant.kind !== 'text') return needsText('cidr', variant);
    const network = parseNetwork(context.raw.trim());
    if (typeof network === 'object') return [{ kind: 'cidr', network }];
    const why =
      network === 'address'
        ? 'is no IP address'
        : network === 'prefix'
          ? 'has no valid prefix length'
          : 'has bits set behind its prefix';
    return problem('invalid-cidr', `The network \`${context.raw}\` ${why}.`, 'Write it as `10.0.0.0/8` or `fc00::/7`.');
  },
};

function referTo(variant: ItemVariant): readonly ItemVariant[] | ModifierProblem {
  if (variant.kind !== 'text') return needsText('fieldref', variant);
  if (hasWildcard(variant.parts)) {
    return problem(
      'modifier-wildcard',
      '`fieldref` takes the name of one field, without wildcards.',
      'Write `fieldref` before contains, startswith or endswith.',
    );
  }
  const name = plainTextOf(variant.parts);
  if (name === '') return problem('modifier-value', '`fieldref` needs the name of a field.', 'Write the name.');
  return [{ kind: 'fieldref', name, anchor: 'exact' }];
}

const FIELDREF: Modifier = { scope: 'value', change: referTo };

const FIELDREF_SUFFIX: Modifier = {
  scope: 'value',
  change(variant) {
    const reference = referTo(variant);
    return 'code' in reference
      ? reference
      : reference.map((each) => (each.kind === 'fieldref' ? { ...each, anchor: 'suffix' } : each));
  },
};

const EXISTS: Modifier = {
  scope: 'value',
  first: true,
  change(variant) {
    if (variant.kind === 'boolean') return [{ kind: 'exists', value: variant.value }];
    return problem('modifier-value', '`exists` needs true or false.', 'Write true or false without quotes.');
  },
};

const RE: Modifier = {
  scope: 'value',
  first: true,
  change(variant, context) {
    if (variant.kind === 'text') return [{ kind: 'regex', pattern: context.raw, flags: '' }];
    return needsText('re', variant);
  },
};

const WINDASH: Modifier = {
  scope: 'value',
  change: (variant) =>
    variant.kind === 'text' ? [{ kind: 'text', parts: openDashes(variant.parts) }] : needsText('windash', variant),
};

const EXPAND: Modifier = {
  scope: 'value',
  change(variant, context) {
    const expanded = expandPlaceholders(variant, context.placeholders);
    return expanded ?? needsText('expand', variant);
  },
};

/** Every modifier by its name. */
export const MODIFIERS: ReadonlyMap<string, Modifier> = new Map<string, Modifier>([
  ['all', { scope: 'item' }],
  ['cased', { scope: 'item' }],
  ['neq', { scope: 'item' }],
  ['contains', anchor('contains', true, true, 'contains')],
  ['startswith', anchor('startswith', false, true, 'prefix')],
  ['endswith', anchor('endswith', true, false, 'suffix')],
  ['exists', EXISTS],
  ['re', RE],
  ['i', regexFlag('i', 'i')],
  ['ignorecase', regexFlag('ignorecase', 'i')],
  ['m', regexFlag('m', 'm')],
  ['multiline', regexFlag('multiline', 'm')],
  ['s', regexFlag('s', 's')],
  ['dotall', regexFlag('dotall', 's')],
  ['cidr', CIDR],
  ['lt', comparison('lt', 'lt')],
  ['lte', comparison('lte', 'lte')],
  ['gt', comparison('gt', 'gt')],
  ['gte', comparison('gte', 'gte')],
  ['minute', timePart('minute')],
  ['hour', timePart('hour')],
  ['day', timePart('day')],
  ['week', timePart('week')],
  ['month', timePart('month')],
  ['year', timePart('year')],
  ['fieldref', FIELDREF],
  ['base64', encoding('base64', (bytes) => [encodeBase64(bytes)])],
  ['base64offset', encoding('base64offset', encodeBase64Offsets)],
  ['utf16le', utf16('utf16le', 'le', false)],
  ['wide', utf16('wide', 'le', false)],
  ['utf16be', utf16('utf16be', 'be', false)],
  ['utf16', utf16('utf16', 'le', true)],
  ['windash', WINDASH],
  ['expand', EXPAND],
  // Hayabusa's older spellings of fieldref.
  ['equalsfield', FIELDREF],
  ['endswithfield', FIELDREF_SUFFIX],
]);

/** Names that other tools once used; accepted with a remark. */
export const LEGACY_MODIFIERS: ReadonlyMap<string, string> = new Map([
  ['equalsfield', 'fieldref'],
  ['endswithfield', 'fieldref|endswith'],
]);
