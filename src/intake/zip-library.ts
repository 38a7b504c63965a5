// What is used of @zip.js/zip.js (this file owns it) and nothing else of it, so that its writer is in no bundle. Loaded
// when the first zip is met.

import { configure } from '@zip.js/zip.js/lib/zip-core-native.js';

export type { Entry, FileEntry } from '@zip.js/zip.js';
export { BlobReader, Uint8ArrayReader, ZipReader } from '@zip.js/zip.js/lib/zip-core-native.js';

configure({
  // Its own workers would start from other URLs than the policy of the page allows.
  useWebWorkers: false,
  // Packed bytes that a decompressor takes at a time: browsers unpack each piece whole before anybody asks for it.
  chunkSize: 128 * 1_024,
});
