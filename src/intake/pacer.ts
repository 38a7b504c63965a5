// Keeps long walks from holding up the page: what comes from memory settles without ever giving the page a turn.

/** Two frames: short enough not to be felt, long enough that the turns given away cost little. */
const STEP_MS = 32;

/** Gives a function to be awaited between steps; it gives the page a turn when 32 ms have passed since the last. */
export function createPacer(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < STEP_MS) return;
    await new Promise((resolve) => setTimeout(resolve));
    last = performance.now();
  };
}
