// When a key is a command and when it is text.

/** True when the key belongs to a text field, a list, or an open dialog, so that it is no command of the view. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  const target = event.target;
  if (!(target instanceof Element)) return false;
  return target.closest('input, textarea, select, dialog, [contenteditable]') !== null;
}

/** A list with a search above it and a pane beside it. */
export interface KeyedList {
  readonly search: HTMLElement | undefined;
  /** Of the current row, -1 for none. */
  readonly position: number;
  readonly isOpened: boolean;
  readonly moveTo: (position: number) => void;
  readonly close: () => void;
}

/** Runs the keys that all such lists have: `/`, `j`, `k`, Escape. False when the key is none of them. */
export function runListKey(key: string, list: KeyedList): boolean {
  if (key === '/') list.search?.focus();
  else if (key === 'j') list.moveTo(list.position + 1);
  else if (key === 'k') list.moveTo(Math.max(0, list.position - 1));
  else if (key === 'Escape' && list.isOpened && document.querySelector(':popover-open') === null) list.close();
  else return false;
  return true;
}
