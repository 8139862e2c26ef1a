import { parseArgs } from 'node:util';
import type { FunctionsHost } from './functions-host/functions-host.ts';
import { startWorld, USUAL_SCHEDULES, type World } from './world.ts';

await main();

/**
 * `npm run world [-- --app] [-- --connection-string]`: starts the local Azure, prints one line of JSON
 * and runs until it is interrupted. Everything else goes to standard error.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      app: { type: 'boolean', default: false },
      'connection-string': { type: 'boolean', default: false },
    },
  });
  const world = await startWorld({
    storageAccess: values['connection-string'] ? 'connection-string' : 'identity',
    settings: USUAL_SCHEDULES,
  });
  const stopped = interrupted();
  try {
    const app = values.app ? await startApp(world) : undefined;
    console.log(JSON.stringify(describe(world, app)));
    console.error('The local Azure runs. Ctrl+C ends it.');
    await stopped;
  } finally {
    await world.close();
  }
}

function startApp(world: World): Promise<FunctionsHost> {
  return world.startApp({
    onLog: ({ level, functionName, message }) => {
      console.error([level, functionName, message].filter((part) => part !== undefined).join(' '));
    },
  });
}

function describe(world: World, app: FunctionsHost | undefined): object {
  const { identity, registry, storage, arm } = world;
  const endpoint = identity.environment.IDENTITY_ENDPOINT;
  const client = identity.identity.clientId;
  return {
    caFile: world.caFile,
    registry: registry.host,
    arm: arm.url,
    storage: {
      connectionString: storage.account.connectionString,
      blob: storage.account.blobUri,
      queue: storage.account.queueUri,
      table: storage.account.tableUri,
    },
    token: {
      url: `${endpoint}?api-version=2019-08-01&client_id=${client}&resource=https://containerregistry.azure.net`,
      header: `X-IDENTITY-HEADER: ${identity.environment.IDENTITY_HEADER}`,
      registryLogin: {
        username: '00000000-0000-0000-0000-000000000000',
        password: registry.refreshToken(),
      },
    },
    workerImage: world.workerImage,
    settings: world.appEnvironment(),
    ...(app && {
      app: {
        url: `${app.url}/${app.routePrefix}`,
        keys: app.keys,
        functions: app.functions.map((one) => one.name),
      },
    }),
  };
}

/**
 * Also settles when the parent process has ended, because `npm run` does not pass a SIGTERM on to
 * the processes of its shell.
 */
function interrupted(): Promise<void> {
  const parent = process.ppid;
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
    const watch = setInterval(() => {
      if (process.ppid !== parent) {
        clearInterval(watch);
        resolve();
      }
    }, 500);
    watch.unref();
  });
}
