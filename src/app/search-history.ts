// The searches of before, newest first, kept as a setting. Reading gives nothing where the setting is not ours.

import type { Settings } from './ports.ts';

const NAME = 'searches';
const MAX_KEPT = 20;
const MAX_LENGTH = 1_000;

/** Searches kept so far, newest first. */
export function readSearches(settings: Settings): readonly string[] {
  try {
    const kept: unknown = JSON.parse(settings.read(NAME) ?? '[]');
    return Array.isArray(kept) ? kept.filter((text) => typeof text === 'string').slice(0, MAX_KEPT) : [];
  } catch {
    // Edited by hand or of another version: the list starts anew.
    return [];
  }
}

/** Puts a search at the top of the list. */
export function keepSearch(settings: Settings, text: string): void {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > MAX_LENGTH) return;
  const others = readSearches(settings).filter((kept) => kept !== trimmed);
  settings.write(NAME, JSON.stringify([trimmed, ...others].slice(0, MAX_KEPT)));
}
