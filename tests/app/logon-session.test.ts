import { describe, expect, test } from 'vitest';
import { formatEventQuery, parseEventQuery, EMPTY_EVENT_QUERY } from '../../src/app/event-list-query.ts';
import { LogonSessionDetail } from '../../src/app/logon-session.svelte.ts';
import { madeEvent, MemoryEvents, type MadeEvent } from './memory-events.ts';

const HOST = { computer: 'WS-1' };
const ID = '0x1f4a2';

function logon(number: number, user: string, id = ID, computer = 'WS-1'): MadeEvent {
  const data = {
    TargetLogonId: id,
    SubjectLogonId: '0x3e7',
    TargetUserName: user,
    LogonType: '3',
    IpAddress: '10.0.0.7',
  };
  return madeEvent(10 * number, { computer, eventId: 4624 }, { ...data, WorkstationName: '-' });
}

function boot(number: number): MadeEvent {
  return madeEvent(10 * number, {
    ...HOST,
    provider: 'Microsoft-Windows-Kernel-General',
    channel: 'System',
    eventId: 12,
  });
}

const special = (number: number): MadeEvent =>
  madeEvent(10 * number, { ...HOST, eventId: 4672 }, { SubjectLogonId: ID, PrivilegeList: 'SeDebugPrivilege' });
const work = (number: number): MadeEvent => madeEvent(10 * number, { ...HOST, eventId: 4688 }, { SubjectLogonId: ID });
const logoff = (number: number): MadeEvent =>
  madeEvent(10 * number, { ...HOST, eventId: 4634 }, { TargetLogonId: ID, SubjectLogonId: '0x0' });

async function sessionOf(events: readonly MadeEvent[], seen: MadeEvent) {
  const index = new MemoryEvents(events);
  const detail = new LogonSessionDetail(index);
  const { computer, time } = seen.row;
  const session = await detail.show({ id: ID, computer, time });
  await expect.poll(() => detail.isLoading).toBe(false);
  expect(index.closed).toBe(index.searches.length);
  const numbers = detail.places.map(({ offset }) => (offset - 4_608) / 5_120);
  return { session: session!, numbers };
}

describe('the logon session of an event', () => {
  test('has who logged on and from where, privileges, the end, and every event of it in order of time', async () => {
    const events = [boot(0), logon(1, 'meyer'), special(2), work(3), logon(4, 'other', '0x999'), logoff(5), work(9)];
    const { session, numbers } = await sessionOf(events, events[3]!);
    expect(session.logon).toMatchObject({ user: 'meyer', type: '3', address: '10.0.0.7', workstation: '' });
    expect(session.privileges).toMatchObject({ names: 'SeDebugPrivilege' });
    expect(session.end).toMatchObject({ eventId: 4634, time: events[5]!.row.time });
    expect([session.begins, session.ends]).toEqual(['logon', undefined]);
    expect(numbers).toEqual([1, 2, 3, 5, 9]);
  });

  test('ends before the next start of Windows and the next logon with its id', async () => {
    const events = [boot(0), logon(1, 'meyer'), work(2), boot(3), logon(4, 'schmidt'), work(5), logon(6, 'huber')];
    expect((await sessionOf(events, events[2]!)).numbers).toEqual([1, 2]);
    expect((await sessionOf(events, events[2]!)).session.ends).toBe('boot');
    const second = await sessionOf(events, events[5]!);
    expect(second.session.logon?.user).toBe('schmidt');
    expect(second.session.ends).toBe('next-logon');
    expect(second.numbers).toEqual([4, 5]);
  });

  test('has what Windows writes moments before the logon, and is found from there', async () => {
    const early = special(0.95);
    const events = [early, logon(1, 'meyer'), logon(5, 'schmidt')];
    const { session, numbers } = await sessionOf(events, early);
    expect(session.logon?.user).toBe('meyer');
    expect(session.privileges).toBeDefined();
    expect(numbers).toEqual([0.95, 1]);
  });

  test('takes no logon of an earlier boot, and none of another host', async () => {
    const events = [logon(1, 'meyer'), boot(2), logon(3, 'far', ID, 'WS-2'), work(4)];
    const { session, numbers } = await sessionOf(events, events[3]!);
    expect(session.logon).toBeUndefined();
    expect(session.begins).toBe('boot');
    expect(numbers).toEqual([4]);
  });

  test('stands in the address', () => {
    const logon = { id: ID, computer: 'ws,1.corp', time: '2024-03-01T00:00:00.0000000Z' };
    expect(parseEventQuery(formatEventQuery({ ...EMPTY_EVENT_QUERY, logon })).logon).toEqual(logon);
    expect(parseEventQuery(new Map([['logon', '<b>,,']])).logon).toBeUndefined();
  });
});
