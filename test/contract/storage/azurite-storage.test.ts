import { AzureTables } from '../../../lib/storage/azure-tables.ts';
import { withAzurite } from './azurite-accounts.ts';
import { describeTables } from './tables.contract.ts';

describeTables('Azurite with a connection string', async () => {
  const { provisioned, empty, close } = await withAzurite();
  return {
    tables: new AzureTables(provisioned),
    unprovisioned: new AzureTables(empty),
    close,
  };
});
