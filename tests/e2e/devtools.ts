// Runs code in a service worker through the browser's own debugging protocol. Playwright's way needs `eval` in the
// scope itself, which our service worker does not have.

import type { Browser } from 'playwright-core';

/** Evaluates an expression in the service worker at `address` and gives what it settles with. */
export async function evaluateInServiceWorker(browser: Browser, address: string, expression: string): Promise<unknown> {
  const session = await browser.newBrowserCDPSession();
  const { targetInfos } = await session.send('Target.getTargets');
  const target = targetInfos.find((info) => info.type === 'service_worker' && info.url === address);
  if (target === undefined) throw new Error(`no service worker runs at ${address}`);
  const { sessionId } = await session.send('Target.attachToTarget', { targetId: target.targetId, flatten: false });
  interface Answer {
    readonly id?: number;
    readonly result?: { readonly result: { readonly value: unknown }; readonly exceptionDetails?: unknown };
  }
  const answered = new Promise<Answer>((resolve) => {
    session.on('Target.receivedMessageFromTarget', (event) => {
      const answer = JSON.parse(event.message) as Answer;
      if (event.sessionId === sessionId && answer.id === 1) resolve(answer);
    });
  });
  const params = { expression, awaitPromise: true, returnByValue: true, allowUnsafeEvalBlockedByCSP: false };
  await session.send('Target.sendMessageToTarget', {
    sessionId,
    message: JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }),
  });
  const { result } = await answered;
  await session.detach();
  if (result?.exceptionDetails !== undefined) throw new Error(JSON.stringify(result.exceptionDetails));
  return result!.result.value;
}
