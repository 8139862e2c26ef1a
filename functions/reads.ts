import type { HttpRequest } from '@azure/functions';
import { getEvidence } from '../lib/api/evidence.ts';
import { getFindings } from '../lib/api/findings.ts';
import { getLineage, type LineageServices } from '../lib/api/lineage.ts';
import { getMe } from '../lib/api/me.ts';
import {
  getImage,
  getImages,
  getRun,
  getRunImages,
  getRuns,
  getStatus,
  type Read,
  type ReadServices,
} from '../lib/api/reads.ts';
import { getReport, type ReportReadServices } from '../lib/api/report.ts';
import manifest from '../package.json' with { type: 'json' };
import type { RegisterRoute } from './register-route.ts';
import type { RouteName } from './triggers.ts';

/** The GET routes over the history. */
export function registerReads(
  registerRoute: RegisterRoute,
  services: ReadServices & ReportReadServices & LineageServices,
): void {
  const register = (name: RouteName, read: Read) =>
    registerRoute(name, (request) => read(readRequest(request), services));
  registerRoute('whoAmI', async (_request, _context, caller) => getMe(caller));
  registerRoute('evidence', (request) =>
    getEvidence(readRequest(request).query, { ...services, version: manifest.version }),
  );
  register('status', getStatus);
  register('listRuns', getRuns);
  register('getRun', getRun);
  register('listRunImages', getRunImages);
  register('listImages', getImages);
  register('getImage', getImage);
  registerRoute('getLineage', (request) => getLineage(readRequest(request), services));
  registerRoute('getReport', (request) => getReport(readRequest(request), services));
  register('findings', getFindings);
}

function readRequest({ query, params, headers }: HttpRequest) {
  return {
    // The key may be in the query too. The host has checked it.
    query: Object.fromEntries([...query].filter(([name]) => name !== 'code')),
    // The host leaves an escaped slash escaped.
    name: (params.runId ?? params.image ?? params.vulnerability ?? '').replaceAll(/%2f/gi, '/'),
    ifNoneMatch: headers.get('if-none-match') ?? undefined,
  };
}
