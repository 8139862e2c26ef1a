import type { IndexChange } from '../records/examine-tag.ts';
import type { InventoryTag } from '../records/inventory-tag.ts';
import type { TagFinding } from '../records/tag-finding.ts';
import type { TagIndex } from '../records/tag-index.ts';
import type { PassOver } from './stored.ts';

export type TagName = Pick<InventoryTag, 'repository' | 'tag'>;

/**
 * Port: the vulnerabilities of each tag, by vulnerability. Adapter: `TableFindings`.
 */
export interface Findings {
  /**
   * Changes what is known of a tag. Writes the rows that differ, and none if nothing does. `edit` may
   * be called again, if another writer was first. Returns what is known then.
   */
  change(
    tag: TagName,
    edit: (known: TagIndex | undefined) => IndexChange | undefined,
  ): Promise<TagIndex | undefined>;
  /** What is known of a tag. */
  ofTag(tag: TagName): Promise<TagIndex | undefined>;
  /** Every tag that has or had this vulnerability. Reads one partition. */
  ofVulnerability(vulnerability: string, passOver: PassOver): AsyncIterable<TagFinding>;
}
