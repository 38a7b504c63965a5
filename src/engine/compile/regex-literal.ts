// The literal that every match of a translated regular expression contains, so that the literal pass decides most
// values before any regex runs (reference: engine algorithms 8, "Prefilter"). base/linear-regex.ts knows it at
// translation; a rule set only keeps the pattern, so it is read back from there.

import { literalOfRegex } from '../../base/regex-emit.ts';
import { parseRegex } from '../../base/regex-syntax.ts';

/** Folded literal of a translated pattern, or undefined when none is required or the pattern cannot be read back. */
export function requiredLiteral(source: string): string | undefined {
  // The two constructs of the translation that the parser does not read; anchors have no width.
  const plain = source.replaceAll('(?m:^)', '').replaceAll('(?m:$)', '');
  const parsed = parseRegex(plain, { ignoreCase: false, multiline: false, dotAll: false });
  if (!parsed.ok) return undefined;
  const literal = literalOfRegex(parsed.root);
  return literal === '' ? undefined : literal;
}
