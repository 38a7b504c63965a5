// Which findings are picked for a bulk action. Picks are kept while filters change, so that findings of several searches
// can be picked one after the other; what an action is done to is always the picked findings that are shown.

export class FindingSelection {
  #flags = new Uint8Array();
  /** A new wrapper with every change: it tells readers that the flags behind it changed. */
  #current = $state.raw<{ readonly count: number }>({ count: 0 });

  /** All picked findings, shown or not. */
  get count(): number {
    return this.#current.count;
  }

  has(row: number): boolean {
    return this.#current.count > 0 && this.#flags[row] === 1;
  }

  /** Those of the rows that are picked, in their order. */
  among(rows: Uint32Array): Uint32Array {
    return this.#current.count === 0 ? new Uint32Array() : rows.filter((row) => this.#flags[row] === 1);
  }

  /** Picks rows, or takes them out. */
  set(rows: Iterable<number>, on: boolean): void {
    let count = this.#current.count;
    for (const row of rows) {
      if (row >= this.#flags.length) this.#grow(row);
      if ((this.#flags[row] === 1) !== on) count += on ? 1 : -1;
      this.#flags[row] = on ? 1 : 0;
    }
    this.#current = { count };
  }

  clear(): void {
    this.#flags = new Uint8Array();
    this.#current = { count: 0 };
  }

  #grow(row: number): void {
    const grown = new Uint8Array(Math.max(1_024, 2 ** Math.ceil(Math.log2(row + 1))));
    grown.set(this.#flags);
    this.#flags = grown;
  }
}
