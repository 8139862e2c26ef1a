import { parseFilters } from '../history/filters.ts';
import { findImage } from '../history/find-image.ts';
import { imageLineage, type LineageServices } from '../lineage/image-lineage.ts';
import { type Answer, tagged, wrongFields } from './answer.ts';
import { NoFilters, notFound, type ReadRequest } from './reads.ts';

export type { LineageServices };

/** The lineage of an image. A part that the registry does not tell has the reason in its place. */
export async function getLineage(
  { query, name, ifNoneMatch }: ReadRequest,
  services: LineageServices,
): Promise<Answer> {
  const filters = parseFilters(NoFilters, query);
  if (!filters.ok) return wrongFields(filters.fault);
  const found = await findImage(services.history, name);
  if (found.found !== 'one') return notFound('image', name, found);
  return tagged(await imageLineage(services, found.item), ifNoneMatch);
}
