// A string value of a rule as parts, before any modifier sees it (sigma-engine 1.1). Modifiers add parts and never join
// texts: `\Downloads\` put between stars as text would turn the last star into an escaped one.

/** Text, `*`, `?`, or one place that windash opened: any of the five dashes. */
export type ValuePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'one' }
  | { readonly kind: 'dash' };

export const ANY: ValuePart = { kind: 'any' };
export const ONE: ValuePart = { kind: 'one' };
export const DASH: ValuePart = { kind: 'dash' };

/** Parts of a value as written. A backslash escapes only `*`, `?` and itself; elsewhere, and at the end, it is text. */
export function parseValueParts(value: string): ValuePart[] {
  const parts: ValuePart[] = [];
  let text = '';
  const close = (): void => {
    if (text !== '') parts.push({ kind: 'text', text });
    text = '';
  };
  for (let at = 0; at < value.length; at++) {
    const unit = value[at]!;
    const next = value[at + 1];
    if (unit === '\\' && (next === '*' || next === '?' || next === '\\')) {
      text += next;
      at++;
    } else if (unit === '*' || unit === '?') {
      close();
      parts.push(unit === '*' ? ANY : ONE);
    } else {
      text += unit;
    }
  }
  close();
  return joinParts(parts);
}

/** Parts with neighbouring texts joined and repeated stars taken once. */
export function joinParts(parts: readonly ValuePart[]): ValuePart[] {
  const joined: ValuePart[] = [];
  for (const part of parts) {
    const last = joined[joined.length - 1];
    if (part.kind === 'text' && last?.kind === 'text')
      joined[joined.length - 1] = { kind: 'text', text: last.text + part.text };
    else if (part.kind !== 'any' || last?.kind !== 'any') joined.push(part);
  }
  return joined;
}

/** Whether the parts hold `*` or `?`. */
export function hasWildcard(parts: readonly ValuePart[]): boolean {
  return parts.some((part) => part.kind === 'any' || part.kind === 'one');
}

/** The text of parts without wildcards. */
export function plainTextOf(parts: readonly ValuePart[]): string {
  return parts.map((part) => (part.kind === 'text' ? part.text : part.kind === 'dash' ? '-' : '')).join('');
}
