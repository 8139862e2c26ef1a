import { describe, expect, it } from 'vitest';
import { DelegationKeys, type RequestKey } from '../../../lib/storage/delegation-keys.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

interface Request {
  readonly startsOn: Date;
  readonly expiresOn: Date;
}

function setUp(options: { readonly failures?: number } = {}) {
  const clock = new ManualClock();
  const requests: Request[] = [];
  let failures = options.failures ?? 0;
  const request: RequestKey = async (startsOn, expiresOn) => {
    requests.push({ startsOn, expiresOn });
    failures -= 1;
    if (failures >= 0) throw new Error('not now');
    return {
      signedObjectId: 'o',
      signedTenantId: 't',
      signedStartsOn: startsOn,
      signedExpiresOn: expiresOn,
      signedService: 'b',
      signedVersion: 'v',
      value: `key ${requests.length}`,
    };
  };
  const fromNow = (seconds: number) => new Date(clock.now().getTime() + seconds * 1000);
  return { clock, requests, fromNow, keys: new DelegationKeys(request, clock) };
}

describe('DelegationKeys', () => {
  it('requests one key for many URLs, even for concurrent ones', async () => {
    const { keys, requests, fromNow } = setUp();

    const got = await Promise.all([keys.keyFor(fromNow(HOUR)), keys.keyFor(fromNow(2 * HOUR))]);
    got.push(await keys.keyFor(fromNow(3 * HOUR)));

    expect(got.map(({ value }) => value)).toEqual(['key 1', 'key 1', 'key 1']);
    expect(requests).toHaveLength(1);
  });

  it('requests a new key after half of the key’s lifetime', async () => {
    const { keys, clock, requests, fromNow } = setUp();
    await keys.keyFor(fromNow(60));

    clock.advance({ seconds: DAY / 2 });
    await keys.keyFor(fromNow(60));
    clock.advance({ seconds: 1 });
    await keys.keyFor(fromNow(60));

    expect(requests).toHaveLength(2);
  });

  it('requests a new key if the URL would outlive the old one', async () => {
    const { keys, requests, fromNow } = setUp();
    await keys.keyFor(fromNow(HOUR));
    const until = fromNow(3 * DAY);

    await keys.keyFor(until);

    expect(requests).toHaveLength(2);
    expect(requests[1]?.expiresOn.getTime()).toBeGreaterThan(until.getTime());
  });

  it('never requests a key for more than seven days', async () => {
    const { keys, requests, fromNow } = setUp();

    await keys.keyFor(fromNow(7 * DAY - HOUR));
    const tooLong = keys.keyFor(fromNow(7 * DAY));

    await expect(tooLong).rejects.toMatchObject({ code: 'invalid' });
    const [request] = requests;
    const life = Number(request?.expiresOn) - Number(request?.startsOn);
    expect(life).toBeLessThanOrEqual(7 * DAY * 1000);
  });

  it('backdates the key for a service whose clock is behind', async () => {
    const { keys, clock, requests, fromNow } = setUp();

    await keys.keyFor(fromNow(HOUR));

    expect(requests[0]?.startsOn.getTime()).toBeLessThan(clock.now().getTime());
  });

  it('requests a key again after a failure', async () => {
    const { keys, fromNow } = setUp({ failures: 1 });

    const first = keys.keyFor(fromNow(HOUR));

    await expect(first).rejects.toThrow('not now');
    expect((await keys.keyFor(fromNow(HOUR))).value).toBe('key 2');
  });
});
