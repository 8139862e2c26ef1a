import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bicepParser } from './bicep/parse-bicep.ts';
import { permissionsTable, withPermissionsTable } from './checks/permissions-table.ts';
import { ROOT, readBicepTexts, readInfrastructure, readText } from './infrastructure.ts';

/** `node test/infra/permissions.ts`: writes the table of permissions into docs/security.md. */
const infra = readInfrastructure(await bicepParser(), readBicepTexts());
const docs = withPermissionsTable(readText('docs/security.md'), permissionsTable(infra));
writeFileSync(join(ROOT, 'docs/security.md'), docs);
