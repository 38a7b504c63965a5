// How full the browser's storage is: asked before a scan and while one runs, and said once when it gets short.

import type { StorageRoom } from '../store/quota.ts';
import type { Notices } from './notices.svelte.ts';

/** From this share on the user is warned. */
const SHORT = 0.8;
const EVERY_MS = 4_000;
const MEBIBYTE = 1_048_576;

export class StorageWatch {
  readonly #estimate: () => Promise<StorageRoom | undefined>;
  readonly #notices: Notices;
  #room = $state.raw<StorageRoom | undefined>(undefined);
  #warned = false;

  constructor(estimate: () => Promise<StorageRoom | undefined>, notices: Notices) {
    this.#estimate = estimate;
    this.#notices = notices;
  }

  /** As last asked; undefined where the browser does not tell. */
  get room(): StorageRoom | undefined {
    return this.#room;
  }

  /** Asks the browser; warns when the room has just become short. */
  async check(): Promise<void> {
    const room = await this.#estimate();
    this.#room = room;
    const isShort = room !== undefined && room.used >= room.granted * SHORT;
    if (isShort && !this.#warned) {
      const share = Math.round((100 * room.used) / room.granted);
      const left = Math.max(0, room.granted - room.used) / MEBIBYTE;
      this.#notices.show(
        'warning',
        `The browser's room for kept cases is ${share} % full: ${left.toFixed(1)} MiB left.`,
        {
          hint: 'Delete cases that are done with, at the start. When it is full, scans go on and findings stay on screen only.',
        },
      );
    }
    this.#warned = isShort;
  }

  /** Goes on asking until the work is done. */
  async follow(work: Promise<unknown>): Promise<void> {
    const timer = setInterval(() => void this.check(), EVERY_MS);
    try {
      await work;
    } finally {
      clearInterval(timer);
      await this.check();
    }
  }
}
