// Bounds of the correlator. They are counted over everything that a scan gave, never "the first N that arrived", so
// they cannot make a result depend on the order of arrival.

export interface CorrelateLimits {
  /** Rows kept per event rule; a rule with more is too frequent to correlate and is left out with all that needs it. */
  readonly rowsPerRule: number;
  /** Numbers kept over all rules; lowers the bound per rule when many rules are correlated. */
  readonly words: number;
  /** Findings per correlation rule. */
  readonly findings: number;
  /** Records listed per finding. */
  readonly records: number;
  /** Steps for the one kind of condition that is not linear (ordered, with an upper bound). */
  readonly orderedSteps: number;
}

export const CORRELATE_LIMITS: CorrelateLimits = {
  rowsPerRule: 2_000_000,
  words: 64_000_000,
  findings: 50_000,
  records: 1_000,
  orderedSteps: 200_000_000,
};
