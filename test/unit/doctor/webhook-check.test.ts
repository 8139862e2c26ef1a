import { expect, it } from 'vitest';
import { webhookCheck } from '../../../lib/doctor/webhook-check.ts';
import { MemoryWebhook } from '../../fakes/memory-webhook.ts';
import { CheckSetup } from './check-setup.ts';

it('passes without a webhook', async () => {
  expect(await new CheckSetup().run(webhookCheck)).toMatchObject({ status: 'pass' });
});

it('names the receiver and its events', async () => {
  const setup = new CheckSetup({ webhook: new MemoryWebhook(['failed', 'rejected']) });

  expect(await setup.run(webhookCheck)).toEqual({
    status: 'pass',
    detail: 'hooks.example gets failed, rejected',
  });
});

it('fails if the receiver wants no event any more', async () => {
  const webhook = new MemoryWebhook();
  const setup = new CheckSetup({ webhook });
  const since = new Date('2026-11-22T02:00:00Z');
  await setup.world.services.tellings.markGone(webhook.addressHash, since);

  expect(await setup.run(webhookCheck)).toMatchObject({
    status: 'fail',
    detail: 'hooks.example answered 410 on 2026-11-22T02:00:00.000Z, and gets no event any more',
    whatToDo: expect.stringContaining('patchwright webhook test'),
  });
});
