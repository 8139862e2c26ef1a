import { expect, it } from 'vitest';
import { AzureQueues } from '../../../lib/storage/azure-queues.ts';
import { QUEUES } from '../../../lib/storage/queues.ts';
import { type StorageAnswer, stubStorage } from './stub-storage.ts';

const MESSAGE = { id: 'm1', text: 'e30=', insertedAt: new Date(0), receipt: 'receipt/1' };

async function queuesThatAnswer(answer: StorageAnswer) {
  const { clients, requests } = await stubStorage(() => answer);
  return { queues: new AzureQueues(clients), requests };
}

it('sends a message that never expires, with its delay', async () => {
  const { queues, requests } = await queuesThatAnswer({
    status: 201,
    body: '<QueueMessagesList><QueueMessage /></QueueMessagesList>',
  });

  await queues.send(QUEUES.jobs, { jobId: 'j1' }, { delaySeconds: 30 });

  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({ method: 'POST' });
  expect(requests[0]?.target).toMatch(/^\/patchwright-jobs\/messages\?.*messagettl=-1/);
  expect(requests[0]?.target).toContain('visibilitytimeout=30');
  expect(requests[0]?.body).toContain(Buffer.from('{"jobId":"j1"}').toString('base64'));
});

it('refuses a delay that the service does not allow, without sending', async () => {
  const { queues, requests } = await queuesThatAnswer({ status: 500 });

  await expect(queues.send(QUEUES.jobs, {}, { delaySeconds: -1 })).rejects.toMatchObject({
    code: 'invalid',
  });
  expect(requests).toEqual([]);
});

it('names the queue if a send is refused', async () => {
  const { queues } = await queuesThatAnswer({ status: 403, code: 'AuthorizationFailure' });

  await expect(queues.send(QUEUES.runs, {})).rejects.toMatchObject({
    code: 'denied',
    message: 'sending to patchwright-runs failed: 403 AuthorizationFailure',
  });
});

it('receives up to 32 poison messages and hides them for five minutes', async () => {
  const { queues, requests } = await queuesThatAnswer({
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: `<QueueMessagesList><QueueMessage><MessageId>m1</MessageId>
      <InsertionTime>Thu, 01 Jan 1970 00:00:00 GMT</InsertionTime>
      <ExpirationTime>Fri, 01 Jan 2100 00:00:00 GMT</ExpirationTime>
      <PopReceipt>receipt/1</PopReceipt><TimeNextVisible>Fri, 01 Jan 2100 00:00:00 GMT</TimeNextVisible>
      <DequeueCount>1</DequeueCount><MessageText>e30=</MessageText></QueueMessage></QueueMessagesList>`,
  });

  expect(await queues.receivePoison(QUEUES.jobs)).toEqual([MESSAGE]);
  expect(requests[0]?.target).toMatch(
    /^\/patchwright-jobs-poison\/messages\?numofmessages=32&visibilitytimeout=300/,
  );
});

it('receives nothing without a poison queue and throws any other failure', async () => {
  const missing = await queuesThatAnswer({ status: 404, code: 'QueueNotFound' });
  const refused = await queuesThatAnswer({ status: 403, code: 'AuthorizationFailure' });

  expect(await missing.queues.receivePoison(QUEUES.jobs)).toEqual([]);
  await expect(refused.queues.receivePoison(QUEUES.jobs)).rejects.toMatchObject({
    message: 'receiving from patchwright-jobs-poison failed: 403 AuthorizationFailure',
  });
});

it.each([
  [404, 'MessageNotFound'],
  [400, 'PopReceiptMismatch'],
])('ignores a failed deletion if another receiver has the message: %d %s', async (status, code) => {
  const { queues, requests } = await queuesThatAnswer({ status, code });

  await queues.deletePoison(QUEUES.jobs, MESSAGE);

  expect(requests).toHaveLength(1);
});

it('throws if a deletion fails for another reason', async () => {
  const { queues } = await queuesThatAnswer({ status: 403, code: 'AuthorizationFailure' });

  await expect(queues.deletePoison(QUEUES.jobs, MESSAGE)).rejects.toMatchObject({
    message: 'deleting from patchwright-jobs-poison failed: 403 AuthorizationFailure',
  });
});
