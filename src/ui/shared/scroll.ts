// Where a long table stands, as a pure reducer. Browsers cap the height of an element (Chromium 33,554,428 px, Firefox
// 17,895,700 px), so above 8,000,000 px the scroll space is compressed: small moves scroll rows one to one, large
// moves (dragging the bar) jump in proportion. Rows have one height. The component only writes and reads scrollTop.

/** A canvas of this height is safe in every browser, also at a device pixel ratio of 2. */
export const MAX_CANVAS_HEIGHT = 8_000_000;

export interface ScrollState {
  readonly rowHeight: number;
  readonly rowCount: number;
  /** Height of the part of the table that shows rows. */
  readonly viewHeight: number;
  /** Longest canvas allowed. */
  readonly maxCanvas: number;
  /** The scroll bar's position, as last seen or last asked for. */
  readonly scrollTop: number;
  /** What the bar stands for: pixels from the top of the uncompressed table. */
  readonly virtualTop: number;
}

export type ScrollEvent =
  | { readonly kind: 'scrolled'; readonly scrollTop: number }
  /** No scroll event for a moment: the bar may be set straight. */
  | { readonly kind: 'settled' }
  | { readonly kind: 'resized'; readonly viewHeight: number }
  /** `shift`: how far, in pixels, the rows in view have moved because others came in above them. */
  | { readonly kind: 'rows'; readonly rowCount: number; readonly shift?: number }
  /** Bring a row into view with the smallest move; `center` puts it in the middle if it was out of view. */
  | { readonly kind: 'show'; readonly row: number; readonly center?: boolean };

export function createScroll(rowHeight: number, maxCanvas: number = MAX_CANVAS_HEIGHT): ScrollState {
  return { rowHeight, rowCount: 0, viewHeight: 0, maxCanvas, scrollTop: 0, virtualTop: 0 };
}

/** Height of the element that makes the scroll bar. */
export function canvasHeight(state: ScrollState): number {
  return Math.min(state.rowCount * state.rowHeight, Math.max(state.maxCanvas, state.viewHeight));
}

function virtualEnd(state: ScrollState): number {
  return Math.max(0, state.rowCount * state.rowHeight - state.viewHeight);
}

function barEnd(state: ScrollState): number {
  return Math.max(0, canvasHeight(state) - state.viewHeight);
}

/** Virtual pixels per pixel of the bar: 1 for tables that fit. */
function ratio(state: ScrollState): number {
  const end = barEnd(state);
  return end === 0 ? 1 : virtualEnd(state) / end;
}

function clamp(value: number, end: number): number {
  return Math.max(0, Math.min(value, end));
}

/** Sets the bar to what the virtual position stands for. */
function straighten(state: ScrollState): ScrollState {
  const virtualTop = clamp(state.virtualTop, virtualEnd(state));
  return { ...state, virtualTop, scrollTop: clamp(virtualTop / ratio(state), barEnd(state)) };
}

/**
 * The state after an event. When its `scrollTop` differs from the element's, the element has to be set to it; the
 * scroll event that this causes carries the same position and changes nothing.
 */
export function reduceScroll(state: ScrollState, event: ScrollEvent): ScrollState {
  switch (event.kind) {
    case 'scrolled':
      return scrolled(state, event.scrollTop);
    case 'settled':
      return straighten(state);
    case 'resized':
      return event.viewHeight === state.viewHeight ? state : straighten({ ...state, viewHeight: event.viewHeight });
    case 'rows':
      return event.rowCount === state.rowCount && (event.shift ?? 0) === 0
        ? state
        : straighten({ ...state, rowCount: event.rowCount, virtualTop: state.virtualTop + (event.shift ?? 0) });
    case 'show':
      return show(state, event.row, event.center ?? false);
  }
}

function scrolled(state: ScrollState, scrollTop: number): ScrollState {
  const delta = scrollTop - state.scrollTop;
  // Browsers round scrollTop to device pixels: the echo of our own write is up to a pixel off.
  if (Math.abs(delta) < 1) return state;
  const factor = ratio(state);
  const end = virtualEnd(state);
  if (factor === 1) return { ...state, scrollTop, virtualTop: clamp(scrollTop, end) };
  // A page or two is a wheel, a touch or a page key; more is the bar being dragged.
  if (Math.abs(delta) > 2 * state.viewHeight)
    return { ...state, scrollTop, virtualTop: clamp(scrollTop * factor, end) };
  const moved = { ...state, scrollTop, virtualTop: clamp(state.virtualTop + delta, end) };
  // The bar has come to an end and the rows have not: without this the wheel would stop there.
  const atEnd = scrollTop <= 0 || scrollTop >= barEnd(state) - 1;
  const wantsMore = delta < 0 ? moved.virtualTop > 0 : moved.virtualTop < end;
  return atEnd && wantsMore ? straighten(moved) : moved;
}

function show(state: ScrollState, row: number, center: boolean): ScrollState {
  // Nothing is in view before the table has a height; the component shows the row again then.
  if (state.viewHeight === 0) return state;
  const top = row * state.rowHeight;
  const bottom = top + state.rowHeight;
  if (top >= state.virtualTop && bottom <= state.virtualTop + state.viewHeight) return state;
  let virtualTop: number;
  if (center) virtualTop = top - (state.viewHeight - state.rowHeight) / 2;
  else if (top < state.virtualTop) virtualTop = top;
  else virtualTop = bottom - state.viewHeight;
  return straighten({ ...state, virtualTop });
}

export interface VisibleRows {
  readonly first: number;
  readonly end: number;
  /** Where row `first` stands on the canvas. */
  readonly top: number;
}

/** Rows to draw: those in view and `overscan` on either side. */
export function visibleRows(state: ScrollState, overscan: number): VisibleRows {
  const { rowHeight, rowCount, virtualTop, viewHeight, scrollTop } = state;
  const first = Math.max(0, Math.floor(virtualTop / rowHeight) - overscan);
  const end = Math.min(rowCount, Math.ceil((virtualTop + viewHeight) / rowHeight) + overscan);
  return { first, end: Math.max(first, end), top: scrollTop + (first * rowHeight - virtualTop) };
}
