// Untrusted text made visible: control and direction characters, which could hide or reorder what is read, become
// escapes in angle brackets. For showing only; copies and exports carry the text as it is.

/**
 * C0 and C1 controls (tab, line feed and carriage return too), direction marks and overrides, zero-width characters,
 * line and paragraph separators, the byte order mark, tag characters and lone surrogates.
 */
const HIDDEN =
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu;

const KEPT_IN_LINES: ReadonlyMap<string, string> = new Map([
  ['\t', '\t'],
  ['\n', '\n'],
  ['\r', ''],
]);

/** The text with hidden characters written out. `lines` keeps line feeds and tabs (a carriage return is dropped then). */
export function visibleText(text: string, lines = false): string {
  return text.replace(HIDDEN, (character) => {
    const kept = lines ? KEPT_IN_LINES.get(character) : undefined;
    return kept ?? `⟨U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

/**
 * Prose from a rule with its hard line breaks taken out: authors wrap at their editor's width, not at the reader's.
 * Blank lines and list items keep their break.
 */
export function unwrapProse(text: string): string {
  return text.trim().replace(/([^\n])\r?\n(?![\s\-*•\d])/g, '$1 ');
}
