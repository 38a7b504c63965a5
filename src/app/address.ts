// The address of a view: what stands behind `#`. Every view is an address, so reload and the back button work. Parsing
// accepts anything and falls back to the start; formatting gives the one spelling that parses to the same view.

import { encodeUriPart } from '../base/uri-part.ts';
import type { CaseId } from '../model/case.ts';

export type CaseView = 'findings' | 'events' | 'overview' | 'problems' | 'evidence';

export type Address =
  | { readonly view: 'start' }
  | {
      readonly view: 'case';
      readonly caseId: CaseId;
      readonly tab: CaseView;
      readonly finding: number | undefined;
      readonly params: AddressParams;
    }
  | { readonly view: 'rules'; readonly params: AddressParams }
  | { readonly view: 'rule'; readonly ruleId: string }
  | { readonly view: 'tuning' }
  | { readonly view: 'workbench'; readonly ruleId: string | undefined }
  | { readonly view: 'pack'; readonly packId: string; readonly params: AddressParams };

/** Filters and the like, in the order in which they were set. */
export type AddressParams = ReadonlyMap<string, string>;

const NO_PARAMS: AddressParams = new Map();
const CASE_VIEWS: readonly string[] = ['findings', 'events', 'overview', 'problems', 'evidence'];

/** Reads `#/case/<id>/findings/<n>?level=high`; anything unknown is the start view. */
export function parseAddress(hash: string): Address {
  const text = hash.startsWith('#') ? hash.slice(1) : hash;
  const mark = text.indexOf('?');
  const path = (mark < 0 ? text : text.slice(0, mark)).split('/').filter((part) => part !== '');
  const params = mark < 0 ? NO_PARAMS : new Map(new URLSearchParams(text.slice(mark + 1)));
  const [room, id, tab, item] = path.map(decodePart);
  if (room === 'rules') return id === undefined ? { view: 'rules', params } : { view: 'rule', ruleId: id };
  if (room === 'tuning') return { view: 'tuning' };
  if (room === 'workbench') return { view: 'workbench', ruleId: id };
  if (room === 'packs') return id === undefined ? { view: 'rules', params } : { view: 'pack', packId: id, params };
  if (room === 'case' && id !== undefined) {
    const known = tab !== undefined && CASE_VIEWS.includes(tab) ? (tab as CaseView) : 'findings';
    const finding = known === 'findings' && item !== undefined && /^\d{1,15}$/.test(item) ? Number(item) : undefined;
    return { view: 'case', caseId: id as CaseId, tab: known, finding, params };
  }
  return { view: 'start' };
}

/** Gives the hash of an address, `#` included. */
export function formatAddress(address: Address): string {
  switch (address.view) {
    case 'start':
      return '#/';
    case 'tuning':
      return '#/tuning';
    case 'workbench':
      return address.ruleId === undefined ? '#/workbench' : `#/workbench/${encodeUriPart(address.ruleId)}`;
    case 'rules':
      return `#/rules${formatParams(address.params)}`;
    case 'rule':
      return `#/rules/${encodeUriPart(address.ruleId)}`;
    case 'pack':
      return `#/packs/${encodeUriPart(address.packId)}${formatParams(address.params)}`;
    case 'case': {
      const item = address.finding === undefined ? '' : `/${String(address.finding)}`;
      return `#/case/${encodeUriPart(address.caseId)}/${address.tab}${item}${formatParams(address.params)}`;
    }
  }
}

function formatParams(params: AddressParams): string {
  const query = new URLSearchParams([...params].filter(([, value]) => value !== '')).toString();
  return query === '' ? '' : `?${query}`;
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A lone percent sign: take the text as it stands.
    return part;
  }
}
