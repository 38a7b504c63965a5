// Ceilings of a query, so that a pasted megabyte or ten thousand parentheses are a message and not a frozen tab.

/** UTF-16 units of the whole text. */
export const MAX_QUERY_LENGTH = 4_096;
/** Words, operators and parentheses. */
export const MAX_TOKENS = 512;
/** Parentheses and negations within one another. */
export const MAX_DEPTH = 32;
