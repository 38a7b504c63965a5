// Bounds of joins. Counted over everything that a scan gave, never "the first that arrived", so that they cannot make a
// result depend on the order of arrival. Beyond them a join is off, and a problem says so.

export interface JoinLimits {
  /** Creations and ends of processes per host. */
  readonly rowsPerHost: number;
  /** Events per rule that must be read again with their parents. */
  readonly candidatesPerRule: number;
  /** The same over all rules; the rules with most go first. */
  readonly candidates: number;
}

export const JOIN_LIMITS: JoinLimits = { rowsPerHost: 2_000_000, candidatesPerRule: 500_000, candidates: 1_000_000 };
