// Long lists drawn some items at a time: making an element of a list costs up to a millisecond, and a list that comes all
// at once would hold the page for longer than a frame.

/** Gives how many of `wanted()` items may be drawn by now: `step` at first, `step` more in each later task. For components. */
export function drawInSteps(step: number, wanted: () => number): { readonly count: number } {
  let drawable = $state(step);
  $effect(() => {
    if (wanted() <= drawable) return undefined;
    const timer = setTimeout(() => (drawable += step));
    return () => clearTimeout(timer);
  });
  return {
    get count() {
      return Math.min(drawable, wanted());
    },
  };
}
