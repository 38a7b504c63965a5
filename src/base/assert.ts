// Checks for states that only a bug can reach. They throw; damage in evidence never goes through here.

/** Throws when a condition that the code itself guarantees does not hold. */
export function assertTrue(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`impossible state: ${what}`);
}

/** Gives the value, or throws when it is undefined. */
export function ensureDefined<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`missing: ${what}`);
  return value;
}

/** Makes a switch exhaustive: the compiler refuses it when a case is missing. */
export function assertUnreachable(value: never): never {
  throw new Error(`unreachable: ${String(value)}`);
}
