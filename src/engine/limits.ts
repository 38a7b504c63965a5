// The caps of the engine. Each is a pure bound on memory or time: whatever its value, findings are the same (tests run
// them at extremes). Reference: engine algorithms, sections 6.2, 7.1, 7.2, 10.

export interface EngineLimits {
  /** Values kept per memo generation; two generations exist. 0 switches the memo off. */
  readonly memoEntries: number;
  /** Bytes of values kept per memo generation. */
  readonly memoBytes: number;
  /** Longest value that is kept, in bytes. */
  readonly memoValueBytes: number;
  /** Places looked at before a value is scanned without being kept: attackers can choose colliding values. */
  readonly memoProbes: number;
  /** Replaces every hash by one constant when true: only for tests. */
  readonly constantHash: boolean;
  /** Distinct literal sets kept over all fields, and the numbers they may hold together. */
  readonly sets: number;
  readonly setItems: number;
  /** Tuples kept over all groups, and the numbers they may hold together. */
  readonly tuples: number;
  readonly tupleItems: number;
  /** Plans kept: (kind of event, shapes). */
  readonly plans: number;
  /** Distinct names per sort (channel, provider, computer) beyond which the tables start over between slices. */
  readonly names: number;
  /** Records between two looks at the caps; a record adds a bounded number of entries. */
  readonly checkEvery: number;
}

export const DEFAULT_LIMITS: EngineLimits = {
  memoEntries: 65_536,
  memoBytes: 8 << 20,
  memoValueBytes: 32_768,
  memoProbes: 24,
  constantHash: false,
  sets: 131_072,
  setItems: 1 << 21,
  tuples: 131_072,
  tupleItems: 1 << 21,
  plans: 20_000,
  names: 65_535,
  checkEvery: 8_192,
};
