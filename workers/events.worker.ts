// Entry point of the events worker, index and searcher alike. Started from a blob (src/pool/shipped-workers.ts).

import { serveEvents } from '../src/pool/serve-events.ts';
import { createEventCore } from './event-core.ts';
import { createSearchCore } from './search-core.ts';

serveEvents(self, (readers) => createEventCore(readers, createSearchCore()), createSearchCore);
