import type { Check } from './check.ts';
import { fail, pass } from './outcome.ts';

export const webhookCheck: Check = {
  id: 'webhook',
  title: 'The webhook, if one is set, wants events',
  needs: ['storage-tables'],
  async run({ services }) {
    const { webhook, tellings } = services;
    if (webhook === undefined)
      return pass('no webhook is set, or only the app can read its settings');
    const since = await tellings.goneSince(webhook.addressHash);
    if (since === undefined) {
      return pass(`${webhook.host} gets ${[...webhook.events].join(', ')}`);
    }
    return fail(
      `${webhook.host} answered 410 on ${since.toISOString()}, and gets no event any more`,
      'Set another address (patchwright-webhook-url in the vault), or correct the receiver and run "patchwright webhook test --app URL".',
    );
  },
};
