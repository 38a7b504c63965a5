// Entry point of the hash worker. Started from a blob (src/pool/shipped-workers.ts) when a scan is over.

import { openToEnd } from '../src/intake/read-evidence.ts';
import { serveHashWorker } from '../src/pool/file-hasher.ts';

serveHashWorker(self, openToEnd);
