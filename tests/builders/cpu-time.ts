/** CPU milliseconds of this process while `work` runs: on a busy machine the clock says more about the neighbours. */
export function cpuMillisecondsOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
