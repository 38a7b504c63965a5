// Bounds on rule files. Rules are written by attackers too; the largest real rule has 4,432 values in 300 KB.

export const SOURCE_LIMITS = {
  /** Size of a rule file, in bytes when it is bytes and in UTF-16 units when it is text. */
  fileSize: 10 * 1024 * 1024,
  /** Size of one document in UTF-16 units. */
  documentSize: 2 * 1024 * 1024,
  /** Documents in one file. */
  documents: 20_000,
  /** Nodes that the aliases of one document may stand for. */
  aliasedNodes: 20_000,
  /** Nesting of maps and lists. */
  depth: 32,
} as const;
