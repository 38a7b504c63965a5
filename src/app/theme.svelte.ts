// Light, dark or as the system says. The choice is kept; applying it to the page is the shell's job.

import type { Settings } from './ports.ts';

export type ThemeChoice = 'system' | 'light' | 'dark';

const CHOICES: readonly ThemeChoice[] = ['system', 'light', 'dark'];

export class Theme {
  readonly #settings: Settings;
  #choice = $state<ThemeChoice>('system');

  constructor(settings: Settings) {
    this.#settings = settings;
    const kept = settings.read('theme');
    this.#choice = CHOICES.find((choice) => choice === kept) ?? 'system';
  }

  get choice(): ThemeChoice {
    return this.#choice;
  }

  /** Steps to the next choice: system, light, dark, system. */
  next(): void {
    this.#choice = CHOICES[(CHOICES.indexOf(this.#choice) + 1) % CHOICES.length] ?? 'system';
    this.#settings.write('theme', this.#choice);
  }
}
