// Short messages to the user: what happened, and what to do next. Equal messages are one line with a count, so that a
// failing disk does not fill the screen.

export interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
}

export interface Notice {
  readonly id: number;
  readonly kind: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly hint: string | undefined;
  readonly action: NoticeAction | undefined;
  readonly times: number;
}

const MAX_NOTICES = 5;

export class Notices {
  #list = $state.raw<readonly Notice[]>([]);
  #nextId = 1;

  get list(): readonly Notice[] {
    return this.#list;
  }

  /** Shows a message; gives its id. */
  show(kind: Notice['kind'], message: string, more: { hint?: string; action?: NoticeAction } = {}): number {
    const same = this.#list.find((notice) => notice.kind === kind && notice.message === message);
    const id = same?.id ?? this.#nextId++;
    const notice: Notice = { id, kind, message, hint: more.hint, action: more.action, times: (same?.times ?? 0) + 1 };
    // News replaces news; warnings and errors stay until dismissed.
    const rest = this.#list.filter((other) => other !== same && !(kind === 'info' && other.kind === 'info'));
    this.#list = [...rest, notice].slice(-MAX_NOTICES);
    return id;
  }

  dismiss(id: number): void {
    this.#list = this.#list.filter((notice) => notice.id !== id);
  }
}
