import { useContext } from 'preact/hooks';
import type { ImageView } from '../../lib/history/image-view.ts';
import { imageLink } from '../../lib/history/page-links.ts';
import { adviceFor, whyNotStarted } from '../model/advice.ts';
import { formatAge, formatCount, formatTime, inWords } from '../model/format.ts';
import type { Group } from '../model/sections.ts';
import { findingsNow, findingsOfPatch } from '../model/severities.ts';
import { CanAct } from './action-button.tsx';
import { Detail } from './detail.tsx';
import { FindingsMarks } from './findings-marks.tsx';
import { Name } from './name.tsx';
import { StateMark } from './state-mark.tsx';

interface Props {
  /** With the images to show. */
  readonly group: Group;
  /** How many images the group has. */
  readonly total: number;
  readonly chosen: ReadonlySet<string>;
  readonly now: Date;
  readonly onChoose: (images: readonly string[], isChosen: boolean) => void;
}

/** The images of one state and reason, with what to do about them. */
export function GroupTable({ group, total, chosen, now, onChoose }: Props) {
  const { state, reason, images } = group;
  const [first] = images;
  const names = images
    .filter((image) => whyNotStarted(image) === undefined)
    .map(({ image }) => image);
  const canAct = useContext(CanAct);
  const title = inWords(reason ?? state);
  const advice = reason === null || first === undefined ? undefined : adviceFor(first);
  return (
    <div class="group">
      <h3>
        <StateMark state={state} />
        {reason !== null && <span class="reason">{inWords(reason)}</span>}
        <span class="count">{formatCount(total)}</span>
      </h3>
      {advice !== undefined && <p class="advice">{advice}</p>}
      <table>
        <thead>
          <tr>
            <th class="choose">
              <input
                type="checkbox"
                aria-label={`Choose all shown: ${title}`}
                disabled={names.length === 0 || !canAct}
                checked={names.length > 0 && names.every((name) => chosen.has(name))}
                onChange={(event) => onChoose(names, event.currentTarget.checked)}
              />
            </th>
            <th scope="col">Image</th>
            <th scope="col">Findings</th>
            <th scope="col">With patch</th>
            <th scope="col">Since</th>
          </tr>
        </thead>
        <tbody>
          {images.map((image) => (
            <Row
              key={image.image}
              image={image}
              isChosen={chosen.has(image.image)}
              now={now}
              onChoose={onChoose}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row(props: {
  readonly image: ImageView;
  readonly isChosen: boolean;
  readonly now: Date;
  readonly onChoose: Props['onChoose'];
}) {
  const { image, isChosen, now, onChoose } = props;
  const canAct = useContext(CanAct);
  const whyNot = whyNotStarted(image);
  const patched = findingsOfPatch(image);
  return (
    <tr>
      <td class="choose">
        <input
          type="checkbox"
          aria-label={`Choose ${image.image}${whyNot === undefined ? '' : `: not possible. ${whyNot}`}`}
          title={whyNot}
          disabled={whyNot !== undefined || !canAct}
          checked={isChosen}
          onChange={(event) => onChoose([image.image], event.currentTarget.checked)}
        />
      </td>
      <th scope="row">
        <a href={imageLink(image.image)}>
          <Name text={image.image} />
        </a>
        <Detail text={image.detail} />
      </th>
      <td data-label="Findings">
        <FindingsMarks findings={findingsNow(image)} otherwise="not known" />
      </td>
      <td data-label="With patch" class={patched === undefined ? 'empty' : ''}>
        <FindingsMarks findings={patched} otherwise="–" />
      </td>
      <td data-label="Since">
        <time dateTime={image.at ?? ''} title={formatTime(image.at ?? '')}>
          {image.at === null ? '–' : formatAge(image.at, now)}
        </time>
      </td>
    </tr>
  );
}
