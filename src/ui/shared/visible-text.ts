// Untrusted text made visible, for the screens; the report uses the same (src/base/visible-text.ts).

import { visibleText as writtenOut } from '../../base/visible-text.ts';
import { formatCount } from './number-text.ts';

export { unwrapProse } from '../../base/visible-text.ts';

/**
 * Longest name that is shown whole, in UTF-16 units: no host, channel, rule or path of Windows that means well is longer.
 * Browsers take a minute or more to break a word of 32 KB into lines where it stands in a table.
 */
const LONGEST_NAME = 1_000;

/**
 * The text with hidden characters written out. `lines` keeps line feeds, tabs and the whole text; without it the text is a
 * name and is cut, with its length behind, where no name is as long.
 */
export function visibleText(text: string, lines = false): string {
  return lines ? writtenOut(text, true) : writtenOut(cutName(text));
}

function cutName(text: string): string {
  if (text.length <= LONGEST_NAME) return text;
  const isSplit = /[\ud800-\udbff]/.test(text.charAt(LONGEST_NAME - 1));
  const head = text.slice(0, isSplit ? LONGEST_NAME - 1 : LONGEST_NAME);
  return `${head}… (${formatCount(text.length)} characters)`;
}
