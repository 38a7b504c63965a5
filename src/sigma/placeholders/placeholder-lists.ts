// Value lists for `expand`. What belongs in them is known only on site, so a case brings its own; the table here holds
// only what is the same everywhere. A rule whose list is missing is refused by the detection parser (Sigma engine 1.3).

/** Values by placeholder name, as the analyst keeps them for a case. */
export type PlaceholderLists = ReadonlyMap<string, readonly string[]>;

/** Lists that hold on every host. Names are compared without regard to case. */
export const DEFAULT_PLACEHOLDERS: PlaceholderLists = new Map<string, readonly string[]>([
  // The built-in account (RID 500) in the languages in which Windows localises it.
  [
    'Administrators',
    [
      'Administrator',
      'Administrateur',
      'Administrador',
      'Administratör',
      'Amministratore',
      'Rendszergazda',
      'Järjestelmänvalvoja',
      'Администратор',
    ],
  ],
  // Environment variables that rules look for by their own name, unexpanded.
  ['userdomain', ['%userdomain%']],
  ['comspec', ['%comspec%']],
]);

/**
 * The lookup for a case: its own lists before the default ones. An empty list counts as missing, because a test against
 * nothing would silently never (or, in a filter, always) hold.
 */
export function createPlaceholderLookup(
  lists: PlaceholderLists = new Map(),
): (name: string) => readonly string[] | undefined {
  const all = new Map<string, readonly string[]>();
  for (const table of [DEFAULT_PLACEHOLDERS, lists]) {
    for (const [name, values] of table) {
      const filled = values.filter((value) => value !== '');
      if (filled.length > 0) all.set(name.toLowerCase(), filled);
    }
  }
  return (name) => all.get(name.toLowerCase());
}

/**
 * Reads a list as an analyst edits it: one value per line, blank lines and lines that begin with `#` left out, white
 * space around values removed.
 */
export function parsePlaceholderValues(text: string): readonly string[] {
  const values = text
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  return [...new Set(values)];
}
