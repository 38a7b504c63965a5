// Writes one term of the query language: a field and its value, quoted where they need it. Apart from search-edit.ts so
// that links into the events do not bring the parser along.

/** Longer values are searched by their beginning: a query has 4,096 characters in all. */
const MAX_VALUE = 400;

/** A field name as the query language reads it. */
export function quoteField(name: string): string {
  return /^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** A value as the query language reads it, matched as a whole and literally. */
export function quoteValue(value: string): string {
  const plain = /^[\p{L}\p{N}_{$%.\\][^\s()"*?/]*$/u.test(value) && !/^(?:and|or|not)$/i.test(value);
  return plain ? value : `"${value.replaceAll('"', '""')}"`;
}

/** One term: the field has this value; undefined asks for events without the field. */
export function formatTerm(field: string, value: string | undefined): string {
  if (value === undefined) return `-${quoteField(field)}:*`;
  if (value.length <= MAX_VALUE) return `${quoteField(field)}:${quoteValue(value)}`;
  // The end of a surrogate pair alone would match nothing.
  const start = value.slice(0, MAX_VALUE).replace(/[\ud800-\udbff]$/, '');
  return `${quoteField(field)}~"${start.replaceAll('"', '""')}"`;
}
