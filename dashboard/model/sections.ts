import type { ImageView } from '../../lib/history/image-view.ts';
import type { Reason } from '../../lib/pipeline/records/reasons.ts';
import { findingsNow, findingsOfPatch } from './severities.ts';

/** The sections of the page, by what they need from a person, the most urgent first. */
export const SECTIONS = ['waiting', 'open', 'planned', 'left-alone', 'done'] as const;
export type SectionName = (typeof SECTIONS)[number];

/** Images of one state and reason. */
export interface Group {
  readonly state: ImageView['state'];
  readonly reason: Reason | null;
  readonly images: readonly ImageView[];
}

export interface Section {
  readonly name: SectionName;
  readonly count: number;
  /** The largest group first. */
  readonly groups: readonly Group[];
}

/** The image was left alone, and a decision of a person lets it be patched. */
const NEEDS_DECISION: ReadonlySet<Reason> = new Set([
  'builder-incompatible',
  'claimed-elsewhere',
  'database-too-old',
  'end-of-life',
  'not-found',
  'tag-ambiguous',
  'tag-limit',
  'tag-locked',
] as const);

/** The next run takes the image without any help. */
const NEXT_RUN: ReadonlySet<Reason> = new Set([
  'cost-limit',
  'run-over',
  'source-changed',
  'tag-race-lost',
] as const);

export function sectionOf(image: ImageView): SectionName {
  switch (image.state) {
    case 'failed':
    case 'rejected':
      return 'waiting';
    case 'skipped':
      if (image.reason === null) return 'left-alone';
      if (NEEDS_DECISION.has(image.reason)) return 'waiting';
      return NEXT_RUN.has(image.reason) ? 'open' : 'left-alone';
    case 'planned':
      return 'planned';
    case 'clean':
    case 'patched':
    case 'already-patched':
      return 'done';
    case 'queued':
    case 'scanning':
    case 'patching':
    case 'verifying':
    case 'publishing':
    case 'waiting':
    case 'canceled':
      return 'open';
    default:
      return image.state satisfies never;
  }
}

/** Images with more critical and high findings come first. */
export function byUrgency(one: ImageView, other: ImageView): number {
  return (
    (other.critical ?? 0) - (one.critical ?? 0) ||
    (other.high ?? 0) - (one.high ?? 0) ||
    (one.image < other.image ? -1 : 1)
  );
}

/** All sections with their groups. The images keep their order. */
export function sectionsOf(images: readonly ImageView[]): readonly Section[] {
  const bySection = Map.groupBy(images, sectionOf);
  return SECTIONS.map((name) => {
    const members = bySection.get(name) ?? [];
    const groups = Map.groupBy(members, ({ state, reason }) => `${state} ${reason ?? ''}`);
    return {
      name,
      count: members.length,
      groups: [...groups.values()]
        .map(groupOf)
        .sort((one, other) => other.images.length - one.images.length),
    };
  });
}

/** So that no reason hides behind the many images of another one. */
const LEAST_ROWS = 5;

/** The first rows of each group, and of the largest ones up to `limit` rows in all. */
export function firstRows(groups: readonly Group[], limit: number): readonly Group[] {
  const least = ({ images }: Group) => Math.min(images.length, LEAST_ROWS);
  let spare = Math.max(0, limit - groups.reduce((sum, group) => sum + least(group), 0));
  return groups.map((group) => {
    const more = Math.min(group.images.length - least(group), spare);
    spare -= more;
    return { ...group, images: group.images.slice(0, least(group) + more) };
  });
}

/** True if the findings of the image have fixes that no patch has yet. */
export function isOpenFixable(image: ImageView): boolean {
  return ((findingsOfPatch(image) ?? findingsNow(image))?.fixable ?? 0) > 0;
}

function groupOf(images: readonly ImageView[]): Group {
  const [{ state, reason } = { state: 'failed' as const, reason: null }] = images;
  return { state, reason, images };
}
