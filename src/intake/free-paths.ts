// Paths that no two logs of a drop share: two dropped folders may both be called Logs, two entries of an archive may have
// one name.

export class FreePaths {
  readonly #taken = new Set<string>();
  /** By path: the number that is tried next. A hostile archive has 100,000 entries of one name. */
  readonly #next = new Map<string, number>();

  /** Takes the path, or the first of `path (2)`, `path (3)` … that is free, and gives it. */
  take(path: string): string {
    let free = path;
    let number = this.#next.get(path) ?? 2;
    while (this.#taken.has(free)) free = `${path} (${String(number++)})`;
    this.#next.set(path, number);
    this.#taken.add(free);
    return free;
  }
}
