// What tabs say to each other about cases: who writes one, who asks for it, what was judged, deleted or found. Over a
// BroadcastChannel, which browsers have without a secure context too. Where there is none, the locks alone decide.

import { randomHex } from '../base/hex-text.ts';
import type { CaseId } from '../model/case.ts';
import type { CaseLocks } from './case-lock.ts';

/** What another tab did, or what befell this one (`lost`: another tab took the case; `superseded`: the database is newer). */
export interface CaseNews {
  readonly kind: 'judged' | 'found' | 'changed' | 'deleted' | 'lost' | 'superseded';
  /** Absent where it concerns every case. */
  readonly id?: CaseId;
}

export interface CaseTabsListener {
  news(news: CaseNews): void;
  /** Asked when another tab wants a case of this one; true lets it go. */
  letGo(id: CaseId): Promise<boolean>;
}

export interface CaseTabs {
  /** Takes the case for writing; false while another tab has it. */
  claim(id: CaseId): Promise<boolean>;
  /** Asks the tab that has the case for it and takes it; `refused` when that tab has work under way. */
  takeOver(id: CaseId): Promise<'taken' | 'refused'>;
  /** Lets go of a case that is no longer open here. */
  leave(id: CaseId): void;
  /** Tells the other tabs. */
  tell(news: CaseNews): void;
  /** One listener at a time: the app. */
  listen(listener: CaseTabsListener): void;
  /** Tells this tab's own listener. */
  note(news: CaseNews): void;
}

/** How long a tab may take to answer. One that does not is closed, killed or frozen, and cannot write past a lock. */
const PATIENCE_MS = 1_000;
const CHANNEL = 'winnow-cases';

type Message =
  | { readonly type: 'ask'; readonly wants: 'word' | 'case'; readonly id: CaseId; readonly from: string }
  | { readonly type: 'answer'; readonly to: string; readonly gives: 'mine' | 'case' | 'nothing' }
  | { readonly type: 'taken'; readonly id: CaseId }
  | { readonly type: 'news'; readonly news: CaseNews };

/** Creates this tab's end. Locks of another life of a tab are seized when nobody answers for them. */
export function createCaseTabs(locks: CaseLocks): CaseTabs {
  const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(CHANNEL);
  const held = new Set<CaseId>();
  const questions = new Map<string, (gives: 'mine' | 'case' | 'nothing') => void>();
  let listener: CaseTabsListener | undefined;

  const post = (message: Message): void => channel?.postMessage(message);

  const lose = (id: CaseId): void => {
    if (!held.delete(id)) return;
    void locks.release(id);
    listener?.news({ kind: 'lost', id });
  };

  /** Asks all tabs; undefined when none answers in time. */
  function ask(wants: 'word' | 'case', id: CaseId): Promise<'mine' | 'case' | 'nothing' | undefined> {
    if (channel === undefined) return Promise.resolve(undefined);
    const from = randomHex(16);
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(undefined), PATIENCE_MS);
      const settle = (gives: 'mine' | 'case' | 'nothing' | undefined): void => {
        clearTimeout(timer);
        questions.delete(from);
        resolve(gives);
      };
      questions.set(from, settle);
      post({ type: 'ask', wants, id, from });
    });
  }

  async function answer(wants: 'word' | 'case', id: CaseId, to: string): Promise<void> {
    // Only the tab that has the case speaks: the others cannot know.
    if (!locks.has(id)) return;
    const isOpen = held.has(id);
    if (isOpen && wants === 'word') {
      post({ type: 'answer', to, gives: 'mine' });
      return;
    }
    // A case that was only renamed here is given without a question.
    const isGiven = !isOpen || ((await listener?.letGo(id).catch(() => false)) ?? true);
    if (isGiven) {
      held.delete(id);
      await locks.release(id);
      if (isOpen) listener?.news({ kind: 'lost', id });
    }
    post({ type: 'answer', to, gives: isGiven ? 'case' : 'nothing' });
  }

  async function seize(id: CaseId): Promise<void> {
    await locks.seize(id);
    held.add(id);
    post({ type: 'taken', id });
  }

  channel?.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data.type === 'ask') void answer(data.wants, data.id, data.from);
    else if (data.type === 'answer') questions.get(data.to)?.(data.gives);
    else if (data.type === 'taken') lose(data.id);
    else listener?.news(data.news);
  });
  locks.onLost(lose);

  return {
    async claim(id) {
      if (await locks.acquire(id)) {
        held.add(id);
        return true;
      }
      const gives = await ask('word', id);
      if (gives === 'mine') return false;
      if (gives === 'case') {
        if (!(await locks.acquire(id))) return false;
        held.add(id);
        return true;
      }
      // Nobody speaks for it. A browser's own lock says that somebody is there all the same; a lease is left behind.
      if (!locks.outlivesTab || channel === undefined) return false;
      await seize(id);
      return true;
    },
    async takeOver(id) {
      const gives = await ask('case', id);
      if (gives === 'nothing') return 'refused';
      if (gives === 'case' && (await locks.acquire(id))) held.add(id);
      else await seize(id);
      return 'taken';
    },
    leave(id) {
      held.delete(id);
      void locks.release(id);
    },
    tell: (news) => post({ type: 'news', news }),
    listen(given) {
      listener = given;
    },
    note: (news) => listener?.news(news),
  };
}
