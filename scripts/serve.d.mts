/** Serves `folder` on 127.0.0.1; port 0 takes a free one. Settles when it listens. */
export function serveFolder(
  folder: string,
  port: number,
): Promise<{ readonly address: string; close(): Promise<void> }>;
