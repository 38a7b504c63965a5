// Rules that are off, as an option of a scan in the account of the evidence: written, compared and read again.

import type { ScanAccount } from '../model/evidence-account.ts';

/** Name of the option that lists the rules that were off. */
export const RULES_OFF = 'rules off';
const CUT = ' more)';
const MOST_LISTED = 200;

/** A list of rule ids as the value of an option. */
export function formatIds(ids: readonly string[]): string {
  const rest = ids.length - MOST_LISTED;
  return `${ids.length} (${ids.slice(0, MOST_LISTED).join(', ')}${rest > 0 ? ` and ${rest}${CUT}` : ')'}`;
}

/** Ids of the rules that were off in a scan; of a list that was cut, those that it names. */
export function rulesOffIn({ options }: Pick<ScanAccount, 'options'>): readonly string[] {
  const [, value = ''] = options.find(([name]) => name === RULES_OFF) ?? [];
  const [, list = ''] = /\((.*)\)$/.exec(value) ?? [];
  return list
    .replace(/ and \d+ more$/, '')
    .split(', ')
    .filter((id) => id !== '');
}

/** Whether two scans had the same rules off. */
export function hadSameOff(a: ScanAccount['options'], b: ScanAccount['options']): boolean {
  const valueOf = (options: ScanAccount['options']): string => options.find(([name]) => name === RULES_OFF)?.[1] ?? '';
  // A long list is cut in the account: then nobody knows.
  return valueOf(a) === valueOf(b) && !valueOf(a).endsWith(CUT);
}
