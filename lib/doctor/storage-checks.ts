import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import { failureName } from '../http/connection-failure.ts';
import { CONTAINERS, type ContainerName } from '../storage/blobs.ts';
import { QUEUES } from '../storage/queues.ts';
import { StorageError } from '../storage/storage-error.ts';
import { tryOutTable } from '../storage/table-trial.ts';
import { TABLES } from '../storage/tables.ts';
import type { Check, CheckContext } from './check.ts';
import { isUntrusted, TRUST_ADVICE } from './explain-failure.ts';
import { fail, type Outcome, pass, warn } from './outcome.ts';

/** With a connection string, storage needs no token of an identity. */
function storageNeeds({ settings }: CheckContext): readonly string[] {
  return settings.storage.kind === 'identity' ? ['storage', 'identity'] : ['storage'];
}

export const storageChecks: readonly Check[] = [
  {
    id: 'storage',
    title: 'The storage account answers',
    needs: ['settings'],
    run: reach,
  },
  {
    id: 'storage-tables',
    title: 'Each table exists, and a row can be written, read and deleted',
    needs: storageNeeds,
    run: ({ tables, newId }) =>
      tryAll(Object.values(TABLES), 'tables', (table) => tryOutTable(tables, table, newId())),
  },
  {
    id: 'storage-queues',
    title: 'Each queue exists, and a message can be sent and deleted',
    needs: storageNeeds,
    run: (context) =>
      tryAll(Object.values(QUEUES), 'queues', async (queue) => {
        await context.queueTrial.tryOut(queue);
      }),
  },
  {
    id: 'storage-poison-queues',
    title: 'Each poison queue exists, can be used and is empty',
    needs: storageNeeds,
    run: tryPoisonQueues,
  },
  {
    id: 'storage-containers',
    title: 'Each blob container exists, and a blob can be written, read and deleted',
    needs: storageNeeds,
    run: (context) =>
      tryAll(Object.values(CONTAINERS), 'blob containers', (container) =>
        tryContainer(context, container),
      ),
  },
  {
    id: 'storage-result-address',
    title: 'The app can sign addresses that let a group create one blob, once, and read one',
    needs: ['storage-containers'],
    run: tryAddress,
  },
];

async function reach({ storageAddresses, http }: CheckContext): Promise<Outcome> {
  for (const address of storageAddresses) {
    const url = new URL(address);
    try {
      // Any response is enough. Without a token it is a refusal.
      await http.send(createPipelineRequest({ url: url.href, timeout: 10_000 }));
    } catch (error) {
      const code = failureName(error);
      return fail(
        `no answer from ${url.host} (${code})`,
        isUntrusted(code)
          ? TRUST_ADVICE
          : 'Check the AzureWebJobsStorage settings, and the network between here and the storage account.',
      );
    }
  }
  return pass(`answers: ${storageAddresses.map((address) => new URL(address).host).join(', ')}`);
}

/** Tries each and names all that are missing. Any other failure fails the check. */
async function tryAll<Name extends string>(
  names: readonly Name[],
  kind: string,
  attempt: (name: Name) => Promise<void>,
): Promise<Outcome> {
  const missing: Name[] = [];
  for (const name of names) {
    try {
      await attempt(name);
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'not-provisioned') throw error;
      missing.push(name);
    }
  }
  if (missing.length === 0) return pass(`${names.length} ${kind} can be used`);
  return fail(
    `missing ${kind}: ${missing.join(', ')}`,
    'Deploy infra/main.bicep again; it creates what is missing.',
  );
}

async function tryPoisonQueues({ queueTrial }: CheckContext): Promise<Outcome> {
  const waiting: string[] = [];
  const names = Object.values(QUEUES).map((queue) => `${queue}-poison`);
  const outcome = await tryAll(names, 'poison queues', async (queue) => {
    const { messages } = await queueTrial.tryOut(queue);
    if (messages > 0) waiting.push(`${queue} (${messages})`);
  });
  if (outcome.status !== 'pass' || waiting.length === 0) return outcome;
  return warn(
    `messages wait in ${waiting.join(', ')}`,
    'Each failed at every delivery, or can’t be decoded. The reaper moves them to blobs below poison/ in patchwright-reports within minutes. If they stay, read the log of the function "reaper".',
  );
}

async function tryContainer(
  { services: { blobs }, newId }: CheckContext,
  container: ContainerName,
): Promise<void> {
  const name = `doctor/${newId()}`;
  await blobs.create(container, name, Buffer.from('{}'), 'application/json');
  try {
    await blobs.read(container, name, 16);
  } finally {
    await blobs.delete(container, name);
  }
}

async function tryAddress({ services, http, newId }: CheckContext): Promise<Outcome> {
  const name = `doctor/${newId()}`;
  const expiresAt = new Date(services.clock.now().getTime() + 10 * 60_000);
  const url = await services.blobs.createOnlyUrl(CONTAINERS.results, name, expiresAt);
  const put = () =>
    http.send(
      createPipelineRequest({
        url,
        method: 'PUT',
        headers: createHttpHeaders({
          'content-type': 'application/json',
          'x-ms-blob-type': 'BlockBlob',
          'x-ms-version': '2023-11-03',
        }),
        body: '{}',
        timeout: 30_000,
      }),
    );
  try {
    const [first, second] = [await put(), await put()];
    if (first.status !== 201) {
      return fail(
        `storage answered ${first.status} to the first write under a signed address`,
        'Check that the identity has Storage Blob Data Owner or Contributor, and that the account’s firewall allows container groups.',
      );
    }
    if (second.status !== 403) {
      return fail(
        `storage answered ${second.status} to a second write under the same address`,
        'A result could be overwritten. Check that no proxy is between here and the account.',
      );
    }
    const readUrl = await services.blobs.readOnlyUrl(CONTAINERS.results, name, expiresAt);
    const read = await http.send(createPipelineRequest({ url: readUrl, timeout: 30_000 }));
    if (read.status !== 200) {
      return fail(
        `storage answered ${read.status} to a read under a signed address`,
        'A group could not read its job file. Check that the identity has Storage Blob Data Owner or Contributor, and that the account’s firewall allows container groups.',
      );
    }
    return pass(`a blob was created in ${CONTAINERS.results}, read, and could not be overwritten`);
  } finally {
    await services.blobs.delete(CONTAINERS.results, name);
  }
}
