import { expect, it } from 'vitest';
import { withinTime } from '../../../lib/lineage/within-time.ts';
import { RegistryError } from '../../../lib/registry/registry.ts';
import { untilAborted } from './lineage-samples.ts';

const never = () => new Promise<never>(() => undefined);

it('ends the questions without an answer when the time is over, and sends no others', async () => {
  let sent = 0;
  const over = Promise.withResolvers<void>();
  const answers = await withinTime(
    () => over.promise,
    20_000,
    async (ask) => {
      const early = await ask(async () => 'early');
      const waiting = ask(never);
      over.resolve();
      const late = await waiting;
      const unsent = await ask(async () => {
        sent += 1;
      });
      return [early, late, unsent];
    },
  );

  const late = { reason: 'late', detail: 'no answer within 20 seconds' };
  expect(answers).toMatchObject([
    { ok: true, value: 'early' },
    { ok: false, unread: late },
    { ok: false, unread: late },
  ]);
  expect(sent).toBe(0);
});

it.each([
  ['denied', 'denied'],
  ['unauthorized', 'denied'],
  ['throttled', 'throttled'],
  ['unavailable', 'unavailable'],
  ['too-large', 'malformed'],
  ['unexpected', 'unexpected'],
] as const)('answers with a reason and advice if the registry fails: %s', async (code, reason) => {
  const [answer] = await withinTime(untilAborted, 1, async (ask) => [
    await ask(() => Promise.reject(new RegistryError(code, 'get x:\u001b[31m no'))),
  ]);

  expect(answer).toMatchObject({
    ok: false,
    unread: { reason, detail: 'get x: no', advice: expect.stringMatching(/: \w/) },
  });
});

it('throws what is not a failure of the registry', async () => {
  const failing = withinTime(untilAborted, 1, (ask) => ask(() => Promise.reject(new Error('bug'))));
  await expect(failing).rejects.toThrow('bug');
});
