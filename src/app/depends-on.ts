// Marks what an effect follows without using it: reading a rune is what subscribes, and a bare read looks like a slip.

/** Gives how many values it was given; that they were read on the way is the point. */
export function dependsOn(...values: readonly unknown[]): number {
  return values.length;
}
