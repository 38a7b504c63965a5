// Entry point of an unpack worker. Started from a blob (src/pool/shipped-workers.ts) when a scan has packed logs.

import { openPacked } from '../src/intake/open-packed.ts';
import { openUnverified } from '../src/intake/read-evidence.ts';
import { serveUnpacker } from '../src/pool/serve-unpacker.ts';

serveUnpacker(self, { open: openPacked, openUnverified });
