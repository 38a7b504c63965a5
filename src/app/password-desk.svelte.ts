// Questions for passwords of archives, asked while a drop is read: one at a time, answered by a dialog. Nothing is kept.

import type { PasswordQuestion } from '../intake/zip.ts';

export class PasswordDesk {
  #question = $state.raw<PasswordQuestion | undefined>(undefined);
  #answer: ((password: string | undefined) => void) | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  /** What is being asked, undefined when nothing is. */
  get question(): PasswordQuestion | undefined {
    return this.#question;
  }

  /** Asks, after the questions before it; gives undefined when the user has no password. */
  readonly ask = (question: PasswordQuestion): Promise<string | undefined> => {
    const turn = this.#queue.then(
      () =>
        new Promise<string | undefined>((resolve) => {
          this.#answer = resolve;
          this.#question = question;
        }),
    );
    this.#queue = turn;
    return turn;
  };

  /** Answers the question that is asked. */
  answer(password: string | undefined): void {
    const resolve = this.#answer;
    this.#answer = undefined;
    this.#question = undefined;
    resolve?.(password);
  }
}
