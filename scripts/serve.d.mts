export const HEADERS: Readonly<Record<string, string>>;
export function serveFolder(
  folder: string,
  port: number,
  headers?: Readonly<Record<string, string>>,
): Promise<{ address: string; close(): Promise<void> }>;
