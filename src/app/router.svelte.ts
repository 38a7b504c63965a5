// The current address as state. The address bar is the one truth: going somewhere writes it, and what is shown is what
// was read back from it.

import type { Address } from './address.ts';
import { formatAddress, parseAddress } from './address.ts';
import type { AddressBar } from './ports.ts';

export class Router {
  readonly #bar: AddressBar;
  #hash = $state('');
  readonly #address = $derived(parseAddress(this.#hash));
  readonly #stop: () => void;

  constructor(bar: AddressBar, changed: (address: Address) => void) {
    this.#bar = bar;
    this.#hash = bar.read();
    this.#stop = bar.listen(() => {
      this.#hash = bar.read();
      changed(this.#address);
    });
  }

  get address(): Address {
    return this.#address;
  }

  /** Goes to a view; the back button leads here again. */
  go(address: Address): void {
    const hash = formatAddress(address);
    if (hash === this.#hash) return;
    this.#bar.push(hash);
    this.#hash = hash;
  }

  /** Changes the address without a step in the history: typing in a filter is not a place to come back to. */
  refine(address: Address): void {
    const hash = formatAddress(address);
    if (hash === this.#hash) return;
    this.#bar.replace(hash);
    this.#hash = hash;
  }

  dispose(): void {
    this.#stop();
  }
}
