import { expect, it } from 'vitest';
import { AzureQueueTrial } from '../../../lib/storage/azure-queue-trial.ts';
import { type StorageAnswer, type StorageRequest, stubStorage } from './stub-storage.ts';

const SENT = `<QueueMessagesList><QueueMessage><MessageId>m1</MessageId>
  <InsertionTime>Mon, 23 Nov 2026 02:00:00 GMT</InsertionTime>
  <ExpirationTime>Mon, 23 Nov 2026 02:01:00 GMT</ExpirationTime><PopReceipt>r1</PopReceipt>
  <TimeNextVisible>Mon, 23 Nov 2026 02:00:59 GMT</TimeNextVisible></QueueMessage></QueueMessagesList>`;

function allowed({ method }: StorageRequest): StorageAnswer {
  switch (method) {
    case 'GET':
      return { status: 200, headers: { 'x-ms-approximate-messages-count': '7' } };
    case 'POST':
      return { status: 201, headers: { 'content-type': 'application/xml' }, body: SENT };
    default:
      return { status: 204 };
  }
}

it('counts the messages and deletes its own hidden message', async () => {
  const { clients, requests } = await stubStorage(allowed);

  const found = await new AzureQueueTrial(clients).tryOut('patchwright-jobs');

  expect(found).toEqual({ messages: 7 });
  expect(requests.map(({ method }) => method)).toEqual(['GET', 'POST', 'DELETE']);
  expect(requests[1]?.target).toMatch(/visibilitytimeout=59&messagettl=60/);
  expect(requests[2]?.target).toMatch(/^\/patchwright-jobs\/messages\/m1\?popreceipt=r1/);
});

it.each([
  ['GET', 'looking at'],
  ['POST', 'sending to'],
  ['DELETE', 'deleting from'],
])('names the step that is refused: %s', async (refused, step) => {
  const { clients } = await stubStorage((request) =>
    request.method === refused
      ? { status: 403, code: 'AuthorizationPermissionMismatch' }
      : allowed(request),
  );

  await expect(new AzureQueueTrial(clients).tryOut('patchwright-jobs')).rejects.toMatchObject({
    code: 'denied',
    message: `${step} patchwright-jobs failed: 403 AuthorizationPermissionMismatch`,
  });
});
