// Entry point of a scan worker. Started from a blob (src/pool/shipped-workers.ts), fed and watched by src/pool.

import { serveScanWorker } from '../src/pool/serve-worker.ts';
import { createScanCore } from './scan-core.ts';

serveScanWorker(self, createScanCore);
