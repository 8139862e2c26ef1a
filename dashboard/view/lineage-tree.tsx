import type { ComponentChildren } from 'preact';
import type { ImageStory } from '../../lib/history/image-story.ts';
import { runLink } from '../../lib/history/page-links.ts';
import type { ClaimedBase, Lineage, LineagePatch, Unread } from '../../lib/lineage/lineage.ts';
import type { ApiClient } from '../api/client.ts';
import { counted, formatTime, shortDigest } from '../model/format.ts';
import { Name } from './name.tsx';
import { ReferrersList } from './referrers-list.tsx';
import { UnreadText } from './unread-text.tsx';
import { useAnswer } from './use-answer.ts';

interface Props {
  readonly client: ApiClient;
  /** The path of the image in an address. */
  readonly path: string;
  /** Another object after each change of the image, which asks the registry again. */
  readonly image: ImageStory;
}

/** Where the image comes from and what was made from it. What rows know is shown until the rest is. */
export function LineageTree({ client, path, image }: Props) {
  const {
    value: lineage,
    fault,
    retry,
  } = useAnswer<Lineage>(client, `/api/lineage/${path}`, image);
  return (
    <section class="card" aria-labelledby="lineage">
      <h2 id="lineage">Lineage</h2>
      {fault !== undefined && (
        <p class="quiet" role="alert">
          The lineage is not loaded. <Name text={fault.text} />
        </p>
      )}
      {fault?.kind === 'failed' && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
      {lineage === undefined && fault === undefined && (
        <p role="status">Loading from the registry…</p>
      )}
      {lineage === undefined ? <KnownFromRows image={image} /> : <Tree lineage={lineage} />}
    </section>
  );
}

function KnownFromRows({ image }: { readonly image: ImageStory }) {
  const { patchTag, patchDigest } = image;
  return (
    <ul class="lineage">
      <Step label="source" name={image.image} digest={image.sourceDigest ?? image.digest}>
        {patchDigest !== null && (
          <ul>
            <Step label="newest patch" name={patchTag} digest={patchDigest} />
          </ul>
        )}
      </Step>
    </ul>
  );
}

function Tree({ lineage }: { readonly lineage: Lineage }) {
  return (
    <ul class="lineage">
      <Base base={lineage.base} unread={lineage.baseUnread}>
        <ul>
          <Source lineage={lineage} />
        </ul>
      </Base>
    </ul>
  );
}

function Base({
  base,
  unread,
  children,
}: {
  readonly base: ClaimedBase | null;
  readonly unread: Unread | null;
  readonly children: ComponentChildren;
}) {
  if (base === null) {
    return (
      <li>
        <span class="quiet">base</span>{' '}
        {unread === null ? 'The image names none.' : <UnreadText unread={unread} />}
        {children}
      </li>
    );
  }
  return (
    <Step label="base, as the image claims" name={base.name} digest={base.digest}>
      {base.malformed && (
        <p class="quiet">A part of the claim is not a name or digest, and is left out.</p>
      )}
      {children}
    </Step>
  );
}

function Source({ lineage: { image, source, patches, olderPatches } }: { lineage: Lineage }) {
  const { previousDigest, movedAt } = source;
  return (
    <Step label="source" name={source.tag === null ? null : image} digest={source.digest}>
      {previousDigest !== null && (
        <p class="quiet">
          {movedAt === null ? 'pushed again' : `pushed again, found ${formatTime(movedAt)}`}; before
          that <Digest digest={previousDigest} />
        </p>
      )}
      <ReferrersList of="source" referrers={source.referrers} />
      {patches.length === 0 ? (
        <p class="quiet">No patch of it is known.</p>
      ) : (
        <ul>
          {patches.map((patch) => (
            <Patch key={patch.digest} patch={patch} source={source.digest} />
          ))}
        </ul>
      )}
      {olderPatches > 0 && (
        <p class="quiet">{counted(olderPatches, 'older patch', 'older patches')} not shown.</p>
      )}
    </Step>
  );
}

function Patch({
  patch,
  source,
}: {
  readonly patch: LineagePatch;
  readonly source: string | null;
}) {
  const { tag, digest, newest, publishedBy, madeFrom } = patch;
  return (
    <Step label={newest ? 'newest patch' : 'patch'} name={tag} digest={digest}>
      {publishedBy !== null && (
        <p class="quiet">
          published by <a href={runLink(publishedBy)}>{publishedBy}</a>
        </p>
      )}
      {madeFrom !== null && madeFrom !== source && (
        <p class="quiet">
          made from another image: <Digest digest={madeFrom} />
        </p>
      )}
      <ReferrersList of={tag ?? shortDigest(digest)} referrers={patch.referrers} />
    </Step>
  );
}

function Step({
  label,
  name,
  digest,
  children,
}: {
  readonly label: string;
  readonly name: string | null;
  readonly digest: string | null;
  readonly children?: ComponentChildren;
}) {
  return (
    <li>
      <span class="quiet">{label}</span> {name !== null && <Name text={name} />}{' '}
      {digest === null ? <span class="quiet">digest not known</span> : <Digest digest={digest} />}
      {children}
    </li>
  );
}

function Digest({ digest }: { readonly digest: string }) {
  return <code title={digest}>{shortDigest(digest)}</code>;
}
