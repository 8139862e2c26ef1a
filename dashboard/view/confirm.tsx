import { useEffect, useRef } from 'preact/hooks';
import { type Action, confirmationOf } from '../model/actions.ts';
import { Name } from './name.tsx';

interface Props {
  readonly action: Action;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

const SHOWN_IMAGES = 8;

/** Says what an action will do, before it is done. */
export function Confirm({ action, onYes, onNo }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { title, effects, button } = confirmationOf(action);
  useEffect(() => dialog.current?.showModal(), []);
  const images = action.kind === 'start' ? action.images : [];
  return (
    <dialog ref={dialog} aria-labelledby="confirm-title" onClose={onNo}>
      <h2 id="confirm-title">{title}</h2>
      {effects.map((effect) => (
        <p key={effect}>{effect}</p>
      ))}
      {images.length > 0 && (
        <ul class="names">
          {images.slice(0, SHOWN_IMAGES).map((image) => (
            <li key={image}>
              <Name text={image} />
            </li>
          ))}
          {images.length > SHOWN_IMAGES && <li>and {images.length - SHOWN_IMAGES} more</li>}
        </ul>
      )}
      <div class="buttons">
        <button type="button" onClick={onNo}>
          Keep as it is
        </button>
        <button type="button" class="primary" onClick={onYes}>
          {button}
        </button>
      </div>
    </dialog>
  );
}
