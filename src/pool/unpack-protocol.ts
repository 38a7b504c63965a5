// What crosses the boundary to an unpack worker. Types only, structured-cloneable.

import type { PackedLog } from '../model/packed-log.ts';

/** Page to worker; one log at a time. */
export type UnpackRequest =
  | {
      readonly kind: 'unpack';
      readonly packed: PackedLog;
      /** Bytes from the start that are there already, from a worker that died. */
      readonly skip: number;
      /** Most bytes to unpack, those skipped included. */
      readonly limit: number;
      /** Send each part as a Blob too. */
      readonly keep: boolean;
    }
  /** One part was taken; the worker keeps at most two that were not. `spare` is memory that is no longer needed. */
  | { readonly kind: 'taken'; readonly spare: ArrayBuffer | undefined };

/** How the unpacking of a log ended. */
export type UnpackEnd =
  | 'whole'
  /** The packed data breaks off or is damaged: nothing more comes out. */
  | 'damaged'
  /** All came out, but the archive's checksum says that it is not what was packed. */
  | 'mismatch'
  /** The ceiling cut it. */
  | 'limit'
  /** It unpacks to so much from so little that no log can be behind it; cut. */
  | 'bomb';

/** Worker to page, in order. */
export type UnpackMessage =
  | { readonly kind: 'part'; readonly bytes: Uint8Array<ArrayBuffer>; readonly blob: Blob | undefined }
  | { readonly kind: 'end'; readonly end: UnpackEnd };
