import { expect, it } from 'vitest';
import { TokenCache } from '../../../lib/registry/token-cache.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

function arrange() {
  const clock = new ManualClock();
  const cache = new TokenCache(clock);
  const asked: string[] = [];
  const get = (key: string, seconds = 3600) =>
    cache.get(key, async () => {
      asked.push(key);
      return { token: key, expiresAt: new Date(clock.now().getTime() + seconds * 1000) };
    });
  return { clock, asked, get };
}

it('evicts the least recently used token when it is full', async () => {
  const { asked, get } = arrange();
  await get('old');
  await get('used');
  for (let at = 0; at < 498; at += 1) await get(`other ${at}`);
  await get('used');
  await get('one too many');
  asked.length = 0;

  await get('used');
  await get('old');

  expect(asked).toEqual(['old']);
});

it('evicts expired tokens before others', async () => {
  const { clock, asked, get } = arrange();
  await get('refresh', 24 * 3600);
  for (let at = 0; at < 499; at += 1) await get(`short ${at}`, 300);
  clock.advance({ seconds: 600 });

  for (let at = 0; at < 300; at += 1) await get(`new ${at}`);
  asked.length = 0;
  await get('refresh', 24 * 3600);

  expect(asked).toEqual([]);
});
